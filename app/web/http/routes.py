"""Every address the application serves, as one table: for the index, and for 405's Allow.

And the table by which a request finds what is read: FastAPI tries each route in turn, and what it
does around an endpoint that declares nothing of it costs more than many an answer.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.routing import Route, compile_path

from app.errors import Problem
from app.web.endpoints.operation import ReadOperation
from app.web.http.response_cache import ASGIApp, Receive, Scope, Send
from app.web.problems import problem_response


@dataclass(frozen=True)
class Address:
    """A path and the methods one route takes there."""

    path: str
    methods: frozenset[str]
    name: str
    summary: str
    described: bool

    def is_of(self, path: str) -> bool:
        """Whether a path that was asked for is this one, its variable parts filled."""
        return self._regex.match(path) is not None if "{" in self.path else path == self.path

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return compile_path(self.path)[0]


def addresses_of(routers: Iterable[tuple[APIRouter, str]]) -> list[Address]:
    """The addresses of routers, each with the prefix it has in the application, by path.

    They are read off the routers, because FastAPI makes all it knows of a route anew to tell it.
    """
    found = (one for router, prefix in routers for one in _addresses(router, prefix))
    return sorted(found, key=lambda one: one.path)


def _addresses(router: APIRouter, prefix: str) -> Iterator[Address]:
    for route in router.routes:
        if isinstance(route, Route | APIRoute) and route.methods:
            yield Address(
                prefix + route.path,
                frozenset(route.methods),
                route.name,
                getattr(route, "summary", None) or "",
                route.include_in_schema,
            )


class Directory:
    """The operations by path, ahead of FastAPI, which knows the same endpoints.

    Args:
        app: what answers all other requests.
        prefix: what the paths of the operations are below.
        operations: every operation by its path.
    """

    def __init__(self, app: ASGIApp, prefix: str, operations: Mapping[str, ReadOperation]) -> None:
        """Sort the paths: those that are fixed, and those with a variable part by their shape."""
        self._app = app
        self._fixed: dict[str, ReadOperation] = {}
        self._variable: defaultdict[Any, list[tuple[re.Pattern[str], ReadOperation]]]
        self._variable = defaultdict(list)
        for below, operation in operations.items():
            path = prefix + below
            if "{" in path:
                regex, _, _ = compile_path(path)
                self._variable[_shape(path)].append((regex, operation))
            else:
                self._fixed[path] = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that reads; others pass."""
        operation = self._find(scope) if scope["type"] == "http" else None
        if operation is None:
            await self._app(scope, receive, send)
            return
        try:
            response = await operation.endpoint(Request(scope, receive, send))
            await response(scope, receive, send)
        except Problem as problem:
            await problem_response(problem, scope["path"])(scope, receive, send)

    def _find(self, scope: Scope) -> ReadOperation | None:
        """The operation of a request; what varies in its path is noted in the scope."""
        if scope["method"] != "GET" or scope.get("root_path"):
            return None
        path, scope["path_params"] = scope["path"], {}
        if operation := self._fixed.get(path):
            return operation
        for regex, operation in self._variable.get(_shape(path), ()):
            if found := regex.match(path):
                scope["path_params"] = found.groupdict()
                return operation
        return None


def _shape(path: str) -> tuple[int, str]:
    """What is fixed in any path: how many parts it has, and the first below the version."""
    parts = path.split("/", 3)
    return path.count("/"), parts[2] if len(parts) > 2 else ""
