"""Every address the application serves, as one table: for the index, and for 405's Allow.

And the table by which a request finds what is read: FastAPI tries each route in turn, and what it
does around an endpoint that declares nothing of it costs more than many an answer.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, compile_path

from app.web.asking import Operation
from app.web.caching import Receive, Scope, Send


@dataclass(frozen=True)
class Address:
    """A path and the methods one route takes there."""

    path: str
    methods: frozenset[str]
    name: str
    summary: str
    described: bool
    regex: re.Pattern[str]


def addresses_of(app: FastAPI) -> list[Address]:
    """The addresses of an application, by path."""
    return sorted(_addresses(app), key=lambda one: one.path)


def _addresses(app: FastAPI) -> Iterator[Address]:
    for route in iter_route_contexts(app.routes):
        if route.path is None or not route.methods:
            continue
        regex, _, _ = compile_path(route.path)
        yield Address(
            route.path,
            frozenset(route.methods),
            route.name or "",
            getattr(route, "summary", None) or "",
            bool(route.include_in_schema),
            regex,
        )


class Directory(BaseRoute):
    """The operations by path: one route ahead of FastAPI's own, which know the same endpoints.

    Args:
        prefix: what the paths of the operations are below.
        operations: every operation by its path.
    """

    def __init__(self, prefix: str, operations: Mapping[str, Operation]) -> None:
        """Sort the paths: those that are fixed, and those with a variable part by their shape."""
        self._fixed: dict[str, Operation] = {}
        self._variable: defaultdict[Any, list[tuple[re.Pattern[str], Operation]]]
        self._variable = defaultdict(list)
        for below, operation in operations.items():
            path = prefix + below
            if "{" in path:
                regex, _, _ = compile_path(path)
                self._variable[_shape(path)].append((regex, operation))
            else:
                self._fixed[path] = operation

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Find the operation of a request that reads."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope.get("root_path"):
            return Match.NONE, {}
        path = scope["path"]
        if operation := self._fixed.get(path):
            return Match.FULL, {"endpoint": operation.endpoint, "path_params": {}}
        for regex, operation in self._variable.get(_shape(path), ()):
            if found := regex.match(path):
                return Match.FULL, {
                    "endpoint": operation.endpoint,
                    "path_params": found.groupdict(),
                }
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        response = await scope["endpoint"](Request(scope, receive, send))
        await response(scope, receive, send)


def _shape(path: str) -> tuple[int, str]:
    """What is fixed in any path: how many parts it has, and the first below the version."""
    parts = path.split("/", 3)
    return path.count("/"), parts[2] if len(parts) > 2 else ""
