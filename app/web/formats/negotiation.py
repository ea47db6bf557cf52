"""Content negotiation: the format that `format=` or `Accept` asks for."""

from app.errors import NotAcceptable
from app.web.formats.media_types import MEDIA_TYPES, most_wanted, offered_formats
from app.web.requests.context import ReadContext


def negotiated_format(context: ReadContext, offered: tuple[str, ...]) -> str:
    """The format that `format=` or `Accept` asks for; the first offered where neither does.

    Raises:
        NotAcceptable: when none that is offered is accepted.
    """
    if "format" in context.values:
        return str(context.values["format"])
    formats = offered_formats(offered, sparse="fields" in context.values)
    wanted = most_wanted(_accept(context), formats)
    if wanted is None:
        shown = ", ".join(MEDIA_TYPES[name] for name in offered)
        raise NotAcceptable(f"this address serves {shown}")
    return "json" if wanted == "fields" else wanted


def json_media_type(context: ReadContext) -> str:
    """The media type of a page: rows with some of their fields are not of the shape of whole ones.

    A caller who accepts `application/json` and not their own type gets them under that name.
    """
    if "fields" not in context.values:
        return MEDIA_TYPES["json"]
    chosen = None
    if "format" not in context.values:
        chosen = most_wanted(_accept(context), ("fields", "json"))
    return MEDIA_TYPES[chosen or "fields"]


def _accept(context: ReadContext) -> str:
    lines = [value for name, value in context.request.scope["headers"] if name == b"accept"]
    return b", ".join(lines).decode("latin-1")
