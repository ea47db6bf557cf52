"""The page of an organization, a person or a group: what it holds, and what is held of it."""

from itertools import groupby
from typing import Any

from app.errors import NotFound
from app.explorer.pages import Elsewhere, Visit
from app.vocabulary import ActorKind, QuestionKind

PATHS = {
    ActorKind.ORGANIZATION: "organizations",
    ActorKind.PERSON: "people",
    ActorKind.GROUP: "groups",
}
#: What only some kinds of actor have.
_SOME_HAVE = (
    "classification",
    "country",
    "iso3166_1_alpha3",
    "memberships",
    "official_name",
    "other_names",
)
#: How many of a list a dossier shows before it leads to the whole of it.
FEW = 40


def view(visit: Visit) -> str:
    """The page of any actor."""
    found = visit.reading.get("/actors", id=visit.id, **visit.only("known_at"))["data"]
    if not found:
        raise NotFound(f"No actor has the id {visit.id[:100]!r}.")
    kind = found[0]["kind"]
    if kind == ActorKind.COUNTRY:
        raise Elsewhere(visit.at(f"/countries/{visit.id}"))
    record = visit.reading.get(f"/{PATHS[kind]}/{visit.id}", **visit.only("known_at"))["data"]
    return _dossier(visit, {**record, "kind": kind})


def _dossier(visit: Visit, actor: dict[str, Any]) -> str:
    shown, about, name = visit.reading.show, actor["id"], actor["name"]
    clock, known = visit.only("as_of", "known_at"), visit.only("known_at")
    held = shown(
        f"What {name} holds", "/positions", **clock, holder=about, sort="-last_stated", limit=FEW
    )
    others = shown(f"What is held about {name}", "/positions", **clock, subject=about, limit=FEW)
    spoken = shown(f"Said on behalf of {name}", "/opinions", **clock, on_behalf_of=about, limit=FEW)
    positions = [*held["data"], *others["data"]]
    kinds = visit.kinds_of([*positions, *spoken["data"]])
    held["data"].sort(key=lambda one: kinds[one["question"]["id"]] == QuestionKind.ASSESSMENT)
    return visit.render(
        "actor.html",
        actor={**dict.fromkeys(_SOME_HAVE), **actor},
        held=held,
        others=others,
        by_question=by_question(others["data"]),
        told=opinions_under(visit, positions),
        kinds=kinds,
        spoken=spoken,
        agreements=shown("Agreements", "/agreements", **known, party=about, limit=FEW),
        events=shown("Events", "/events", **known, participant=about, limit=FEW),
    )


def opinions_under(visit: Visit, positions: list[Any]) -> dict[str, Any]:
    """The opinion that each position was last decided by, and those before it, by id."""
    wanted = {i for one in positions for i in one["opinion_ids"][-3:]}
    found = visit.reading.batch("/opinions", wanted, **visit.only("known_at"))
    return {one["id"]: one for one in found}


def by_question(positions: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Positions by their question, the one with most holders first."""
    ordered = sorted(positions, key=lambda one: (one["question"]["name"], one["question"]["id"]))
    grouped = groupby(ordered, key=lambda one: one["question"]["id"])
    found = [list(group) for _, group in grouped]
    return [(group[0]["question"], group) for group in sorted(found, key=len, reverse=True)]
