"""Quotes compared with their documents: one is verified or it is not, never nearly.

Fuzzy re-anchoring picks wrong lookalikes, so a text that stands elsewhere is not verified; where
it does stand is given as a hint.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

MOST_HINTS = 5


def verify(text: str, start: int, end: int, exact: str) -> dict[str, Any]:
    """Compare a quote with the text at its place.

    Args:
        text: the document's text.
        start: first code point of the place, from 0.
        end: the code point after its last.
        exact: what is said to stand there.

    Returns:
        `verified`; and where it is not: `reason`, `differs_at` (a code point of the document),
        `found` (what stands there) and `nearest` (where the quote begins, nearest first).
    """
    if end <= start:
        reason = f"the place {start}-{end} holds no text: a place ends after it starts"
        return _refuted(reason, None, None, _occurrences(text, exact, start))
    if start < 0 or end > len(text):
        reason = f"the place {start}-{end} is not within the document's {len(text)} code points"
        return _refuted(reason, None, None, _occurrences(text, exact, start))
    found = text[start:end]
    if found == exact:
        return {
            "verified": True,
            "reason": None,
            "differs_at": None,
            "found": found,
            "nearest": None,
        }
    differs = next(
        (i for i, (a, b) in enumerate(zip(found, exact, strict=False)) if a != b),
        min(len(found), len(exact)),
    )
    reason = f"the document has other words at this place, from code point {start + differs} on"
    return _refuted(reason, start + differs, found, _occurrences(text, exact, start))


def _refuted(
    reason: str, differs_at: int | None, found: str | None, nearest: list[int]
) -> dict[str, Any]:
    return {
        "verified": False,
        "reason": reason,
        "differs_at": differs_at,
        "found": found,
        "nearest": nearest or None,
    }


def _occurrences(text: str, exact: str, start: int) -> list[int]:
    """The places where a quote begins in the text, nearest to `start` first."""
    if not exact:
        return []
    before = islice(_backwards(text, exact, start), MOST_HINTS)
    after = islice(_forwards(text, exact, start), MOST_HINTS)
    return sorted([*before, *after], key=lambda at: (abs(at - start), at))[:MOST_HINTS]


def _forwards(text: str, exact: str, start: int) -> Iterator[int]:
    at = text.find(exact, start)
    while at >= 0:
        yield at
        at = text.find(exact, at + 1)


def _backwards(text: str, exact: str, start: int) -> Iterator[int]:
    at = text.rfind(exact, 0, start + len(exact) - 1)
    while at >= 0:
        yield at
        at = text.rfind(exact, 0, at + len(exact) - 1)
