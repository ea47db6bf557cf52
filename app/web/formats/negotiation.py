"""The formats of a result: which is wanted, and CSV and NDJSON of the whole, as streams.

A stream holds some hundred rows at a time, which bounds its memory and stays in the caches of a
processor.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import lru_cache, partial
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

from app.db.deadlines import renew_deadline
from app.db.releases import as_known
from app.db.statement_cache import in_parts
from app.errors import NotAcceptable
from app.web.formats.csv import sheets
from app.web.problems import MEDIA_TYPES
from app.web.query.ids import resolve_filters
from app.web.query.pages import Collection, every, page
from app.web.requests.context import ReadContext, open_context
from app.web.requests.service import Service
from app.web.requests.streaming import Stream

CHUNK = 500
#: Writes parts of a result as the text of a format.
Writer = Callable[[ReadContext, type[BaseModel], Iterable[list[bytes]]], Iterator[bytes]]


def answer(context: ReadContext, collection: Collection, shape: type[BaseModel]) -> Response:
    """A collection in the format asked for."""
    resolve_filters(context, collection.filters)
    name = chosen(context, ("json", "csv", "ndjson"))
    if name == "json":
        return page(context, collection)
    every(context, collection)  # refuses now what could not be refused once the stream has begun
    return streamed(context, name, collection.name, shape, partial(parts_of, collection))


def parts_of(collection: Collection, context: ReadContext) -> Iterator[list[bytes]]:
    """The JSON texts of a whole result by parts, marks still in them."""
    statement = as_known(every(context, collection), context.known)
    named = collection.render is not None
    for part in in_parts(context.connection, statement, CHUNK, named=named):
        yield collection.texts(context, part)


def streamed(
    context: ReadContext,
    name: str,
    what: str,
    shape: type[BaseModel],
    parts: Callable[[ReadContext], Iterable[list[bytes]]],
) -> Response:
    """A whole result, streamed.

    Args:
        context: the request.
        name: the format: csv or ndjson.
        what: what the file is called by.
        shape: the shape of a row.
        parts: gives the JSON texts of the rows by parts, marks still in them; it is asked again,
            over a connection that lives as long as the stream.
    """
    written = sheets if name == "csv" else _ndjson
    body = _stream(context.service, context.request, context.values, shape, parts, written)
    disposition = f'attachment; filename="{_file_name(context, what)}.{name}"'
    media = {"csv": "text/csv; charset=utf-8; header=present"}.get(name, MEDIA_TYPES[name])
    links = '</v1/codebook>; rel="describedby", </v1/datasets>; rel="license"'
    headers = {"Content-Disposition": disposition, "Link": links}
    return Stream(context.service.executor.streams, body, media_type=media, headers=headers)


def chosen(context: ReadContext, offered: tuple[str, ...]) -> str:
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
    """The media ranges of an Accept header with their weights (RFC 9110 §12.5.1)."""
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
    """How much a media type is wanted: the most specific range that names it decides."""
    ranges = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((accepted[one] for one in ranges if one in accepted), 0.0)


def _stream(
    service: Service,
    request: Request,
    values: dict[str, Any],
    shape: type[BaseModel],
    parts: Callable[[ReadContext], Iterable[list[bytes]]],
    written: Writer,
) -> Generator[bytes, None, None]:
    """The result by parts, over a connection of its own that lives as long as the stream."""
    with open_context(service, request, values) as context:
        yield from renew_deadline(context.connection, written(context, shape, parts(context)))


def _ndjson(
    context: ReadContext, _shape: type[BaseModel], parts: Iterable[list[bytes]]
) -> Iterator[bytes]:
    wanted = context.values.get("fields")
    for part in filter(None, parts):
        text = context.fill(b"\n".join(part))
        if wanted:
            records = (orjson.loads(line) for line in text.split(b"\n"))
            kept = ({k: v for k, v in record.items() if k in wanted} for record in records)
            text = b"\n".join(map(orjson.dumps, kept))
        yield text + b"\n"


def _file_name(context: ReadContext, what: str) -> str:
    """A name that says what was asked: the collection, its filters, the release."""
    shaping = {"format", "sort", "limit", "cursor", "total", "facets", "fields", "q"}
    parts = [
        f"{name}-{'-'.join(value) if isinstance(value, list) else value}"
        for name, value in sorted(context.values.items())
        if name not in shaping
    ]
    name = "_".join([what, *parts, f"release-{context.release_told}"])
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)[:150]
