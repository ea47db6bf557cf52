"""Routes: every path the application serves with its methods, for the index, 405 and metrics."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Route, compile_path


@dataclass(frozen=True)
class ServedRoute:
    """A path and the methods one route takes there."""

    path: str
    methods: frozenset[str]
    name: str
    summary: str
    described: bool

    def matches(self, path: str) -> bool:
        """Whether a path that was asked for is this one, its variable parts filled."""
        return self._regex.match(path) is not None if "{" in self.path else path == self.path

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return compile_path(self.path)[0]


def served_routes(routers: Iterable[tuple[APIRouter, str]]) -> list[ServedRoute]:
    """The routes of routers, each with the prefix it has in the application, by path.

    They are read off the routers, because FastAPI makes all it knows of a route anew for each look.
    """
    found = (one for router, prefix in routers for one in _routes_of(router, prefix))
    return sorted(found, key=lambda one: one.path)


def _routes_of(router: APIRouter, prefix: str) -> Iterator[ServedRoute]:
    for route in router.routes:
        if isinstance(route, Route | APIRoute) and route.methods:
            yield ServedRoute(
                prefix + route.path,
                frozenset(route.methods),
                route.name,
                getattr(route, "summary", None) or "",
                route.include_in_schema,
            )


def posted_reads(router: APIRouter) -> Iterator[str]:
    """The paths of a router that are posted to without a key, and so change nothing."""
    for route in router.routes:
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
            if not (route.openapi_extra or {}).get("security"):
                yield route.path
