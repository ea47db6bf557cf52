"""CORS: reading by pages of other sites, of the origins that an operator allows."""

from collections.abc import Awaitable, Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


def with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Let pages of these origins read; a request that names no origin passes as it is."""
    cors = CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=["ETag", "Link", "X-Request-Id", "Content-Disposition"],
    )

    def call(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        crosses = b"origin" in dict(scope.get("headers", ()))
        return (cors if crosses else app)(scope, receive, send)

    return call
