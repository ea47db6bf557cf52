"""Compression: zstd, br or gzip, as a caller accepts them, where it saves more than it costs.

The work is starlette-compress'. It stands within the cache of answers, so that what is kept is
packed already; a stream is packed part by part. A shorter answer than this fits into one packet
either way, and what is packed by its nature (zip, pictures) is sent as it is.
"""

from starlette_compress import CompressMiddleware, add_compress_type

from app.web.caching import ASGIApp, Receive, Scope, Send
from app.web.problems import MEDIA_TYPES, PROBLEM_JSON

LEAST_BYTES = 1024

for _media in (*MEDIA_TYPES.values(), PROBLEM_JSON):
    add_compress_type(_media)


def compressed(app: ASGIApp) -> ASGIApp:
    """The application for callers who accept compression, and as it is for the others."""
    packing = CompressMiddleware(app, minimum_size=LEAST_BYTES)

    async def passed(scope: Scope, receive: Receive, send: Send) -> None:
        accepts = b"accept-encoding" in dict(scope.get("headers", ()))
        await (packing if accepts else app)(scope, receive, send)

    return passed
