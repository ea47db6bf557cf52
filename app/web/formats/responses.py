"""Envelopes: the data of an answer, what it is of, and where it is and goes on.

Data and meta come as JSON text that is made already: to parse it once more would cost as much as
to make it.
"""

from collections.abc import Mapping

import orjson
from fastapi import Response

from app.web.requests.context import ReadContext


def json_response(text: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """JSON text as a response."""
    return Response(text, media_type="application/json", headers=dict(headers or {}))


def enveloped(data: bytes, meta: bytes, **links: str | None) -> bytes:
    """The JSON text of an answer."""
    return b'{"data":%b,"meta":%b,"links":%b}' % (data, meta, orjson.dumps(links))


def item_response(context: ReadContext, data: bytes, meta: bytes) -> Response:
    """One record, or one computed answer."""
    return json_response(enveloped(data, meta, self=context.address))


def page_response(
    context: ReadContext, rows: bytes, meta: bytes, following: str | None
) -> Response:
    """One page of a collection, with its links in a header, too (RFC 8288).

    Args:
        context: the request.
        rows: the JSON texts of the rows, by commas.
        meta: the JSON text of `meta`.
        following: the address of the next page; None on the last.
    """
    address = context.address
    header = f'<{address}>; rel="self"'
    if following:
        header += f', <{following}>; rel="next"'
    text = enveloped(b"[%b]" % rows, meta, self=address, next=following)
    return json_response(text, {"Link": header})
