"""Operation router: finds the operation of a request that reads, ahead of FastAPI.

FastAPI knows the same endpoints. But it tries each route in turn, and what it does around an
endpoint that declares nothing of it costs more than many an answer.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Problem
from app.web.endpoints.operation import ReadOperation
from app.web.problems import problem_response


class OperationPaths:
    """The operations by path.

    Args:
        prefix: what the paths of the operations are below.
        operations: every operation by its path.
    """

    def __init__(self, prefix: str, operations: Mapping[str, ReadOperation]) -> None:
        """Sort the paths: those that are fixed, and those with a variable part by their shape."""
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

    def find(self, path: str) -> tuple[ReadOperation, dict[str, str]] | None:
        """The operation of a path, and what varies in it."""
        if operation := self._fixed.get(path):
            return operation, {}
        for regex, operation in self._variable.get(_shape(path), ()):
            if found := regex.match(path):
                return operation, found.groupdict()
        return None

    def formats_of(self, path: str) -> Sequence[str]:
        """The formats of the answers at a path; none where it is no operation's."""
        found = self.find(path)
        return found[0].formats if found else ()


class OperationRouter:
    """Answers the requests that read.

    Args:
        app: what answers all other requests.
        paths: the operations.
    """

    def __init__(self, app: ASGIApp, paths: OperationPaths) -> None:
        """Take what it is made of."""
        self._app, self._paths = app, paths

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
        found = self._paths.find(scope["path"])
        if found is None:
            return None
        operation, scope["path_params"] = found
        return operation


def _shape(path: str) -> tuple[int, str]:
    """The shape of a path: how many parts it has, and the first below the version."""
    parts = path.split("/", 3)
    return path.count("/"), parts[2] if len(parts) > 2 else ""
