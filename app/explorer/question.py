"""The page of a question: who stands where, in five columns, why, and who moved."""

from collections import Counter, defaultdict
from typing import Any

from app.errors import NotFound
from app.explorer import charts
from app.explorer.labels import COLUMNS, SCALE, look
from app.explorer.pages import Visit
from app.opinions.filters import CHOOSING
from app.vocabulary import REGION_NAMES, QuestionKind, Stance

#: From so many holders on, names alone are read more easily than names with all that they said.
COMPACT_FROM = 60
MOST = 500
_CHOOSES = (one.parameter.name for one in CHOOSING)
TAKES = ("known_at", "stance", *(name for name in _CHOOSES if name != "question"))
_FOR = (Stance.SUPPORT, Stance.STRONG_SUPPORT)
_AGAINST = (Stance.OPPOSE, Stance.STRONG_OPPOSE)
_STRONG = {Stance.STRONG_OPPOSE, Stance.STRONG_SUPPORT}


def view(visit: Visit) -> str:
    """The page."""
    reading, clock = visit.reading, visit.only("known_at")
    question = reading.get(f"/questions/{visit.id}", **clock)["data"]
    chosen = {**visit.query, "question": question["id"], "limit": MOST}
    answer = reading.show("Who stands where", "/positions", **chosen)
    found, total = answer["data"], answer["meta"]["total"]
    compact = total > COMPACT_FROM
    told = {} if compact else _opinions(visit, chosen)
    for one in found:
        one["told"] = [told[i] for i in one["opinion_ids"] if i in told]
    return visit.render(
        "question.html",
        question=question,
        kinds={question["id"]: question["kind"]},
        columns=_columns(found, question["kind"]),
        silent=[one for one in found if one["stance"] == Stance.NO_POSITION],
        shown=len(found),
        total=total,
        compact=compact,
        chart=charts.moves(found, question["kind"], _dates_of_documents(visit, told)),
        reasons=_reasons(told),
        regions=_regions(visit, found) if question["kind"] == "vote" else [],
        voted=[word for word in SCALE if any(one["stance"] == word for one in found)],
    )


def _opinions(visit: Visit, chosen: dict[str, Any]) -> dict[str, Any]:
    """What the positions rest on, by id."""
    taken = {k: v for k, v in chosen.items() if visit.reading.takes("/opinions", k)}
    taken.pop("stance", None)
    answer = visit.reading.show("What they rest on, with reasons and places", "/opinions", **taken)
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
    """What to call a column: by its only stance, where it has just one."""
    if len(stances) == 1 or len(held) == 1 or kind == QuestionKind.VOTE:
        return look(next(iter(held), stances[0]), kind).word
    return "Between"


def _reasons(told: dict[str, Any]) -> dict[str, list[Any]]:
    """Every reason given, by the side it was given for."""
    sides = {"for": _FOR, "against": _AGAINST}
    return {
        side: [
            (reason, one["holder"], one["evidence"])
            for one in told.values()
            if one["stance"] in stances
            for reason in one["reasons"]
        ]
        for side, stances in sides.items()
    }


def _dates_of_documents(visit: Visit, told: dict[str, Any]) -> dict[str, Any]:
    """The date each opinion counts from: its own, else its document's."""
    documents = {e["document"] for one in told.values() for e in one["evidence"]}
    if not documents:
        return {}
    answer = visit.reading.get("/documents", id=sorted(documents), limit=MOST)
    published = {one["id"]: one["published"] for one in answer["data"]}
    return {
        one["id"]: one["stated"] or published.get(one["evidence"][0]["document"])
        for one in told.values()
        if one["evidence"]
    }


def _regions(visit: Visit, found: list[Any]) -> list[tuple[str, Counter[str]]]:
    """How states stood by M49 subregion, the largest first."""
    states = visit.reading.get("/countries", fields="id,m49_subregion", limit=MOST)["data"]
    region = {one["id"]: one["m49_subregion"] for one in states}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        code = region.get(one["holder"]["id"])
        counts[REGION_NAMES.get(code or "", "No M49 region")][one["stance"]] += 1
    return sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))


def blocs(visit: Visit) -> str:
    """The page of a roll call by the blocs of its year: who broke ranks."""
    reading, known = visit.reading, visit.only("known_at")
    question = reading.get(f"/questions/{visit.id}", **known)["data"]
    if not question["date"] or not question["date"]["earliest"]:
        raise NotFound("This question has no date, and blocs are those of a year.")
    year = question["date"]["earliest"][:4]
    found = reading.show(
        f"The blocs of {year}",
        "/blocs",
        **known,
        **{"from": f"{year}-01-01", "to": f"{year}-12-31"},
        dataset=question["dataset"],
        limit=MOST,
    )
    positions = reading.show(
        "Who stands where", "/positions", **known, question=question["id"], limit=MOST
    )["data"]
    stance = {one["holder"]["id"]: one["stance"] for one in positions}
    return visit.render(
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
