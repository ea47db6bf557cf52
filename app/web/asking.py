"""One request, asked of the data at one moment, and the way every address is registered.

An operation is declared once: its parameters, its words for OpenAPI, its handler. The handler is
plain synchronous code over one connection that sees one consistent state. A quick one runs where
it was asked, because a short indexed read costs less than handing it to a thread; while one waits
for PostgreSQL the loop goes on with others. What is costly runs beside the event loop, bounded in
number.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any

import anyio
import anyio.to_thread
import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from app.db import Database
from app.db.clock import as_known, current_release, release_at
from app.db.reading import bound
from app.db.statements import Statements, Values, Write
from app.db.tables import datasets
from app.errors import Unavailable
from app.settings import Settings
from app.web.access import Gate
from app.web.described import Described
from app.web.parameters import AS_OF, KNOWN_AT, Parameter, parse_query
from app.web.problems import responses_for
from app.web.rendering import Names

#: Quick reads of PostgreSQL at once, each over a connection of its own; more would only wait for
#: one another in the server. These wait in line instead.
QUICK = 8
#: How long one waits in that line: callers who went away by then hold up nobody.
PATIENCE_SECONDS = 3
#: How many wait in any line.
MOST_WAITING = 500
MOST_HELD = 10_000
#: Open streams at once; well below the connections that reads may use, so that some are left.
MOST_STREAMS = 12


class Held:
    """What a release makes certain, kept while it is the newest; the least used go first."""

    def __init__(self, release: int) -> None:
        """Hold nothing yet."""
        self.release = release
        self.names = Names(release)
        self._values: OrderedDict[Any, Any] = OrderedDict()
        self._lock = Lock()

    def value(self, key: Any, make: Callable[[], Any]) -> Any:
        """The value of a key, made the first time it is asked for."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            self._values[key] = made
            if len(self._values) > MOST_HELD:
                self._values.popitem(last=False)
        return made


@dataclass
class Service:
    """What a process that serves has: the database, the settings, and what is kept of a release."""

    database: Database
    settings: Settings
    held: Held = field(default_factory=lambda: Held(-1))
    _costly: int = 0
    _streams: int = 0
    _waiting: int = 0
    _turn: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(1))
    _quick: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(QUICK))
    statements: Statements = field(default_factory=Statements)
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        """Keep the gate over the same database."""
        self.gate = Gate(self.database)

    def names(self, release: int, known: int | None) -> Names:
        """What marks stand for, kept while the release stays."""
        if known is not None:
            return Names(release, known)
        if self.held.release < release:
            self.held = Held(release)
        held = self.held
        return held.names if held.release == release else Names(release)

    def kept(self, release: int, key: Any, make: Callable[[], Any]) -> Any:
        """A value that a release makes certain, made once for it."""
        held = self.held
        return held.value(key, make) if held.release == release else make()

    async def run(self, work: Callable[[], Response], *, costly: bool) -> Response:
        """Do the work here or beside, and refuse costly work past the bound."""
        if not costly and self.database.is_sqlite:
            return work()
        if not costly:
            return await self._in_line(work)
        if self._costly >= self.settings.costly_at_once:
            raise _full("costly requests", "under way", seconds=1)
        self._costly += 1
        try:
            return await anyio.to_thread.run_sync(work)
        finally:
            self._costly -= 1

    async def _in_line(self, work: Callable[[], Response]) -> Response:
        """Do quick work when its turn comes; refuse it where that takes too long."""
        if self._waiting >= MOST_WAITING:
            raise _full("requests", "waiting", seconds=2)
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._quick.acquire()
        except TimeoutError:
            raise _full("requests", "waiting", seconds=2) from None
        finally:
            self._waiting -= 1
        try:
            return await self.database.on_loop(work)
        finally:
            self._quick.release()

    async def close(self) -> None:
        """Write down what waits for it, and give back the connections."""
        await self.gate.close()
        await self.database.close_on_loop()

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Keep count of a stream while it is open; refuse one too many."""
        if self._streams >= MOST_STREAMS:
            raise _full("exports", "under way", seconds=5)
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    async def write(self, work: Callable[[], Response]) -> Response:
        """Do the work beside the event loop, one writer at a time; the others queue in order."""
        if self._turn.statistics().tasks_waiting >= MOST_WAITING:
            raise _full("changes", "waiting", seconds=2)
        return await anyio.to_thread.run_sync(work, limiter=self._turn)


def _full(what: str, state: str, *, seconds: int) -> Unavailable:
    """What is told to one too many."""
    return Unavailable(
        f"as many {what} as this service takes are {state}; try again shortly",
        headers={"Retry-After": str(seconds)},
    )


@dataclass
class Ask:
    """What one request asks, and the state of the data that answers it.

    Attributes:
        release: the release that was current when the answer was made.
        known: the earlier release to answer from, where `known_at` asks for one; else None.
        values: the values of the query, by parameter.
    """

    request: Request
    service: Service
    connection: Connection
    release: int
    known: int | None
    values: dict[str, Any]
    names: Names

    @property
    def sqlite(self) -> bool:
        """Which of the two databases answers."""
        return self.service.database.is_sqlite

    @property
    def as_of(self) -> str | None:
        """The day of the world to answer for."""
        day: str | None = self.values.get("as_of")
        return day

    def rows(
        self, statement: sa.Select[Any], values: Mapping[str, Any] | None = None, /
    ) -> Sequence[Any]:
        """The rows of a statement, its blanks filled, as of the release asked for."""
        return self.connection.execute(as_known(statement, self.known), values).all()

    def rows_like(
        self, what: Any, values: Values, write: Write, *, named: bool = True
    ) -> Sequence[Any]:
        """The rows of a statement that is kept by its shape (see `app.db.statements`)."""
        statements = self.service.statements
        return statements.rows(self.connection, what, values, write, self.known, named=named)

    def scalar(self, statement: sa.Select[Any]) -> Any:
        """The one value of a statement, as of the release asked for."""
        return self.connection.execute(as_known(statement, self.known)).scalar()

    def fill(self, text: bytes) -> bytes:
        """JSON text with every mark replaced."""
        return self.names.fill(self.connection, text)

    def meaning(self, values: Sequence[Any]) -> list[Any]:
        """Values with what their marks stand for in the place of those that are marks."""
        return self.names.meaning(self.connection, values)

    def kept(self, key: Any, make: Callable[[], Any]) -> Any:
        """A value kept for as long as the release stays; made anew for an earlier one."""
        if self.known is not None:
            return make()
        return self.service.kept(self.release, key, make)

    def citations(self, ids: set[str]) -> bytes:
        """The JSON list of the citations of datasets."""
        key = ("citations", *sorted(ids))
        text: bytes = self.kept(key, partial(self._read_citations, sorted(ids)))
        return text

    def _read_citations(self, ids: list[str]) -> bytes:
        statement = sa.select(datasets.c.id, datasets.c.body).where(datasets.c.id.in_(ids))
        bodies = [(one, orjson.loads(body)) for one, body in self.rows(statement.order_by("id"))]
        return orjson.dumps(
            [
                {"dataset": one, **{k: body[k] for k in ("citation", "licence", "url")}}
                for one, body in bodies
            ]
        )

    def meta(self, citing: set[str], **more: Any) -> bytes:
        """The JSON text of `meta`: release and citations first, then what the answer adds."""
        told = {k: v for k, v in more.items() if v is not None}
        if "as_of" in self.values:
            told["as_of"] = self.values["as_of"]
        if "known_at" in self.values:
            told["known_at"] = self.values["known_at"]
        tail = orjson.dumps(told)[1:-1]
        head = b'{"release":%d,"citations":%b' % (self.release_told, self.citations(citing))
        return b"%b,%b}" % (head, tail) if tail else head + b"}"

    @property
    def release_told(self) -> int:
        """The release the answer shows: the one asked for, or the current one."""
        return self.release if self.known is None else self.known

    @property
    def address(self) -> str:
        """The path and query as they were asked."""
        query = self.request.scope["query_string"].decode("latin-1")
        path = self.request.scope["path"]
        return f"{path}?{query}" if query else str(path)


class asked:
    """The one state of the data that a request is answered from, open for a block."""

    __slots__ = ("_given", "_read")

    def __init__(self, service: Service, request: Request, values: dict[str, Any]) -> None:
        """Open nothing yet."""
        self._given, self._read = (service, request, values), service.database.read()

    def __enter__(self) -> Ask:
        """Open it."""
        connection = self._read.__enter__()
        try:
            bound(connection)
            return ask_over(connection, *self._given)
        except BaseException as fault:
            self._read.__exit__(type(fault), fault, fault.__traceback__)
            raise

    def __exit__(self, *fault: Any) -> None:
        """Close it."""
        self._read.__exit__(*fault)


def ask_over(
    connection: Connection, service: Service, request: Request, values: dict[str, Any]
) -> Ask:
    """What a request asks, of the state that a connection sees."""
    release = current_release(connection)
    known = None
    if "known_at" in values:
        at = release_at(connection, values["known_at"])
        known = at if at < release else None
    names = service.names(release, known)
    request.scope["positions.release"] = release
    return Ask(request, service, connection, release, known, values, names)


Handler = Callable[[Ask], Response]


@dataclass(frozen=True)
class Operation:
    """An address that can be asked in the process as well, as the explorer's pages do.

    Attributes:
        handler: answers what is asked.
        parameters: what the address takes, by name.
        endpoint: answers a request of it.
    """

    handler: Handler
    parameters: Mapping[str, Parameter]
    endpoint: Callable[[Request], Awaitable[Response]]


#: Every operation by its path below /v1.
OPERATIONS: dict[str, Operation] = {}


def operation(
    router: APIRouter,
    path: str,
    handler: Handler,
    *,
    name: str,
    summary: str,
    description: str,
    tag: str,
    shape: Any,
    parameters: Sequence[Parameter] = (),
    path_parameters: Sequence[dict[str, Any]] = (),
    costly: bool = False,
    formats: Sequence[str] = ("json",),
    problems: Sequence[int] = (),
    media: Sequence[str] = (),
) -> None:
    """Register an address that is read: its handler, and all that OpenAPI says of it."""
    known = {parameter.name: parameter for parameter in parameters}

    async def endpoint(request: Request) -> Response:
        values = parse_query(request.scope["query_string"], known)

        def work() -> Response:
            with asked(request.app.state.service, request, values) as ask:
                return handler(ask)

        service: Service = request.app.state.service
        return await service.run(work, costly=costly)

    OPERATIONS[path] = Operation(handler, known, endpoint)
    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        name=name,
        operation_id=name,
        summary=summary,
        description=description,
        tags=[tag],
        response_model=shape,
        route_class_override=Described,
        response_class=JSONResponse if shape else Response,
        responses=responses_for(formats, {304, 422, *problems}, media),
        openapi_extra={
            "parameters": [*path_parameters, *(p.openapi() for p in parameters)],
        },
    )


def path_id(what: str, example: str) -> dict[str, Any]:
    """The `id` in an address."""
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": f"The id of the {what}.",
        "schema": {"type": "string", "maxLength": 100, "pattern": "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$"},
        "example": example,
    }


def json_response(text: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """JSON text as an answer."""
    return Response(text, media_type="application/json", headers=dict(headers or {}))


CLOCKS = (AS_OF, KNOWN_AT)
