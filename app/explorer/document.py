"""Page of a document: what cites it, paragraph by paragraph, and how to cite it."""

from itertools import groupby, pairwise
from typing import Any

from app.explorer.pages import PageRequest
from app.vocabulary import ActorKind, SourceType
from app.web.formats.citations import CITATION_STYLES

#: A document that is a table has a claim for each row, and a few rows show how they cite it.
MOST, ROWS = 500, 20
#: Characters of a text that one page shows.
LONGEST = 400_000


def view(page: PageRequest) -> str:
    """Return the page of a document."""
    known, show = page.only("known_at"), page.api.show
    document = page.api.get(f"/documents/{page.id}", **known)["data"]
    path = f"/documents/{document['id']}"
    most = ROWS if document["source_type"] == SourceType.DATASET else MOST
    claims = show("What cites it, by paragraph", f"{path}/claims", **known, limit=most)
    opinions = show("Its opinions", "/opinions", **known, document=document["id"], limit=most)
    text = page.api.words(document["id"], LONGEST) if document["text_held"] else None
    return page.render(
        "document.html",
        document=document,
        claims=claims,
        actor_kinds=[kind.value for kind in ActorKind],
        paragraphs=_paragraphs(claims["data"], text),
        whole=text is not None and len(text) == document["characters"],
        is_table=most == ROWS,
        opinions=opinions["meta"],
        kinds=page.kinds_of(opinions["data"]),
        opinions_by_id={one["id"]: one for one in opinions["data"]},
        citations=[
            (style, page.api.text(f"{path}/citation", **known, format=style))
            for style in CITATION_STYLES
        ],
    )


def _paragraphs(claims: list[Any], text: str | None) -> list[dict[str, Any]]:
    """Paragraphs with the claims that rest on them; where the text is held, every one of it."""
    by_number = {number: list(found) for number, found in groupby(claims, key=_paragraph)}
    held = _lines(text or "")
    numbers = sorted({*held, *by_number}, key=lambda number: number or 0)
    return [
        {
            "number": number,
            "claims": by_number.get(number, []),
            "words": _parts(*held[number], by_number.get(number, [])) if number in held else [],
        }
        for number in numbers
    ]


def _lines(text: str) -> dict[int | None, tuple[int, str]]:
    """The paragraphs of a text that are not empty, by number, each with its first character."""
    lines: dict[int | None, tuple[int, str]] = {}
    at = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            lines[number] = at, line
        at += len(line) + 1
    return lines


def _paragraph(claim: dict[str, Any]) -> int | None:
    number: int | None = claim["paragraph"]
    return number


def _parts(begin: int, line: str, claims: list[Any]) -> list[dict[str, Any]]:
    """A paragraph cut where spans begin and end; each part has the record that cites it, or none.

    An opinion goes before what else cites the same words, and the shorter span before the longer.
    """
    spans = sorted(
        (claim["record"]["kind"] != "opinion", place["end"] - place["start"], place["start"], i)
        for i, claim in enumerate(claims)
        for place in claim["evidence"]
        if place.get("start") is not None
    )
    last = begin + len(line)
    edges = {at for _, length, start, _ in spans for at in (start, start + length)}
    cuts = sorted({begin, last, *(at for at in edges if begin < at < last)})
    return [
        {
            "start": start,
            "exact": line[start - begin : end - begin],
            "record": next(
                (claims[i]["record"] for _, n, at, i in spans if at <= start and end <= at + n),
                None,
            ),
        }
        for start, end in pairwise(cuts)
    ]
