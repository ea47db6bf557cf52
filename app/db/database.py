"""One database with its connections: consistent reads, and one write transaction at a time.

Every safe request reads through a connection that cannot write, so that a fault in a handler
cannot either.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.util import greenlet_spawn
from sqlalchemy.util.concurrency import in_greenlet

from app.db.engines import postgresql, sqlite
from app.db.engines.deadlines import SLOWEST_SECONDS, clear_deadline
from app.db.engines.driver import driver_of, fetch_number
from app.db.engines.url import parse_url
from app.db.engines.wal_index import WalIndex
from app.db.errors import as_problem, translated, unavailable

try:
    import fcntl
except ImportError:  # Windows has none; there, SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]


T = TypeVar("T")

#: How long a server may say nothing: it ends what takes longer than `SLOWEST_SECONDS` itself.
SILENT_SECONDS = SLOWEST_SECONDS + 5
#: Begins or ends a read, by SQLAlchemy's connection and the driver's.
BeginOrEnd = Callable[[Connection, Any], None]


class Database:
    """One database, with an engine that reads and an engine that writes.

    Args:
        url: `sqlite:///path` or `postgresql://…`.
        replica_url: where reads go instead, when a PostgreSQL replica serves them.

    Raises:
        Refused: when the address is not one of a database this service knows.
    """

    def __init__(self, url: str, replica_url: str | None = None) -> None:
        """Make the engines; nothing connects before the first use."""
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._read_url = parse_url(replica_url) if replica_url else self.url
        backend = sqlite if self.is_sqlite else postgresql
        self._writer: Engine = backend.make_engine(self.url, writes=True)
        self._reader = backend.make_engine(self._read_url, writes=False)
        self._begin, self._end = backend.begin, backend.end
        self._write_lock = threading.Lock()
        self._idle: deque[Connection] = deque()
        self._wal_index: WalIndex | None = None
        self._cached_numbers: dict[str, tuple[bytes, int | None]] = {}

    @cached_property
    def _open_reader(self) -> Engine:
        """The engine of connections that stay open; only on PostgreSQL is it one of its own."""
        return self._reader if self.is_sqlite else postgresql.make_loop_engine(self._read_url)

    async def run_on_loop(self, work: Callable[[], T]) -> T:
        """Run work that reads PostgreSQL on the event loop, which goes on where the work waits.

        Raises:
            Unavailable: when the server has said nothing for `SILENT_SECONDS`.
        """
        limit = asyncio.timeout(SILENT_SECONDS)
        try:
            async with limit:
                return await greenlet_spawn(work)
        except TimeoutError:
            if not limit.expired():
                raise
            raise unavailable("the database does not answer") from None

    def read(self) -> AbstractContextManager[Connection]:
        """Open a connection that sees one consistent state and cannot change it.

        Within `run_on_loop` it is one of the event loop's, else it is a thread's.
        """
        if self.is_sqlite or in_greenlet():
            return _OpenConnection(self._idle, self._open_reader, self._begin, self._end)
        return self._read_pooled()

    @contextmanager
    def _read_pooled(self) -> Iterator[Connection]:
        # Connected within: a server that is away shows when it is connected to.
        with translated(), self._reader.connect() as connection:
            try:
                yield connection
            finally:
                if not connection.invalidated:
                    postgresql.roll_back(driver_of(connection))

    def read_cached_number(self, statement: str) -> int | None:
        """Read one number, outside of any state that is read with it.

        What was committed before the call began is always seen. On SQLite the number is cached
        until the next commit; PostgreSQL is asked each time.
        """
        if not self.is_sqlite:
            with self.read() as connection:
                return fetch_number(connection, statement, begin=False)
        header = self._wal_index.header() if self._wal_index else b""
        cached = self._cached_numbers.get(statement)
        if cached and cached[0] == header:
            return cached[1]
        with self.read() as connection:
            found = fetch_number(connection, statement)
        if self._wal_index is None:
            self._wal_index = WalIndex(Path(self.url.database or ""))
        if WalIndex.is_whole(header):
            self._cached_numbers[statement] = (header, found)
        return found

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open the one write transaction at a time; commit when the block ends without error."""
        with translated(), self._lock_writes(), self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7305001)"))
            yield connection

    @contextmanager
    def _lock_writes(self) -> Iterator[None]:
        """Wait for the other writers: threads, and on SQLite processes, too.

        SQLite lets processes poll for its lock: one that writes again and again keeps another
        waiting past any timeout. Those that wait for a file's lock are woken in turn.
        """
        with self._write_lock:
            if fcntl is None or not self.is_sqlite or self.url.database in (None, "", ":memory:"):
                yield
                return
            with open(f"{self.url.database}-turn", "a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield

    @property
    def writer(self) -> Engine:
        """The engine that may write, for migrations."""
        return self._writer

    async def close_on_loop(self) -> None:
        """Close every connection, those of the event loop, too."""
        await greenlet_spawn(self.close)

    def close(self) -> None:
        """Close every connection."""
        if self._wal_index:
            self._wal_index.close()
            self._wal_index = None
        while self._idle:
            self._idle.pop().close()
        self._writer.dispose()
        self._reader.dispose()


class _OpenConnection:
    """A read on a connection that stays open afterwards: a pool's care costs more than a page.

    A class and no generator, because every request comes through here.
    """

    __slots__ = ("_begin", "_connection", "_driver", "_end", "_engine", "_idle")

    def __init__(
        self, idle: deque[Connection], engine: Engine, begin: BeginOrEnd, end: BeginOrEnd
    ) -> None:
        self._idle, self._engine, self._begin, self._end = idle, engine, begin, end

    def __enter__(self) -> Connection:
        try:
            connection = self._idle.pop()
        except IndexError:
            with translated():
                connection = self._engine.connect()
        self._connection, self._driver = connection, driver_of(connection)
        try:
            self._begin(connection, self._driver)
        except BaseException:  # called off while it waited
            connection.invalidate()
            connection.close()
            raise
        return connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        connection = self._connection
        if not connection.invalidated:
            clear_deadline(connection)
            try:
                if connection.in_transaction():  # where SQLAlchemy was asked, too
                    connection.rollback()
                self._end(connection, self._driver)
            except Exception:  # lost at the end of a read, which has its answer all the same
                connection.invalidate()
        if connection.invalidated:
            connection.close()
        else:
            self._idle.append(connection)
        if isinstance(error, Exception) and (problem := as_problem(error)):
            raise problem from error
