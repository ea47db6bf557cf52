"""States asked about at a time when they were not there, which a page says first."""

from dataclasses import dataclass
from typing import Any

from app.explorer.pages import PageRequest

_FIELDS = "id,name,valid_from,valid_to,successors"


@dataclass(frozen=True)
class Absence:
    """State that was not there at the time that a page is of.

    Attributes:
        country: the state, as a reference.
        when: the time asked for, in words.
        before: whether it was not there yet; else it was there no longer.
        bound: the date it begins, or ended.
        others: the states it came from, or that came from it.
    """

    country: dict[str, Any]
    when: str
    before: bool
    bound: dict[str, Any]
    others: list[dict[str, Any]]


def absences(page: PageRequest, *asked: str) -> list[Absence]:
    """Return those of the countries asked for that were not there at the page's time.

    Args:
        page: the request, whose `as_of`, or `from` and `to`, is the time.
        asked: countries, by commas, however callers write them.
    """
    first, last = _period(page)
    wanted = [one for text in asked for one in text.split(",") if one.strip()]
    if not wanted or (first is None and last is None):
        return []
    known = page.only("known_at")
    found = page.api.get("/countries", **known, id=wanted, fields=_FIELDS, limit=500)["data"]
    return [one for country in found if (one := _absence(page, country, first, last))]


def _period(page: PageRequest) -> tuple[str | None, str | None]:
    """The first and the last day that a page is of, as far as it says so."""
    query = page.query
    day = query["as_of"] or None
    ends = [one for one in (day, query["to"] or query["stated_to"]) if one]
    return query["from"] or query["stated_from"] or day, min(ends, default=None)


def _absence(
    page: PageRequest, country: dict[str, Any], first: str | None, last: str | None
) -> Absence | None:
    """The absence of a country, where all of the period is surely outside its dates."""
    begins, ends = country["valid_from"], country["valid_to"]
    ref = {"kind": "country", "id": country["id"], "name": country["name"]}
    if last and begins and begins["earliest"] and last < begins["earliest"]:
        return Absence(ref, _in_words(page), True, begins, _predecessors(page, country["id"]))
    if first and ends and ends["latest"] and first > ends["latest"]:
        return Absence(ref, _in_words(page), False, ends, country["successors"])
    return None


def _in_words(page: PageRequest) -> str:
    if page.query["as_of"]:
        return f"on {page.query['as_of']}"
    first = page.query["from"] or page.query["stated_from"]
    last = page.query["to"] or page.query["stated_to"]
    return " ".join(
        [*(["from", first] if first else ()), *(["to" if first else "until", last] if last else ())]
    )


def _predecessors(page: PageRequest, country: str) -> list[dict[str, Any]]:
    """The states that it is a successor of."""
    known = page.only("known_at")
    everybody = page.api.get("/countries", **known, fields="id,name,successors", limit=500)["data"]
    return [
        {"kind": "country", "id": one["id"], "name": one["name"]}
        for one in everybody
        if any(successor["id"] == country for successor in one["successors"])
    ]
