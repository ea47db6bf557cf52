"""Media types of the formats, and the choice among them by `Accept` (RFC 9110 §12.5.1)."""

from functools import lru_cache

MEDIA_TYPES = {
    "json": "application/json",
    "fields": "application/vnd.positions.fields+json",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "graphml": "application/graphml+xml",
    "atom": "application/atom+xml",
    "text": "text/plain",
    "csl-json": "application/vnd.citationstyles.csl+json",
    "bibtex": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
}


def offered_formats(formats: tuple[str, ...], *, sparse: bool) -> tuple[str, ...]:
    """The formats of an address for a question: rows with some of their fields have a type."""
    return ("fields", *formats) if sparse and "json" in formats else formats


@lru_cache(maxsize=256)
def _remembered(header: str, offered: tuple[str, ...]) -> str | None:
    return _best(header, offered)


def most_wanted(header: str, offered: tuple[str, ...]) -> str | None:
    """The format that an Accept header wants most; the first of equal ones; none it refuses.

    Args:
        header: the header; empty where there is none, and anything will do.
        offered: the formats to choose among.
    """
    return (_remembered if len(header) <= 1_000 else _best)(header or "*/*", offered)


def _best(header: str, offered: tuple[str, ...]) -> str | None:
    accepted = _accepted(header)
    weights = {name: _weight(accepted, MEDIA_TYPES[name]) for name in offered}
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] > 0 else None


def _accepted(header: str) -> dict[str, float]:
    """The media ranges of an Accept header with their weights."""
    wanted = {}
    for part in header.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [p[2:] for p in parameters if p.startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            weight = 0.0
        if media:
            wanted[media] = weight
    return wanted


def _weight(accepted: dict[str, float], media: str) -> float:
    """The weight of a media type: the most specific range that names it decides."""
    ranges = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((accepted[one] for one in ranges if one in accepted), 0.0)
