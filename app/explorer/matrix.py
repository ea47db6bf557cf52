"""First page: holders by questions, one cell a position."""

from typing import Any
from urllib.parse import parse_qsl

from app.explorer.actor import by_question
from app.explorer.api import query_of
from app.explorer.datasets import choose_first
from app.explorer.existence import absences
from app.explorer.labels import SCALE, StanceLabel, stance_label
from app.explorer.pages import PageRequest
from app.opinions.filters import OPINION_FILTERS

LIMITS = {"holder_limit": 40, "question_limit": 20}
#: So few holders are columns, and questions are rows: one row of twenty columns reads sideways.
FEW_HOLDERS = 2
_CHOOSES = (one.parameter.name for one in OPINION_FILTERS)
TAKES = (*_CHOOSES, "known_at", "order", "holder_cursor", "question_cursor")
#: Filters that the form has no field for; it keeps them.
HIDDEN_FIELDS = (
    "holder",
    "question",
    "subject",
    "speaker",
    "on_behalf_of",
    "document",
    "stated_from",
    "stated_to",
    "known_at",
)


def view(page: PageRequest) -> str:
    """Return the page."""
    first = not page.query
    datasets = choose_first(page)
    page.query.setdefault("order", _order(page))
    answer = page.api.show("The matrix", "/matrix", **page.query, **LIMITS)
    _offer_list(page)
    data = answer["data"]
    cells = {(one["holder"]["id"], one["question"]["id"]): one for one in data["cells"]}
    asked = _questions(page, data["questions"])
    kinds = {one: question["kind"] for one, question in asked.items()}
    holders, questions = len(data["holders"]), len(data["questions"])
    return page.render(
        "matrix.html",
        datasets=datasets,
        titles=_titles(page, datasets),
        topics=page.api.get("/topics", sort="name", limit=500)["data"],
        countries=page.api.get("/countries", sort="name", fields="id,name", limit=500)["data"],
        holders=data["holders"],
        questions=data["questions"],
        cells=cells,
        kinds=kinds,
        dates={one: question["date"] for one, question in asked.items() if question["date"]},
        labels=_labels(data["cells"], kinds),
        across=holders <= FEW_HOLDERS < questions,
        listed=by_question(data["cells"]) if 2 * len(cells) < holders * questions else [],
        absent=absences(page, page.query["country"], page.query["holder"]),
        totals=answer["meta"],
        then=query_of(page.only("as_of", "known_at")),
        more={side: _page(answer["links"][f"next_{side}"]) for side in ("holders", "questions")},
        hidden_fields=HIDDEN_FIELDS,
        countries_first=_most_recorded(page) if first else [],
        voted=first and _has_votes(page),
    )


def _order(page: PageRequest) -> str:
    """Begin with what most is recorded on; with what is latest, where just one holds anything."""
    if not (page.query["country"] or page.query["holder"]):
        return "recorded"
    answer = page.api.get("/matrix", **page.query, holder_limit=1, question_limit=1)
    return "latest" if answer["meta"]["holders"] == 1 else "recorded"


def _questions(page: PageRequest, shown: list[Any]) -> dict[str, Any]:
    """The questions of the columns by id: a roll call's number says little alone."""
    ids = [one["id"] for one in shown]
    found = page.api.batch("/questions", ids, **page.only("known_at"), fields="id,kind,date")
    return {one["id"]: one for one in found}


def _labels(cells: list[Any], kinds: dict[str, str]) -> list[StanceLabel]:
    """The labels that the cells have, from against to for."""
    order = list(SCALE)
    used = {(order.index(c["stance"]), kinds[c["question"]["id"]]) for c in cells}
    return list(dict.fromkeys(stance_label(order[at], kind) for at, kind in sorted(used)))


def _most_recorded(page: PageRequest) -> list[Any]:
    """The countries that most opinions come from, for readers who do not know where to begin."""
    answer = page.api.get("/opinions", **page.only("dataset"), facets="country", limit=1)
    most = list(answer["meta"]["facets"]["country"])[:3]
    if not most:
        return []
    named = page.api.get("/countries", id=most, fields="id,name")["data"]
    return sorted(named, key=lambda one: most.index(one["id"]))


def _titles(page: PageRequest, datasets: list[Any]) -> list[str]:
    """The titles of the datasets that the matrix is of."""
    datasets_shown = page.query["dataset"].split(",")
    return [
        one["title"] for one in datasets if datasets_shown == [""] or one["id"] in datasets_shown
    ]


def _has_votes(page: PageRequest) -> bool:
    return bool(page.api.get("/questions", kind="vote", limit=1)["data"])


def _offer_list(page: PageRequest) -> None:
    """Offer the same positions as a list, which can be had as a table."""
    taken = {k: v for k, v in page.query.items() if page.api.takes("/positions", k)}
    page.api.offer("The same positions as a list", "/positions", **taken)


def _page(address: str | None) -> str | None:
    """The address of the page that shows an address of the API."""
    if address is None:
        return None
    pairs = parse_qsl(address.partition("?")[2])
    rest = {name: value for name, value in pairs if not name.endswith("_limit")}
    return f"/?{query_of(rest)}"
