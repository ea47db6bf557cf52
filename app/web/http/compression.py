"""Compression: zstd, br or gzip, as a caller accepts them, where it saves more than it costs.

The work is starlette-compress'. It stands within the response cache, so that what is cached is
packed already; a stream is packed part by part. A shorter answer than this fits into one packet
either way, and what is packed by its nature (zip, pictures) is sent as it is. What gzip says of the
moment is left out: one tag stands for the same bytes, whenever they were packed.
"""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type
from starlette_compress._utils import parse_accept_encoding  # the choice that it makes itself

from app.web.formats.media_types import MEDIA_TYPES
from app.web.problems import PROBLEM_JSON

LEAST_BYTES = 1024

for _media in (*MEDIA_TYPES.values(), PROBLEM_JSON):
    add_compress_type(_media)


def chosen_encoding(accepted: bytes) -> str:
    """The compression that an Accept-Encoding header chooses; empty for none."""
    encodings = parse_accept_encoding(accepted.decode("latin-1"))
    return next((one for one in ("zstd", "br", "gzip") if one in encodings), "")


def with_compression(app: ASGIApp) -> ASGIApp:
    """The application for callers who accept compression, and as it is for the others."""
    packing = CompressMiddleware(app, minimum_size=LEAST_BYTES)

    def call(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if b"accept-encoding" in dict(scope.get("headers", ())):
            return packing(scope, receive, _timeless(send))
        return app(scope, receive, send)

    return call


def _timeless(send: Send) -> Send:
    """Send what gzip packed without the time it was packed at (RFC 1952: zero is no time)."""

    begins = False

    async def send_timeless(message: Message) -> None:
        nonlocal begins
        if message["type"] == "http.response.start":
            begins = (b"content-encoding", b"gzip") in message["headers"]
        elif begins:
            begins = False
            if not message.get("more_body"):  # a stream has no time in it anyway
                body = message.get("body", b"")
                message = {**message, "body": b"%b\0\0\0\0%b" % (body[:4], body[8:])}
        await send(message)

    return send_timeless
