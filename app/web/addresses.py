"""Every address the application serves, as one table: for the index, and for 405's Allow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path


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
