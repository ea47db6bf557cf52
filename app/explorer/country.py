"""The page of a country: its dossier, and how its votes compare."""

from typing import Any

from app.explorer.actor import by_question, opinions_under
from app.explorer.alignment import over_time
from app.explorer.pages import Visit

#: Whom a state's votes are drawn beside: the powers that its neighbourhood is measured by.
POWERS = ("RUS", "USA", "CHN")


def view(visit: Visit) -> str:
    """The page, whichever of its codes the address has."""
    path = f"/countries/{visit.id}/profile"
    dossier = visit.reading.show("The dossier", path, **visit.query)["data"]
    record = visit.reading.get(f"/countries/{visit.id}", **visit.only("known_at"))["data"]
    about = record["id"]
    standing = {name: by_question(dossier[name]) for name in ("positions", "held_about")}
    held = [*dossier["positions"], *dossier["held_about"]]
    held += [one for threat in dossier["threats"] for one in threat["positions"]]
    voted = dossier["votes"] and dossier["votes"]["n"]
    spoken = visit.reading.get(
        "/opinions", **visit.only("as_of", "known_at"), on_behalf_of=about, limit=100
    )["data"]
    _offer(visit, about)
    return visit.render(
        "country.html",
        country=record,
        dossier=dossier,
        standing=standing,
        told=opinions_under(visit, held),
        kinds=visit.kinds_of([*held, *spoken]),
        spoken=spoken,
        over_time=_beside_powers(visit, about) if voted else None,
        powers=[one for one in POWERS if one != about],
    )


def _beside_powers(visit: Visit, about: str) -> dict[str, Any] | None:
    others = [one for one in POWERS if one != about]
    held = visit.reading.get("/countries", id=others, fields="id")["data"]
    if not held:
        return None
    asked = visit.only("as_of", "known_at", "dataset")
    return over_time(visit, about, ",".join(one["id"] for one in held), asked)


def _offer(visit: Visit, about: str) -> None:
    """Tables of the same, which the dossier as a whole is not."""
    clock = visit.only("as_of", "known_at")
    visit.reading.offer("Its positions, as a list", "/positions", **clock, country=about)
    visit.reading.offer("Everybody by agreement", "/alignment", **clock, a=about, sort="-s")
