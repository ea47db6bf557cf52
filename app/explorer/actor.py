"""Page of an organization, a person or a group: its positions, and those about it."""

from itertools import groupby
from typing import Any

from app.errors import NotFound
from app.explorer.pages import PageRequest, Redirect
from app.records.kinds import KINDS
from app.vocabulary import ActorKind, QuestionKind

#: Fields that only some kinds of actor have.
_SOME_HAVE = (
    "classification",
    "country",
    "iso3166_1_alpha3",
    "memberships",
    "official_name",
    "other_names",
)
#: Rows of a list that a dossier shows before it leads to the whole of it.
FEW = 40


def view(page: PageRequest) -> str:
    """Return the page of an actor of any kind."""
    found = page.api.get("/actors", id=page.id, **page.only("known_at"))["data"]
    if not found:
        raise NotFound(f"No actor has the id {page.id[:100]!r}.")
    kind = found[0]["kind"]
    if kind == ActorKind.COUNTRY:
        raise Redirect(page.at(f"/countries/{page.id}"))
    record = page.api.get(f"/{KINDS[kind].path}/{page.id}", **page.only("known_at"))["data"]
    return _dossier(page, {**record, "kind": kind})


def _dossier(page: PageRequest, actor: dict[str, Any]) -> str:
    shown, about, name = page.api.show, actor["id"], actor["name"]
    clock, known = page.only("as_of", "known_at"), page.only("known_at")
    held = shown(
        f"What {name} holds", "/positions", **clock, holder=about, sort="-last_stated", limit=FEW
    )
    others = shown(f"What is held about {name}", "/positions", **clock, subject=about, limit=FEW)
    spoken = shown(f"Said on behalf of {name}", "/opinions", **clock, on_behalf_of=about, limit=FEW)
    positions = [*held["data"], *others["data"]]
    kinds = page.kinds_of([*positions, *spoken["data"]])
    held["data"].sort(key=lambda one: kinds[one["question"]["id"]] == QuestionKind.ASSESSMENT)
    return page.render(
        "actor.html",
        actor={**dict.fromkeys(_SOME_HAVE), **actor},
        held=held,
        others=others,
        by_question=by_question(others["data"]),
        opinions_by_id=opinions_under(page, positions),
        kinds=kinds,
        spoken=spoken,
        agreements=shown("Agreements", "/agreements", **known, party=about, limit=FEW),
        events=shown("Events", "/events", **known, participant=about, limit=FEW),
    )


def opinions_under(page: PageRequest, positions: list[Any]) -> dict[str, Any]:
    """Return the last opinions of each position, by id."""
    wanted = {i for one in positions for i in one["opinion_ids"][-3:]}
    found = page.api.batch("/opinions", wanted, **page.only("known_at"))
    return {one["id"]: one for one in found}


def by_question(positions: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Group positions by their question, the one with most holders first."""
    ordered = sorted(positions, key=lambda one: (one["question"]["name"], one["question"]["id"]))
    grouped = groupby(ordered, key=lambda one: one["question"]["id"])
    found = [list(group) for _, group in grouped]
    return [(group[0]["question"], group) for group in sorted(found, key=len, reverse=True)]
