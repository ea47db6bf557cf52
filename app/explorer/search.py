"""Search over everything, the codebook, and the guide."""

from itertools import groupby
from typing import Any

from app.explorer.pages import Visit

HITS = 50


def search(visit: Visit) -> str:
    """The page of search, with what it found."""
    hits: dict[str, Any] = {"data": [], "meta": {"total": 0}, "links": {"next": None}}
    if visit.query["q"]:
        hits = visit.reading.show(
            "What was found", "/search", **visit.query, facets="kind", limit=HITS
        )
    return visit.render("search.html", hits=hits)


def codebook(visit: Visit) -> str:
    """The page of every word the data and the filters use."""
    terms = visit.reading.show("The codebook", "/codebook", **visit.query)["data"]
    vocabularies = [
        (name, list(found)) for name, found in groupby(terms, key=lambda term: term["vocabulary"])
    ]
    return visit.render("codebook.html", vocabularies=vocabularies, total=len(terms))


def guide(visit: Visit) -> str:
    """The page of recipes."""
    return visit.render("guide.html", url=visit.public_url.rstrip("/"))
