"""The page of a country: its dossier, and how its votes compare."""

from typing import Any

from app.explorer.actor import by_question, opinions_under
from app.explorer.alignment import over_time
from app.explorer.pages import Visit
from app.vocabulary import QuestionKind

#: Whom a state's votes are drawn beside: the powers that its neighbourhood is measured by.
POWERS = ("RUS", "USA", "CHN")

#: What the dossier and every figure beside it are asked by.
CHOICES = ("as_of", "known_at", "dataset", "topic")


def view(visit: Visit) -> str:
    """The page, whichever of its codes the address has."""
    path = f"/countries/{visit.id}/profile"
    dossier = visit.reading.show("The dossier", path, **visit.query)["data"]
    record = visit.reading.get(f"/countries/{visit.id}", **visit.only("known_at"))["data"]
    about = record["id"]
    held = [*dossier["positions"], *dossier["held_about"]]
    held += [one for threat in dossier["threats"] for one in threat["positions"]]
    voted = dossier["votes"] and dossier["votes"]["n"]
    spoken = visit.reading.get(
        "/opinions", **visit.only("as_of", "known_at"), on_behalf_of=about, limit=100
    )["data"]
    kinds = visit.kinds_of([*held, *spoken])
    _offer(visit, about)
    return visit.render(
        "country.html",
        country=record,
        dossier=dossier,
        standing=_by_what_it_is(dossier["positions"], kinds),
        held_about=by_question(dossier["held_about"]),
        told=opinions_under(visit, held),
        kinds=kinds,
        spoken=spoken,
        over_time=_beside_powers(visit, about) if voted else None,
        powers=[one for one in POWERS if one != about],
    )


def _by_what_it_is(positions: list[Any], kinds: dict[str, str]) -> dict[str, list[Any]]:
    """What is wanted apart from what is held to be so, each by question."""
    sorted_out: dict[str, list[Any]] = {"wanted": [], "held": []}
    for one in positions:
        assessed = kinds[one["question"]["id"]] == QuestionKind.ASSESSMENT
        sorted_out["held" if assessed else "wanted"].append(one)
    return {name: by_question(found) for name, found in sorted_out.items()}


def _beside_powers(visit: Visit, about: str) -> dict[str, Any] | None:
    others = [one for one in POWERS if one != about]
    held = {one["id"] for one in visit.reading.get("/countries", id=others, fields="id")["data"]}
    if not held:
        return None
    asked = visit.only(*CHOICES)
    there = ",".join(one for one in others if one in held)
    yearly = over_time(visit, about, there, asked)
    if yearly is None:
        return None
    overall = visit.reading.show(
        "Agreement over all years", "/alignment", **asked, a=about, b=there, sort="-s"
    )
    return {**yearly, "overall": [row for row in overall["data"] if row["s"] is not None]}


def _offer(visit: Visit, about: str) -> None:
    """Tables of the same, which the dossier as a whole is not."""
    chosen = visit.only(*CHOICES)
    visit.reading.offer("Its positions, as a list", "/positions", **chosen, country=about)
    visit.reading.offer("Everybody by agreement", "/alignment", **chosen, a=about, sort="-s")
