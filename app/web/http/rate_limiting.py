"""Rate limits: off until an operator sets them, counted by key, else by address.

A key must be valid to be counted by: otherwise whoever makes up tokens has as many counters. The
counters are a process's own, so with several workers a caller gets up to as many times the limit;
where an exact one matters, a proxy in front is the place for it.
"""

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooManyRequests, Unavailable
from app.settings import Settings
from app.web.problems import problem_response

if TYPE_CHECKING:
    from limits import RateLimitItem

READS, CHANGES = "reads", "changes"


def with_rate_limit(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application within the limits that are set; as it is where none is."""
    given = {READS: settings.rate_limit_reads, CHANGES: settings.rate_limit_changes}
    if not any(given.values()):
        return app
    from limits import parse

    return RateLimitMiddleware(app, {name: parse(text) for name, text in given.items() if text})


class RateLimitMiddleware:
    """Counts requests below `/v1`, says what is left, and refuses what is beyond the limit."""

    def __init__(self, app: ASGIApp, limits: "Mapping[str, RateLimitItem]") -> None:
        """Begin with nothing counted."""
        from limits.storage import MemoryStorage
        from limits.strategies import FixedWindowRateLimiter

        self._app, self._limits = app, limits
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request and pass it on, or refuse it."""
        name = READS if scope.get("method") in ("GET", "HEAD", "OPTIONS") else CHANGES
        limit = self._limits.get(name)
        if scope["type"] != "http" or limit is None or not scope["path"].startswith("/v1"):
            await self._app(scope, receive, send)
            return
        try:
            caller = await _caller(scope)
        except Unavailable as away:  # the application's own handlers are further in
            await problem_response(away, scope["path"])(scope, receive, send)
            return
        within = self._limiter.hit(limit, name, caller)
        headers = self._headers(name, limit, caller)
        if within:
            await self._app(scope, receive, _with_headers(send, headers))
            return
        wait = headers["RateLimit"].rpartition("=")[2]
        problem = TooManyRequests(
            f"the limit of {limit.amount} {name} in {limit.get_expiry()} seconds is used up; "
            f"try again in {wait} seconds",
            headers={**headers, "Retry-After": wait},
        )
        await problem_response(problem, scope["path"])(scope, receive, send)

    def _headers(self, name: str, limit: "RateLimitItem", caller: str) -> dict[str, str]:
        """The headers that say what is left (IETF draft, RateLimit header fields)."""
        reset, remaining = self._limiter.get_window_stats(limit, name, caller)
        seconds = max(1, math.ceil(reset - time.time()))
        return {
            "RateLimit-Policy": f'"{name}";q={limit.amount};w={limit.get_expiry()}',
            "RateLimit": f'"{name}";r={remaining};t={seconds}',
        }


async def _caller(scope: Scope) -> str:
    key = await scope["app"].state.service.authenticator.identify(Request(scope))
    if key is not None:
        return f"key {key.id}"
    client = scope.get("client")
    return f"address {client[0] if client else ''}"


def _with_headers(send: Send, given: dict[str, str]) -> Send:
    more = [(name.lower().encode(), value.encode()) for name, value in given.items()]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[Any] = [*message["headers"], *more]
            message = {**message, "headers": headers}
        await send(message)

    return send_with_headers
