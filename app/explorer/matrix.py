"""The first page: holders by questions, one cell a position."""

from typing import Any
from urllib.parse import parse_qsl

from app.explorer.api import query_of
from app.explorer.datasets import begin
from app.explorer.pages import Visit
from app.opinions.filters import CHOOSING

HOLDERS, QUESTIONS = 40, 20
_CHOOSES = (one.parameter.name for one in CHOOSING)
TAKES = (*_CHOOSES, "known_at", "order", "holder_cursor", "question_cursor")
#: Filters that the form has no field for; it keeps them.
KEPT = (
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


def view(visit: Visit) -> str:
    """The page."""
    first = not visit.query
    datasets = begin(visit)
    visit.query.setdefault("order", "recorded")
    answer = visit.reading.show(
        "The matrix", "/matrix", **visit.query, holder_limit=HOLDERS, question_limit=QUESTIONS
    )
    _offer_list(visit)
    data = answer["data"]
    cells = {(one["holder"]["id"], one["question"]["id"]): one for one in data["cells"]}
    return visit.render(
        "matrix.html",
        datasets=datasets,
        titles=_titles(visit, datasets),
        topics=visit.reading.get("/topics", sort="name", limit=500)["data"],
        countries=visit.reading.get("/countries", sort="name", fields="id,name", limit=500)["data"],
        holders=data["holders"],
        questions=data["questions"],
        cells=cells,
        kinds=visit.kinds_of(data["cells"]),
        totals=answer["meta"],
        then=query_of(visit.only("as_of", "known_at")),
        more={side: _page(answer["links"][f"next_{side}"]) for side in ("holders", "questions")},
        kept=KEPT,
        countries_first=_most_recorded(visit) if first else [],
        voted=first and _has_votes(visit),
    )


def _most_recorded(visit: Visit) -> list[Any]:
    """The countries that most opinions come from, for somebody who does not know where to begin."""
    answer = visit.reading.get("/opinions", **visit.only("dataset"), facets="country", limit=1)
    most = list(answer["meta"]["facets"]["country"])[:3]
    if not most:
        return []
    named = visit.reading.get("/countries", id=most, fields="id,name")["data"]
    return sorted(named, key=lambda one: most.index(one["id"]))


def _titles(visit: Visit, datasets: list[Any]) -> list[str]:
    """What the bodies of data are called that the matrix is of."""
    chosen = visit.query["dataset"].split(",")
    return [one["title"] for one in datasets if chosen == [""] or one["id"] in chosen]


def _has_votes(visit: Visit) -> bool:
    return bool(visit.reading.get("/questions", kind="vote", limit=1)["data"])


def _offer_list(visit: Visit) -> None:
    """The same positions as a list, which can be had as a table."""
    taken = {k: v for k, v in visit.query.items() if visit.reading.takes("/positions", k)}
    visit.reading.offer("The same positions as a list", "/positions", **taken)


def _page(address: str | None) -> str | None:
    """The page that shows what an address of the API gives."""
    if address is None:
        return None
    pairs = parse_qsl(address.partition("?")[2])
    kept = {name: value for name, value in pairs if not name.endswith("_limit")}
    return f"/?{query_of(kept)}"
