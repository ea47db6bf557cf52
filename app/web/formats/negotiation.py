"""Content negotiation: the format that `format=` or `Accept` asks for (RFC 9110 §12.5.1)."""

from functools import lru_cache

from app.errors import NotAcceptable
from app.web.problems import MEDIA_TYPES
from app.web.requests.context import ReadContext


def negotiated_format(context: ReadContext, offered: tuple[str, ...]) -> str:
    """The format that `format=` or `Accept` asks for; the first offered where neither does.

    Raises:
        NotAcceptable: when none that is offered is accepted.
    """
    if "format" in context.values:
        return str(context.values["format"])
    lines = [value for name, value in context.request.scope["headers"] if name == b"accept"]
    wanted = _most_wanted(b",".join(lines).decode("latin-1") or "*/*", offered)
    if wanted is None:
        shown = ", ".join(MEDIA_TYPES[name] for name in offered)
        raise NotAcceptable(f"this address serves {shown}")
    return wanted


@lru_cache(maxsize=256)
def _most_wanted(header: str, offered: tuple[str, ...]) -> str | None:
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
