"""Access log: one line of JSON for each request, with the request's id and its metrics.

The outermost of what every request passes, so it is here that a response gets its id and the
headers that keep a page safe, and that a fault of ours becomes an answer. Plain ASGI: see
`app.main`.
"""

import asyncio
import logging
import os
import sys
import time
from itertools import count

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import log
from app.web.http.metrics import RequestMetrics
from app.web.problems import FAULT, problem_response

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
SAFETY_HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_LINE = (
    '{"request_id":"%s","status":%d,"ms":%.1f,"method":"%s","path":%s,'
    '"event":"request","level":"info","timestamp":"%s.%06dZ"}\n'
)


class RequestLogMiddleware:
    """Gives each request an id, safe headers, one line in the log, and a place in the metrics.

    Args:
        app: what it wraps.
        failed: answers in its place when it fails before it has begun to.
        metrics: counts requests.
    """

    def __init__(self, app: ASGIApp, failed: ASGIApp, metrics: RequestMetrics) -> None:
        """Wrap the application."""
        self._app, self._failed, self._metrics = app, failed, metrics
        self._log = AccessLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log afterwards what came of it."""
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
                own = {name for name, _ in message["headers"]}  # a preview may stand in a frame
                safe = (one for one in SAFETY_HEADERS if one[0] not in own)
                message = {**message, "headers": [*message["headers"], named, *safe]}
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
            self._log.add(request_id, method, path, status, seconds)


class AccessLog:
    """Writes the lines of requests to standard error, where the level lets them through.

    A line is put together by hand, as `app.logs` would write it, and written once for all requests
    of a turn of the event loop: for a cached answer the line was most of the work.
    """

    def __init__(self) -> None:
        """Look at the level that logging was configured with."""
        self._on = log.isEnabledFor(logging.INFO)
        self._lines: list[str] = []
        self._second, self._second_shown = -1, ""

    def add(self, request_id: str, method: str, path: str, status: int, seconds: float) -> None:
        """Write a line about a request that has ended, when the event loop comes round."""
        if not self._on:
            return
        if not self._lines:
            asyncio.get_running_loop().call_soon(self.flush)
        second, fraction = divmod(time.time_ns() // 1000, 1_000_000)
        if second != self._second:
            self._second = second
            self._second_shown = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        ms, path_shown = seconds * 1000, orjson.dumps(path).decode()
        self._lines.append(
            _LINE % (request_id, status, ms, method, path_shown, self._second_shown, fraction)
        )

    def flush(self) -> None:
        """Write the lines that wait."""
        lines, self._lines = self._lines, []
        sys.stderr.buffer.write("".join(lines).encode())
        sys.stderr.buffer.flush()


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
