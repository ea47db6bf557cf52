"""What every request passes: an id, a log line, the headers that keep a page safe, and CORS.

Plain ASGI, outermost first: see `app.main`.
"""

import os
import time
from collections.abc import Sequence
from itertools import count

from starlette.middleware.cors import CORSMiddleware

from app.logs import log
from app.web.http.metrics import RequestMetrics
from app.web.http.response_cache import ASGIApp, Message, Receive, Scope, Send
from app.web.journal import Journal
from app.web.problems import FAULT, problem_response

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
SAFETY = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class RequestLogMiddleware:
    """Gives each request an id, safe headers, one line in the log, and a place in the figures.

    Args:
        app: what it wraps.
        failed: answers in its place when it fails before it has begun to.
        metrics: counts requests.
    """

    def __init__(self, app: ASGIApp, failed: ASGIApp, metrics: RequestMetrics) -> None:
        """Wrap the application."""
        self._app, self._failed, self._metrics = app, failed, metrics
        self._journal = Journal()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say afterwards what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id, status = _request_id(scope), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                named = (b"x-request-id", request_id.encode())
                message = {**message, "headers": [*message["headers"], named, *SAFETY]}
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            fields = {"request_id": request_id, "path": scope["path"]}
            log.exception("failed", extra={"fields": fields})
            if status:  # the answer had begun: cut it, so that nobody takes it for whole
                raise
            await self._failed(scope, receive, send_with_id)
        finally:
            method, path, seconds = scope["method"], scope["path"], time.perf_counter() - began
            self._metrics.count(method, path, status, seconds)
            self._journal.note(request_id, method, path, status, seconds)


_PROCESS, _numbers = os.urandom(12).hex(), count()


def _request_id(scope: Scope) -> str:
    """The caller's id for the request where it is a harmless one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and value.isalnum() and len(value) <= 64:
            return str(value.decode())
    return f"{_PROCESS}{next(_numbers):08x}"


async def answer_fault(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer that the fault is ours, and nothing of its inside."""
    await problem_response(FAULT, scope["path"])(scope, receive, send)


def with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Let pages of these origins read (CORS); a request that names no origin passes as it is."""
    shared = CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=["ETag", "Link", "X-Request-Id", "Content-Disposition"],
    )

    async def passed(scope: Scope, receive: Receive, send: Send) -> None:
        crosses = b"origin" in dict(scope.get("headers", ()))
        await (shared if crosses else app)(scope, receive, send)

    return passed
