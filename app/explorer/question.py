"""Page of a question: its positions in five columns, their reasons, and who changed."""

from collections import Counter, defaultdict
from typing import Any

from app.errors import NotFound
from app.explorer.charts import stances_over_time
from app.explorer.labels import COLUMNS, SCALE, stance_label
from app.explorer.pages import PageRequest
from app.opinions.filters import OPINION_FILTERS
from app.vocabulary import REGION_NAMES, QuestionKind, Stance

#: Number of holders from which names alone are read more easily than names with all that they said.
COMPACT_FROM = 60
MOST = 500
_CHOOSES = (one.parameter.name for one in OPINION_FILTERS)
TAKES = ("known_at", "stance", *(name for name in _CHOOSES if name != "question"))
_FOR = (Stance.SUPPORT, Stance.STRONG_SUPPORT)
_AGAINST = (Stance.OPPOSE, Stance.STRONG_OPPOSE)
_STRONG = {Stance.STRONG_OPPOSE, Stance.STRONG_SUPPORT}


def view(page: PageRequest) -> str:
    """Return the page."""
    api, known = page.api, page.only("known_at")
    question = api.get(f"/questions/{page.id}", **known)["data"]
    filters = {**page.query, "question": question["id"], "limit": MOST}
    answer = api.show("Who stands where", "/positions", **filters)
    found, total = answer["data"], answer["meta"]["total"]
    compact = total > COMPACT_FROM
    opinions = {} if compact else _opinions(page, filters)
    for one in found:
        one["stated_opinions"] = [opinions[i] for i in one["opinion_ids"] if i in opinions]
    return page.render(
        "question.html",
        question=question,
        kinds={question["id"]: question["kind"]},
        columns=_columns(found, question["kind"]),
        silent=[one for one in found if one["stance"] == Stance.NO_POSITION],
        shown=len(found),
        total=total,
        compact=compact,
        charts=stances_over_time.moves(
            found, question["kind"], _dates_of_documents(page, opinions)
        ),
        reasons=_reasons(opinions),
        regions=_regions(page, found) if question["kind"] == "vote" else [],
        voted=[word for word in SCALE if any(one["stance"] == word for one in found)],
        tally=Counter(one["stance"] for one in found),
    )


def _opinions(page: PageRequest, filters: dict[str, Any]) -> dict[str, Any]:
    """The opinions that the positions rest on, by id."""
    taken = {k: v for k, v in filters.items() if page.api.takes("/opinions", k)}
    taken.pop("stance", None)
    answer = page.api.show("What they rest on, with reasons and places", "/opinions", **taken)
    return {one["id"]: one for one in answer["data"]}


def _columns(found: list[Any], kind: str) -> list[dict[str, Any]]:
    """Five columns from against to for; a vote is never strong, so it has three."""
    columns = []
    for stances in COLUMNS:
        held = [one for one in found if one["stance"] in stances]
        if held or kind != QuestionKind.VOTE or not _STRONG.issuperset(stances):
            columns.append(
                {
                    "name": _name(stances, {one["stance"] for one in held}, kind),
                    "css": SCALE[stances[0]].css,
                    "positions": sorted(held, key=lambda one: one["holder"]["name"]),
                }
            )
    return columns


def _name(stances: tuple[str, ...], held: set[str], kind: str) -> str:
    """The name of a column: that of its only stance, where it has just one."""
    if len(stances) == 1 or len(held) == 1 or kind == QuestionKind.VOTE:
        return stance_label(next(iter(held), stances[0]), kind).word
    return "Between"


def _reasons(opinions: dict[str, Any]) -> dict[str, list[Any]]:
    """Every reason with its opinion, by the side it was given for."""
    sides = {"for": _FOR, "against": _AGAINST}
    return {
        side: [
            (reason, one)
            for one in opinions.values()
            if one["stance"] in stances
            for reason in one["reasons"]
        ]
        for side, stances in sides.items()
    }


def _dates_of_documents(page: PageRequest, opinions: dict[str, Any]) -> dict[str, Any]:
    """The date each opinion counts from: its own, else its document's."""
    documents = {e["document"] for one in opinions.values() for e in one["evidence"]}
    if not documents:
        return {}
    answer = page.api.get("/documents", id=sorted(documents), limit=MOST)
    published = {one["id"]: one["published"] for one in answer["data"]}
    return {
        one["id"]: one["stated"] or published.get(one["evidence"][0]["document"])
        for one in opinions.values()
        if one["evidence"]
    }


def _regions(page: PageRequest, found: list[Any]) -> list[tuple[str, Counter[str]]]:
    """The stances of states by M49 subregion, the largest first."""
    states = page.api.get("/countries", fields="id,m49_subregion", limit=MOST)["data"]
    region = {one["id"]: one["m49_subregion"] for one in states}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        code = region.get(one["holder"]["id"])
        counts[REGION_NAMES.get(code or "", "No M49 region")][one["stance"]] += 1
    return sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))


def blocs(page: PageRequest) -> str:
    """Return the page of a roll call by the blocs of its year: who broke ranks."""
    api, known = page.api, page.only("known_at")
    question = api.get(f"/questions/{page.id}", **known)["data"]
    if not question["date"] or not question["date"]["earliest"]:
        raise NotFound("This question has no date, and blocs are those of a year.")
    year = question["date"]["earliest"][:4]
    found = api.show(
        f"The blocs of {year}",
        "/blocs",
        **known,
        **{"from": f"{year}-01-01", "to": f"{year}-12-31"},
        dataset=question["dataset"],
        limit=MOST,
    )
    positions = api.show(
        "Who stands where", "/positions", **known, question=question["id"], limit=MOST
    )["data"]
    stance = {one["holder"]["id"]: one["stance"] for one in positions}
    return page.render(
        "question_blocs.html",
        question=question,
        year=year,
        kinds={question["id"]: question["kind"]},
        blocs=[_by_stance(bloc, stance) for bloc in found["data"]],
        voted=[word for word in SCALE if word in stance.values()],
        method=found["meta"]["method"],
        placed=len(stance),
    )


def _by_stance(bloc: dict[str, Any], stance: dict[str, str]) -> dict[str, Any]:
    """The members of a bloc by how they stood; those not recorded apart."""
    sides: dict[str | None, list[Any]] = defaultdict(list)
    for member in bloc["members"]:
        sides[stance.get(member["actor"]["id"])].append(member["actor"])
    return {"bloc": bloc["bloc"], "size": len(bloc["members"]), "sides": dict(sides)}
