"""NDJSON: a whole result as lines of JSON, by parts."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from app.web.formats.responses import select_fields
from app.web.requests.context import ReadContext


def write_ndjson(
    context: ReadContext, _shape: type[BaseModel], parts: Iterable[list[bytes]]
) -> Iterator[bytes]:
    """A whole result as NDJSON by parts.

    Args:
        context: the request, which fills the marks.
        parts: the JSON texts of the rows by parts, marks still in them.
    """
    wanted = context.values.get("fields")
    for part in filter(None, parts):
        texts = select_fields(part, wanted) if wanted else part
        yield context.fill(b"\n".join(texts)) + b"\n"
