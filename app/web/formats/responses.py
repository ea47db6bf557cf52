"""JSON responses: the envelope of data, meta and links, and the choice of fields.

Data and meta come as JSON text that is made already: to parse it once more would cost as much as
to make it.
"""

from collections.abc import Iterable, Mapping, Sequence

import orjson
from fastapi import Response

from app.web.formats.media_types import MEDIA_TYPES
from app.web.requests.context import ReadContext


def json_response(
    text: bytes,
    headers: Mapping[str, str] | None = None,
    media_type: str = MEDIA_TYPES["json"],
) -> Response:
    """JSON text as a response."""
    return Response(text, media_type=media_type, headers=dict(headers or {}))


def enveloped(data: bytes, meta: bytes, **links: str | None) -> bytes:
    """The JSON text of an answer."""
    return b'{"data":%b,"meta":%b,"links":%b}' % (data, meta, orjson.dumps(links))


def item_response(context: ReadContext, data: bytes, meta: bytes) -> Response:
    """Respond with one record, or one computed answer."""
    return json_response(enveloped(data, meta, self=context.address))


def select_fields(texts: Iterable[bytes], wanted: Sequence[str]) -> list[bytes]:
    """The JSON texts of records with only these of their top-level fields."""
    records = map(orjson.loads, texts)
    return [
        orjson.dumps({name: record[name] for name in record if name in wanted})
        for record in records
    ]
