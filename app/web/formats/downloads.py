"""Downloads: a whole result as a CSV or NDJSON file, streamed.

A stream holds some hundred rows at a time, which bounds its memory and stays in the caches of a
processor.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeAlias

from fastapi import Request, Response
from pydantic import BaseModel

from app.db.engines.deadlines import renew_deadline
from app.web.formats.csv import write_csv
from app.web.formats.media_types import MEDIA_TYPES
from app.web.formats.ndjson import write_ndjson
from app.web.requests.context import ReadContext, open_context
from app.web.requests.service import Service
from app.web.requests.streaming import Stream

#: Gives the JSON texts of a whole result by parts, marks still in them.
Parts: TypeAlias = Callable[[ReadContext], Iterable[list[bytes]]]
#: Writes parts of a result as the text of a format.
Writer: TypeAlias = Callable[[ReadContext, type[BaseModel], Iterable[list[bytes]]], Iterator[bytes]]
WRITERS: dict[str, Writer] = {"csv": write_csv, "ndjson": write_ndjson}
_MEDIA_TYPES = MEDIA_TYPES | {"csv": "text/csv; charset=utf-8; header=present"}
_LINKS = '</v1/codebook>; rel="describedby", </v1/datasets>; rel="license"'


def download(
    context: ReadContext, name: str, title: str, shape: type[BaseModel], parts: Parts
) -> Response:
    """A whole result, streamed.

    Args:
        context: the request.
        name: the format: csv or ndjson.
        title: what the file's name begins with.
        shape: the shape of a row.
        parts: gives the rows; it is asked again, over a connection that lives as long as the
            stream.
    """
    body = _stream(context.service, context.request, context.values, shape, parts, WRITERS[name])
    disposition = f'attachment; filename="{_file_name(context, title)}.{name}"'
    headers = {"Content-Disposition": disposition, "Link": _LINKS}
    return Stream(
        context.service.executor.streams, body, media_type=_MEDIA_TYPES[name], headers=headers
    )


def _stream(
    service: Service,
    request: Request,
    values: dict[str, Any],
    shape: type[BaseModel],
    parts: Parts,
    write: Writer,
) -> Generator[bytes, None, None]:
    """The result by parts, over a connection of its own that lives as long as the stream."""
    with open_context(service, request, values) as context:
        yield from renew_deadline(context.connection, write(context, shape, parts(context)))


_NOT_IN_NAME = {"format", "sort", "limit", "cursor", "total", "facets", "fields", "q"}


def _file_name(context: ReadContext, title: str) -> str:
    """A name that says what was asked: the collection, its filters, the release."""
    parts = [
        f"{name}-{'-'.join(value) if isinstance(value, list) else value}"
        for name, value in sorted(context.values.items())
        if name not in _NOT_IN_NAME
    ]
    name = "_".join([title, *parts, f"release-{context.release_shown}"])
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)[:150]
