"""What every request passes: a request id and a log line, and the headers that keep a page safe.

Plain ASGI, outermost first: see `app.main`.
"""

import os
import time
from typing import Any

import structlog

from app.web.caching import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("positions.access")

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


class AccessMiddleware:
    """Gives each request an id, safe headers, and one line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say afterwards what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = _request_id(scope)
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _with_safety(message["headers"], request_id)}
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("failed", request_id=request_id, **_about(scope))
            raise
        finally:
            seconds = time.perf_counter() - began
            scope["app"].state.figures.count(scope["method"], scope["path"], status, seconds)
            log.info(
                "request",
                request_id=request_id,
                status=status,
                ms=round(seconds * 1000, 1),
                **_about(scope),
            )


def _with_safety(headers: Any, request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, which may say for itself what it allows, and those of all."""
    said = {name for name, _ in headers}
    safety = (one for one in SAFETY if one[0] not in said)
    return [*headers, (b"x-request-id", request_id.encode()), *safety]


def _about(scope: Scope) -> dict[str, Any]:
    return {"method": scope["method"], "path": scope["path"]}


def _request_id(scope: Scope) -> str:
    """The caller's id for the request where it is a harmless one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and value.isalnum() and len(value) <= 64:
            return str(value.decode())
    return os.urandom(16).hex()
