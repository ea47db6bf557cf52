"""Pages of search, the codebook and the guide."""

from itertools import groupby
from typing import Any

from app.explorer.pages import PageRequest
from app.records.kinds import KINDS

HITS = 50
#: The kinds that readers search for most; the others follow them.
_FIRST = (
    *("question", "opinion", "country", "person", "organization", "group", "agreement", "event"),
    *("topic", "document", "dataset"),
)


def search(page: PageRequest) -> str:
    """Return the page of search with its hits."""
    hits: dict[str, Any] = {"data": [], "meta": {"total": 0}, "links": {"next": None}}
    if page.query["q"]:
        hits = page.api.show("What was found", "/search", **page.query, facets="kind", limit=HITS)
    return page.render("search.html", hits=hits, record_kinds=_record_kinds())


def _record_kinds() -> list[tuple[str, str]]:
    """Every kind of record, with the plural that its address has."""
    return [(name, KINDS[name].path) for name in dict.fromkeys((*_FIRST, *KINDS))]


def codebook(page: PageRequest) -> str:
    """Return the page of every word that the data and the filters use."""
    terms = page.api.show("The codebook", "/codebook", **page.query)["data"]
    vocabularies = [
        (name, list(found)) for name, found in groupby(terms, key=lambda term: term["vocabulary"])
    ]
    return page.render("codebook.html", vocabularies=vocabularies, total=len(terms))


def guide(page: PageRequest) -> str:
    """Return the page of recipes."""
    return page.render("guide.html", url=page.public_url.rstrip("/"))
