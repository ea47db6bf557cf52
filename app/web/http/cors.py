"""CORS: reading by pages of other sites, of the origins that an operator allows.

Reading is what changes nothing, whatever its method: a question too long for an address is posted.
What changes the data takes a key, and is not for pages of other sites.
"""

from collections.abc import Awaitable, Iterable, Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

READING = ("GET", "HEAD", "OPTIONS")
EXPOSED = (
    "ETag",
    "Link",
    "Location",
    "X-Request-Id",
    "Content-Disposition",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "WWW-Authenticate",
    "Preference-Applied",
    "Idempotency-Replayed",
)


def with_cors(app: ASGIApp, origins: Sequence[str], posted: Iterable[str]) -> ASGIApp:
    """Let pages of these origins read; a request that names no origin passes as it is.

    Args:
        app: the application.
        origins: the origins, or `*`.
        posted: the addresses that are read by POST.
    """
    reads = _middleware(app, origins, READING)
    reads_by_post = _middleware(app, origins, (*READING, "POST"))
    known = [compile_path(path)[0] for path in posted]

    def call(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if b"origin" not in dict(scope.get("headers", ())):
            return app(scope, receive, send)
        is_posted = any(regex.match(scope["path"]) for regex in known)
        return (reads_by_post if is_posted else reads)(scope, receive, send)

    return call


def _middleware(app: ASGIApp, origins: Sequence[str], methods: Sequence[str]) -> CORSMiddleware:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=methods,
        allow_headers=["*"],
        expose_headers=EXPOSED,
    )
