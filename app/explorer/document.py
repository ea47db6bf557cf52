"""Page of a document: what cites it, paragraph by paragraph, and how to cite it."""

from collections import defaultdict
from itertools import groupby
from typing import Any

from app.explorer.pages import PageRequest
from app.vocabulary import ActorKind, SourceType
from app.web.formats.citations import CITATION_STYLES

#: A document that is a table has a claim for each row, and a few rows show how they cite it.
MOST, ROWS = 500, 20


def view(page: PageRequest) -> str:
    """Return the page of a document."""
    known, show = page.only("known_at"), page.api.show
    document = page.api.get(f"/documents/{page.id}", **known)["data"]
    path = f"/documents/{document['id']}"
    most = ROWS if document["source_type"] == SourceType.DATASET else MOST
    claims = show("What cites it, by paragraph", f"{path}/claims", **known, limit=most)
    opinions = show("Its opinions", "/opinions", **known, document=document["id"], limit=most)
    return page.render(
        "document.html",
        document=document,
        claims=claims,
        actor_kinds=[kind.value for kind in ActorKind],
        paragraphs=_paragraphs(claims["data"]),
        is_table=most == ROWS,
        opinions=opinions["meta"],
        kinds=page.kinds_of(opinions["data"]),
        opinions_by_id={one["id"]: one for one in opinions["data"]},
        citations=[
            (style, page.api.text(f"{path}/citation", **known, format=style))
            for style in CITATION_STYLES
        ],
    )


def _paragraphs(claims: list[Any]) -> list[dict[str, Any]]:
    """Claims by the paragraph they rest on, with the words cited there."""
    return [
        {"number": number, "claims": found, "words": _words(found)}
        for number, found in ((n, list(c)) for n, c in groupby(claims, key=_paragraph))
    ]


def _paragraph(claim: dict[str, Any]) -> int | None:
    number: int | None = claim["paragraph"]
    return number


def _words(claims: list[Any]) -> list[dict[str, Any]]:
    """The cited words of a paragraph in order, spans that meet put together.

    `follows` says whether words that nobody cites come before.
    """
    spans: dict[tuple[int, int], str] = defaultdict(str)
    for claim in claims:
        for place in claim["evidence"]:
            if place.get("exact"):
                spans[place["start"], place["end"]] = place["exact"]
    words: list[dict[str, Any]] = []
    for (start, end), exact in sorted(spans.items()):
        last = words[-1] if words else None
        if last and start <= last["end"]:
            last["exact"] += exact[max(0, last["end"] - start) :]
            last["end"] = max(end, last["end"])
        else:
            words.append({"start": start, "end": end, "exact": exact})
    return words
