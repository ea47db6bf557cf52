"""Request context: the parameters of a request, and the one state of the data that answers it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi import Request, Response
from pyroaring import BitMap
from sqlalchemy import Connection, Table

from app.db.engines.deadlines import set_deadline
from app.db.errors import ReplicaFailed
from app.db.known_at import as_known
from app.db.releases import current_release, release_at
from app.db.rows import rows_by_id
from app.db.statement_cache import Build, Values
from app.db.tables import datasets
from app.errors import Fault, InvalidInput
from app.index.build import versions_of
from app.index.columns import SPACES
from app.index.release_index import IndexView
from app.web.references import ReferenceFiller
from app.web.requests.release_cache import ReleaseCache
from app.web.requests.service import Service


@dataclass
class ReadContext:
    """The parameters of a request that reads, and the one state of the data it is answered from.

    Attributes:
        request: the request.
        service: the database and the caches of the process.
        connection: sees that state.
        release: the release that was current when the answer was made.
        known: the earlier release to answer from, where `known_at` asks for one; else None.
        values: the values of the query, by parameter.
        cache: values that this release makes certain.
    """

    request: Request
    service: Service
    connection: Connection
    release: int
    known: int | None
    values: dict[str, Any]
    cache: ReleaseCache

    @property
    def references(self) -> ReferenceFiller:
        """Replaces the reference marks in stored JSON."""
        return self.cache.references

    @property
    def index(self) -> IndexView:
        """The index as of the release asked for."""
        return self.service.index.view(self.connection, self.release, self.known)

    def tables(self, space: str) -> list[Table]:
        """The tables that the rows of a space are in: superseded rows are in history."""
        each = 1 if self.known is None else 2
        return [table for kind in SPACES[space] for table in versions_of(kind)[:each]]

    def rows_by_id(
        self, space: str, columns: Sequence[str], rows: Iterable[int]
    ) -> list[tuple[Any, ...]]:
        """Columns of the rows of a space with these row ids, in their order."""
        ids = list(rows)
        read = rows_by_id(self.connection, self.tables(space), ("row_id", *columns), ids)
        found = {row[0]: row[1:] for row in read}
        return [found[row] for row in ids]

    def rows_in_order(
        self,
        space: str,
        rows: BitMap,
        order: Sequence[tuple[str, bool]],
        columns: Sequence[str],
        *,
        after: Sequence[Any] | None = None,
        most: int | None = None,
    ) -> list[tuple[Any, ...]]:
        """Columns of some rows of a space in an order (see `IndexView.in_order`)."""
        found = self.index.in_order(self.connection, space, rows, order, after)
        return self.rows_by_id(space, columns, islice(found, most))

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite, rather than PostgreSQL."""
        return self.service.database.is_sqlite

    @property
    def as_of(self) -> str | None:
        """The day of the world to answer for."""
        day: str | None = self.values.get("as_of")
        return day

    def rows(
        self, statement: sa.Select[Any], values: Mapping[str, Any] | None = None, /
    ) -> Sequence[Any]:
        """The rows of a statement, with values for its placeholders, as of the release wanted."""
        return self.connection.execute(as_known(statement, self.known), values).all()

    def cached_rows(
        self, shape_key: Any, values: Values, build: Build, *, named: bool = True
    ) -> Sequence[Any]:
        """The rows of a statement compiled once for each shape (see `app.db.statement_cache`)."""
        statements = self.service.statements
        return statements.rows(self.connection, shape_key, values, build, self.known, named=named)

    def scalar(self, statement: sa.Select[Any]) -> Any:
        """The one value of a statement, as of the release asked for."""
        return self.connection.execute(as_known(statement, self.known)).scalar()

    def fill(self, text: bytes) -> bytes:
        """JSON text with every mark replaced."""
        return self.references.fill(self.connection, text)

    def meaning(self, values: Sequence[Any]) -> list[Any]:
        """Values in which each mark is replaced by what it stands for."""
        return self.references.meaning(self.connection, values)

    def cached(self, key: Any, make: Callable[[], Any]) -> Any:
        """A value cached for the release asked for."""
        return self.cache.value(key, make)

    def citations(self, ids: set[str]) -> bytes:
        """The JSON list of the citations of datasets."""
        key = ("citations", *sorted(ids))
        text: bytes = self.cached(key, partial(self._read_citations, sorted(ids)))
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
        members = {k: v for k, v in more.items() if v is not None}
        if "as_of" in self.values:
            members["as_of"] = self.values["as_of"]
        if "known_at" in self.values:
            members["known_at"] = self.values["known_at"]
        tail = orjson.dumps(members)[1:-1]
        head = b'{"release":%d,"citations":%b' % (self.release_shown, self.citations(citing))
        return b"%b,%b}" % (head, tail) if tail else head + b"}"

    @property
    def release_shown(self) -> int:
        """The release the answer shows: the one asked for, or the current one."""
        return self.release if self.known is None else self.known

    @property
    def address(self) -> str:
        """The path and query as they were asked."""
        query = self.request.scope["query_string"].decode("latin-1")
        path = self.request.scope["path"]
        return f"{path}?{query}" if query else str(path)


class open_context:
    """Opens a request's context, over one state of the data, for a block."""

    __slots__ = ("_given", "_primary", "_quick", "_read")

    def __init__(
        self,
        service: Service,
        request: Request,
        values: dict[str, Any],
        *,
        quick: bool = False,
        primary: bool = False,
    ) -> None:
        """Open nothing yet."""
        self._given = (service, request, values)
        self._quick, self._primary = quick, primary

    def __enter__(self) -> ReadContext:
        """Open it; where a replica cannot serve it, or is behind what is asked for, elsewhere."""
        try:
            return self._open(primary=self._primary)
        except ReplicaFailed:
            return self._open(primary=True)

    def _open(self, *, primary: bool) -> ReadContext:
        self._read = self._given[0].database.read(primary=primary)
        connection = self._read.__enter__()
        try:
            set_deadline(connection, quick=self._quick)
            context = context_on(connection, *self._given)
            _refuse_older(context, primary=primary or not self._given[0].database.replica)
            return context
        except BaseException as fault:
            self._read.__exit__(type(fault), fault, fault.__traceback__)
            raise

    def __exit__(self, *fault: Any) -> None:
        """Close it."""
        self._read.__exit__(*fault)


def _refuse_older(context: ReadContext, *, primary: bool) -> None:
    """Refuse to answer from before the release that the caller knows of.

    Raises:
        ReplicaFailed: when a replica is behind it.
        InvalidInput: when there is none such yet.
    """
    scope, release = context.request.scope, context.release
    least = scope.get("positions.min_release", 0)
    if not primary and release < max(least, scope.get("positions.known_release", 0)):
        raise ReplicaFailed("the replica is behind; try again shortly")
    if release < least:
        detail = f"there is no release {least} yet; the newest is {release}"
        raise InvalidInput(detail, [Fault(detail, parameter="min_release")])


def context_on(
    connection: Connection, service: Service, request: Request, values: dict[str, Any]
) -> ReadContext:
    """The context of a request over the state that a connection sees."""
    release = current_release(connection)
    known = None
    if "known_at" in values:
        at = release_at(connection, values["known_at"])
        known = at if at < release else None
    request.scope["positions.release"] = release
    cache = service.release_cache_of(release, known)
    return ReadContext(request, service, connection, release, known, values, cache)


Handler = Callable[[ReadContext], Response]


def run_handler(
    service: Service,
    request: Request,
    values: dict[str, Any],
    handler: Handler,
    *,
    quick: bool = False,
) -> Response:
    """Run a handler over one state of the data.

    It gets values of its own, in which it may put canonical ids: it may run a second time.
    """
    try:
        with open_context(service, request, {**values}, quick=quick) as context:
            return handler(context)
    except ReplicaFailed:
        with open_context(service, request, {**values}, quick=quick, primary=True) as context:
            return handler(context)
