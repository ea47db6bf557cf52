"""Page of a country: its dossier, and how its votes compare."""

from typing import Any

from app.explorer.actor import by_question, opinions_under
from app.explorer.alignment import over_time
from app.explorer.existence import absences
from app.explorer.pages import PageRequest
from app.vocabulary import AgreementStatus, QuestionKind

#: The powers that a state's votes are drawn beside.
POWERS = ("RUS", "USA", "CHN")

#: Parameters of the dossier and of every figure beside it.
CHOICES = ("as_of", "known_at", "dataset", "topic")


def view(page: PageRequest) -> str:
    """Return the page, whichever of its codes the address has."""
    path = f"/countries/{page.id}/profile"
    dossier = page.api.show("The dossier", path, **page.query)["data"]
    record = page.api.get(f"/countries/{page.id}", **page.only("known_at"))["data"]
    about = record["id"]
    positions = [*dossier["positions"], *dossier["held_about"]]
    positions += [one for threat in dossier["threats"] for one in threat["positions"]]
    voted = dossier["votes"] and dossier["votes"]["n"]
    spoken = page.api.get(
        "/opinions", **page.only("as_of", "known_at"), on_behalf_of=about, limit=100
    )["data"]
    kinds = page.kinds_of([*positions, *spoken])
    _offer(page, about)
    return page.render(
        "country.html",
        country=record,
        absent=absences(page, about),
        dossier=dossier,
        agreements=_agreements(page, dossier["agreements"]),
        standing=_wanted_and_held(dossier["positions"], kinds),
        held_about=by_question(dossier["held_about"]),
        opinions_by_id=opinions_under(page, positions),
        kinds=kinds,
        spoken=spoken,
        over_time=_beside_powers(page, about) if voted else None,
        powers=[one for one in POWERS if one != about],
    )


#: Statuses of what nobody is bound by yet.
_ONLY_TALKED_OF = (AgreementStatus.UNDER_DISCUSSION, AgreementStatus.CONSIDERED)


def _agreements(page: PageRequest, rows: list[Any]) -> list[tuple[str, list[Any]]]:
    """Agreements once each, with all that are in them and where it says so; talks apart."""
    parties: dict[str, list[Any]] = {}
    for row in rows:
        parties.setdefault(row["agreement"]["id"], []).append(row)
    known = page.only("known_at")
    evidence = {
        one["id"]: one["evidence"]
        for one in page.api.batch("/agreements", parties, **known, fields="id,evidence")
    }
    found = [
        {**of_one[0], "parties": of_one, "evidence": evidence.get(one, [])}
        for one, of_one in parties.items()
    ]
    talks = [one for one in found if one["status"] in _ONLY_TALKED_OF]
    settled = [one for one in found if one["status"] not in _ONLY_TALKED_OF]
    titled = (("Agreements", settled), ("Only talked of", talks))
    return [(title, some) for title, some in titled if some]


def _wanted_and_held(positions: list[Any], kinds: dict[str, str]) -> dict[str, list[Any]]:
    """Positions on what is wanted, and those on what is so, each by question."""
    sorted_out: dict[str, list[Any]] = {"wanted": [], "held": []}
    for one in positions:
        assessed = kinds[one["question"]["id"]] == QuestionKind.ASSESSMENT
        sorted_out["held" if assessed else "wanted"].append(one)
    return {name: by_question(found) for name, found in sorted_out.items()}


def _beside_powers(page: PageRequest, about: str) -> dict[str, Any] | None:
    others = [one for one in POWERS if one != about]
    known = {one["id"] for one in page.api.get("/countries", id=others, fields="id")["data"]}
    if not known:
        return None
    filters = page.only(*CHOICES)
    there = ",".join(one for one in others if one in known)
    yearly = over_time(page, about, there, filters)
    if yearly is None:
        return None
    overall = page.api.show(
        "Agreement over all years", "/alignment", **filters, a=about, b=there, sort="-s"
    )
    return {**yearly, "overall": [row for row in overall["data"] if row["s"] is not None]}


def _offer(page: PageRequest, about: str) -> None:
    """Offer tables of the same, which the dossier as a whole is not."""
    filters = page.only(*CHOICES)
    page.api.offer("Its positions, as a list", "/positions", **filters, country=about)
    page.api.offer("Everybody by agreement", "/alignment", **filters, a=about, sort="-s")
