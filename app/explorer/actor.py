"""The page of a country, an organization, a person or a group: its dossier."""

from typing import Any

from app.errors import NotFound
from app.explorer import charts
from app.explorer.pages import Visit
from app.vocabulary import ActorKind

PATHS = {
    ActorKind.COUNTRY: "countries",
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
NEIGHBOURS = 8


def country(visit: Visit) -> str:
    """The page of a country, whichever of its codes the address has."""
    found = visit.reading.get(f"/countries/{visit.id}", **visit.only("known_at"))["data"]
    return _dossier(visit, {**found, "kind": ActorKind.COUNTRY.value})


def view(visit: Visit) -> str:
    """The page of any actor."""
    found = visit.reading.get("/actors", id=visit.id, **visit.only("known_at"))["data"]
    if not found:
        raise NotFound(f"No actor has the id {visit.id[:100]!r}.")
    kind = found[0]["kind"]
    record = visit.reading.get(f"/{PATHS[kind]}/{visit.id}", **visit.only("known_at"))["data"]
    return _dossier(visit, {**record, "kind": kind})


def _dossier(visit: Visit, actor: dict[str, Any]) -> str:
    shown, about = visit.reading.show, actor["id"]
    clock, known = visit.only("as_of", "known_at"), visit.only("known_at")
    held = shown(
        "What it holds", "/positions", **clock, holder=about, sort="-last_stated", limit=FEW
    )
    others = shown("What is held about it", "/positions", **clock, subject=about, limit=FEW)
    told = _opinions(visit, [*held["data"], *others["data"]])
    return visit.render(
        "actor.html",
        actor={**dict.fromkeys(_SOME_HAVE), **actor},
        held=held,
        others=others,
        told=told,
        spoken=shown("Said on its behalf", "/opinions", **clock, on_behalf_of=about, limit=FEW),
        agreements=shown("Agreements", "/agreements", **known, party=about, limit=FEW),
        events=shown("Events", "/events", **known, participant=about, limit=FEW),
        people=_belonging(visit, actor, "/people"),
        organizations=_belonging(visit, actor, "/organizations"),
        **_neighbours(visit, actor),
    )


def _opinions(visit: Visit, positions: list[Any]) -> dict[str, Any]:
    """The opinion that each position was last decided by, and those before it, by id."""
    wanted = sorted({i for one in positions for i in one["opinion_ids"][-3:]})
    if not wanted:
        return {}
    found: dict[str, Any] = {}
    for begin in range(0, len(wanted), 200):
        batch = wanted[begin : begin + 200]
        answer = visit.reading.get("/opinions", **visit.only("known_at"), id=batch, limit=500)
        found |= {one["id"]: one for one in answer["data"]}
    return found


def _belonging(visit: Visit, actor: dict[str, Any], path: str) -> Any:
    """Who or what belongs to a country; nothing for other actors."""
    if actor["kind"] != ActorKind.COUNTRY:
        return {"data": [], "meta": {"total": 0}}
    title = {"/people": "Its people", "/organizations": "Its organizations"}[path]
    return visit.reading.show(title, path, **visit.only("known_at"), country=actor["id"], limit=FEW)


def _neighbours(visit: Visit, actor: dict[str, Any]) -> dict[str, Any]:
    return {"closest": [], "farthest": [], "chart": None}
