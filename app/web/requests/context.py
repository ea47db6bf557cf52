"""One request, asked of the data at one moment, and the way every address is registered.

An operation is declared once: its parameters, its words for OpenAPI, its handler. The handler is
plain synchronous code over one connection that sees one consistent state. It runs where it was
asked, because a short indexed read costs less than handing it to a thread; while it waits for
PostgreSQL the loop goes on with others. What is costly runs beside the event loop, bounded in
number: what is declared to be, and whatever turns out to be, since no list of parameters says
beforehand what a question will cost on the data there is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from app.db import Database
from app.db.deadlines import set_deadline
from app.db.releases import as_known, current_release, release_at
from app.db.statement_cache import Build, StatementCache, Values
from app.db.tables import datasets
from app.errors import Overlong, Unavailable
from app.settings import Settings
from app.web.described import Described
from app.web.parameters import AS_OF, KNOWN_AT, Parameter, parse_query
from app.web.problems import responses_for
from app.web.references import Names
from app.web.requests.auth import Gate
from app.web.requests.limiter import MOST_WAITING, Line, full
from app.web.requests.release_cache import Kept

#: Quick reads of PostgreSQL at once, each over a connection of its own; more would only wait for
#: one another in the server. These wait in line instead.
QUICK = 8
#: How long PostgreSQL may take for one of them; then, once others wait, it counts as costly.
QUICK_WAIT_SECONDS = 0.25
#: How many questions are known to be costly before they are asked once more.
MOST_FOUND_COSTLY = 1_000
#: Open streams at once; well below the connections that reads may use, so that some are left.
MOST_STREAMS = 12


@dataclass
class Service:
    """What a process that serves has: the database, the settings, and what is kept of a release."""

    database: Database
    settings: Settings
    held: Kept = field(default_factory=lambda: Kept(-1))
    _streams: int = 0
    _found_costly: set[int] = field(default_factory=set)
    _beside: dict[int, "asyncio.Future[bool]"] = field(default_factory=dict)
    _turn: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(1))
    _quick: Line = field(default_factory=lambda: Line("requests", QUICK))
    _costly: Line = field(init=False)
    statements: StatementCache = field(default_factory=StatementCache)
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        """Keep the gate over the same database."""
        self._costly = Line("costly requests", self.settings.costly_at_once)
        self.gate = Gate(self.database)

    def names(self, release: int, known: int | None) -> Names:
        """What marks stand for, kept while the release stays."""
        if known is not None:
            return Names(release, known)
        if self.held.release < release:
            self.held = Kept(release)
        held = self.held
        return held.names if held.release == release else Names(release)

    def kept(self, release: int, key: Any, make: Callable[[], Any]) -> Any:
        """A value that a release makes certain, made once for it."""
        held = self.held
        return held.value(key, make) if held.release == release else make()

    async def answer(
        self,
        request: Request,
        values: dict[str, Any],
        handler: "Handler",
        *,
        costly: bool = False,
    ) -> Response:
        """What a handler answers to a request, from one state of the data.

        Args:
            request: the request.
            values: the values of its query.
            handler: answers; it may be asked a second time, where it turns out to be costly.
            costly: whether it is known to be, and need not be tried.

        Raises:
            Unavailable: where it is costly, and as much that is costly is under way as may be.
        """
        work = partial(_answered, self, request, values, handler)
        # Two that are alike by chance are only asked in the same way.
        question = hash((request.scope["path"], request.scope["query_string"]))
        if costly or question in self._found_costly:
            await self._same_answered(question)
        if costly or question in self._found_costly:
            return await self._ask_beside(question, work)
        if not self.database.is_sqlite:
            return await self._on_loop(work)
        try:
            return work(quick=True)
        except Overlong:
            if len(self._found_costly) >= MOST_FOUND_COSTLY:
                self._found_costly.clear()
            self._found_costly.add(question)
            return await self._ask_beside(question, work)

    async def _same_answered(self, question: int) -> None:
        """Wait for the answer to the same question, if it is asked beside the loop just now.

        What took long to find is kept by then, as a rule; and until then nobody who wants the same
        takes a place from who wants something else. The answer itself may be too old for this one.

        Raises:
            Unavailable: when it could not be answered.
        """
        if (other := self._beside.get(question)) and not await asyncio.shield(other):
            raise full("costly requests")

    async def _ask_beside(self, question: int, work: Callable[[], Response]) -> Response:
        """Do costly work beside the event loop."""
        ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._beside.setdefault(question, ended)
        still_costly = False
        try:
            await self._costly.enter(work)
            try:
                return await anyio.to_thread.run_sync(work)
            finally:
                self._costly.leave(work)
        except Unavailable:
            still_costly = True
            raise
        finally:
            if self._beside.get(question) is ended:
                del self._beside[question]
            ended.set_result(not still_costly)
            if not still_costly:
                self._found_costly.discard(question)

    async def _on_loop(self, work: Callable[[], Response]) -> Response:
        """Do work that waits for PostgreSQL; where it takes long, in a place among the costly."""
        place: Line | None = self._quick
        refused: Unavailable | None = None
        moving: asyncio.TimerHandle | None = None

        def move() -> None:
            nonlocal moving, place, refused
            if not self._quick.waiting:
                moving = loop.call_later(QUICK_WAIT_SECONDS, move)
                return
            self._quick.leave(work)
            place = None
            try:
                self._costly.enter_at_once(work)
                place = self._costly
            except Unavailable as problem:
                refused = problem
                limit.reschedule(loop.time())

        await self._quick.enter(work)
        loop = asyncio.get_running_loop()
        moving = loop.call_later(QUICK_WAIT_SECONDS, move)
        try:
            async with asyncio.timeout(None) as limit:
                return await self.database.run_on_loop(work)
        except TimeoutError:
            if refused is None:
                raise
            raise refused from None
        finally:
            if moving:
                moving.cancel()
            if place:
                place.leave(work)

    async def close(self) -> None:
        """Write down what waits for it, and give back the connections."""
        await self.gate.close()
        await self.database.close_on_loop()

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Keep count of a stream while it is open; refuse one too many."""
        if self._streams >= MOST_STREAMS:
            raise full("exports", seconds=5)
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    async def write(self, work: Callable[[], Response]) -> Response:
        """Do the work beside the event loop, one writer at a time; the others queue in order."""
        if self._turn.statistics().tasks_waiting >= MOST_WAITING:
            raise full("changes")
        return await anyio.to_thread.run_sync(work, limiter=self._turn)


@dataclass
class ReadContext:
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
        self, what: Any, values: Values, write: Build, *, named: bool = True
    ) -> Sequence[Any]:
        """The rows of a statement that is kept by its shape (see `app.db.statement_cache`)."""
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


class open_context:
    """The one state of the data that a request is answered from, open for a block."""

    __slots__ = ("_given", "_quick", "_read")

    def __init__(
        self, service: Service, request: Request, values: dict[str, Any], *, quick: bool = False
    ) -> None:
        """Open nothing yet."""
        self._given, self._read = (service, request, values), service.database.read()
        self._quick = quick

    def __enter__(self) -> ReadContext:
        """Open it."""
        connection = self._read.__enter__()
        try:
            set_deadline(connection, quick=self._quick)
            return context_on(connection, *self._given)
        except BaseException as fault:
            self._read.__exit__(type(fault), fault, fault.__traceback__)
            raise

    def __exit__(self, *fault: Any) -> None:
        """Close it."""
        self._read.__exit__(*fault)


def context_on(
    connection: Connection, service: Service, request: Request, values: dict[str, Any]
) -> ReadContext:
    """What a request asks, of the state that a connection sees."""
    release = current_release(connection)
    known = None
    if "known_at" in values:
        at = release_at(connection, values["known_at"])
        known = at if at < release else None
    names = service.names(release, known)
    request.scope["positions.release"] = release
    return ReadContext(request, service, connection, release, known, values, names)


Handler = Callable[[ReadContext], Response]


def _answered(
    service: Service,
    request: Request,
    values: dict[str, Any],
    handler: Handler,
    *,
    quick: bool = False,
) -> Response:
    """What a handler answers; it gets values of its own, in which it may put canonical ids."""
    with open_context(service, request, {**values}, quick=quick) as context:
        return handler(context)


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
        service: Service = request.app.state.service
        return await service.answer(request, values, handler, costly=costly)

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
