"""Request metrics for Prometheus: requests by route and status, and how long they took.

A route is named by its template: a path is chosen by strangers, and each new one would be a new
series for ever. With several workers each process counts its own. They are plain numbers that a
collector hands over when it is asked: the library's own counters cost a lock at every request.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from app.db import Database
from app.web.http.routes import ServedRoute

if TYPE_CHECKING:
    from prometheus_client.core import Metric
    from prometheus_client.registry import Collector

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))


class RequestMetrics:
    """Counts the requests of one application; called by its event loop alone."""

    def __init__(self, routes: Sequence[ServedRoute]) -> None:
        """Begin with nothing counted."""
        self._routes = routes
        self._route = lru_cache(maxsize=10_000)(self._find)
        self._requests: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._buckets: defaultdict[str, list[int]]
        self._buckets = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def count(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        route = self._route(path)
        self._requests[method if method in _METHODS else "other", route, status] += 1
        self._buckets[route][bisect_left(BUCKETS, seconds)] += 1
        self._seconds[route] += seconds

    def text(self, *others: "Collector") -> tuple[bytes, str]:
        """All metrics, those of the process and others too, in Prometheus' format, and its name."""
        import prometheus_client as prometheus

        registry = prometheus.CollectorRegistry()
        for own in (
            prometheus.ProcessCollector,
            prometheus.PlatformCollector,
            prometheus.GCCollector,
        ):
            own(registry=registry)
        for one in (self, *others):
            registry.register(one)
        return prometheus.generate_latest(registry), prometheus.CONTENT_TYPE_LATEST

    def collect(self) -> "Iterator[Metric]":
        """Hand over the metrics of the requests."""
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        requests = CounterMetricFamily(
            "positions_requests",
            "Requests by method, route and status.",
            labels=("method", "route", "status"),
        )
        for (method, route, status), number in list(self._requests.items()):
            requests.add_metric((method, route, str(status)), number)
        yield requests
        times = HistogramMetricFamily(
            "positions_request_seconds",
            "Time to the end of an answer, by route.",
            labels=("route",),
        )
        limits = (*map(str, BUCKETS), "+Inf")
        for route, buckets in list(self._buckets.items()):
            reached = list(zip(limits, accumulate(buckets), strict=True))
            times.add_metric((route,), reached, self._seconds[route])
        yield times

    def _find(self, path: str) -> str:
        found = (one.path for one in self._routes if one.matches(path))
        return next(found, "none")


class DatabaseMetrics:
    """Says whether the replica is there, where there is one."""

    def __init__(self, database: Database) -> None:
        """Look at a database."""
        self._database = database

    def collect(self) -> "Iterator[Metric]":
        """Hand over the metrics of the database."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        if replica := self._database.replica:
            yield GaugeMetricFamily(
                "positions_replica_up",
                "Whether reads go to the replica; 0 while it is away and they go to the primary.",
                value=0 if replica.is_away else 1,
            )
            yield CounterMetricFamily(
                "positions_replica_losses",
                "How often the replica was lost.",
                value=replica.times_away,
            )
