"""Figures for Prometheus: how many requests of which route ended how, and how long they took.

A route is told by its template: a path is chosen by strangers, and each new one would be a new
series for ever. With several workers each process tells its own figures.
"""

from collections.abc import Sequence
from functools import lru_cache

from prometheus_client import Counter, Histogram

from app.web.addresses import Address

REQUESTS = Counter(
    "positions_requests", "Requests by method, route and status.", ("method", "route", "status")
)
SECONDS = Histogram(
    "positions_request_seconds",
    "Time to the end of an answer, by route.",
    ("route",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))


class Figures:
    """Counts the requests of one application."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        """Know the routes there are."""
        self._addresses = addresses
        self._route = lru_cache(maxsize=10_000)(self._find)

    def count(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        route = self._route(path)
        known = method if method in _METHODS else "other"
        REQUESTS.labels(known, route, str(status)).inc()
        SECONDS.labels(route).observe(seconds)

    def _find(self, path: str) -> str:
        found = (one.path for one in self._addresses if one.regex.match(path))
        return next(found, "none")
