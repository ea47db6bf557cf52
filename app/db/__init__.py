"""The database: SQLite on one machine, PostgreSQL when a deployment outgrows it.

Every safe request reads through a connection that cannot write, so that a fault in a handler
cannot either. The room is in parts: how each of the two is connected to (`sqlite`, `postgresql`),
what is asked of a connection (`reading`), what goes wrong with it (`faults`).
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.util import greenlet_spawn
from sqlalchemy.util.concurrency import in_greenlet

from app.db import postgresql, sqlite
from app.db.driver import SLOWEST_SECONDS, driver_of, number
from app.db.errors import as_problem, translated, unavailable
from app.db.wal_index import Pulse
from app.errors import Refused

try:
    import fcntl
except ImportError:  # Windows has none; there, SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]


T = TypeVar("T")

#: How long a server may say nothing: it ends what thinks for longer than `SLOWEST_SECONDS` itself.
SILENT_SECONDS = SLOWEST_SECONDS + 5
#: How a read begins and ends, by SQLAlchemy's connection and the driver's.
Passage = Callable[[Connection, Any], None]


class Database:
    """One database, with a door to read and a door to write.

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
        how = sqlite if self.is_sqlite else postgresql
        self._writer: Engine = how.make_engine(self.url, writes=True)
        self._reader = how.make_engine(self._read_url, writes=False)
        self._begin, self._end = how.begin, how.end
        self._write_lock = threading.Lock()
        self._open: deque[Connection] = deque()
        self._pulse: Pulse | None = None
        self._glanced: dict[str, tuple[bytes, int | None]] = {}

    @cached_property
    def _quick(self) -> Engine:
        """What quick reads are connected by; only a service over PostgreSQL needs another."""
        return self._reader if self.is_sqlite else postgresql.make_loop_engine(self._read_url)

    async def on_loop(self, work: Callable[[], T]) -> T:
        """Do work that reads PostgreSQL on the event loop, which goes on where the work waits.

        Raises:
            Unavailable: when the server has said nothing for longer than it may think.
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
        """A connection that sees one consistent state and cannot change it.

        Within `on_loop` it is one of the event loop's, else it is a thread's.
        """
        if self.is_sqlite or in_greenlet():
            return _Held(self._open, self._quick, self._begin, self._end)
        return self._pooled()

    @contextmanager
    def _pooled(self) -> Iterator[Connection]:
        # Connected within: a server that is away shows when it is connected to.
        with translated(), self._reader.connect() as connection:
            try:
                yield connection
            finally:
                if not connection.invalidated:
                    postgresql.roll_back(driver_of(connection))

    def glance(self, statement: str) -> int | None:
        """The one number of a statement that needs no state to be seen together with another.

        What was committed before the call began is always seen. On SQLite the value is remembered
        until something is committed; PostgreSQL is asked each time.
        """
        if not self.is_sqlite:
            with self.read() as connection:
                return number(connection, statement, begin=False)
        beat = self._pulse.beat() if self._pulse else b""
        remembered = self._glanced.get(statement)
        if remembered and remembered[0] == beat:
            return remembered[1]
        with self.read() as connection:
            found = number(connection, statement)
        if self._pulse is None:
            self._pulse = Pulse(Path(self.url.database or ""))
        if Pulse.is_whole(beat):
            self._glanced[statement] = (beat, found)
        return found

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one write transaction at a time; commits when the block ends without error."""
        with translated(), self._turn(), self._writer.begin() as connection:
            if not self.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7305001)"))
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the turn to write, among threads, and on SQLite among processes.

        SQLite lets processes poll for its lock: one that writes again and again keeps another
        waiting past any timeout. Those that wait for a file's lock are woken in turn.
        """
        with self._write_lock:
            if fcntl is None or not self.is_sqlite or self.url.database in (None, "", ":memory:"):
                yield
                return
            with open(f"{self.url.database}-turn", "a") as turn:
                fcntl.flock(turn, fcntl.LOCK_EX)
                yield

    @property
    def writer(self) -> Engine:
        """The engine that may write, for migrations."""
        return self._writer

    async def close_on_loop(self) -> None:
        """Give back every connection, those of the event loop, too."""
        await greenlet_spawn(self.close)

    def close(self) -> None:
        """Give back every connection."""
        if self._pulse:
            self._pulse.close()
            self._pulse = None
        while self._open:
            self._open.pop().close()
        self._writer.dispose()
        self._reader.dispose()


class _Held:
    """A connection that stays open between reads: a pool's care costs more than a page.

    A class and no generator, because every request comes through here.
    """

    __slots__ = ("_begin", "_connection", "_driver", "_end", "_engine", "_open")

    def __init__(
        self, opened: deque[Connection], engine: Engine, begin: Passage, end: Passage
    ) -> None:
        self._open, self._engine, self._begin, self._end = opened, engine, begin, end

    def __enter__(self) -> Connection:
        try:
            connection = self._open.pop()
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
        self, kind: type[BaseException] | None, fault: BaseException | None, _trace: object
    ) -> None:
        connection = self._connection
        if not connection.invalidated:
            connection.info.pop("until", None)  # the bound was the reading's, not what comes after
            try:
                if connection.in_transaction():  # where SQLAlchemy was asked, too
                    connection.rollback()
                self._end(connection, self._driver)
            except Exception:  # lost at the end of a read, which has its answer all the same
                connection.invalidate()
        if connection.invalidated:
            connection.close()
        else:
            self._open.append(connection)
        if isinstance(fault, Exception) and (told := as_problem(fault)):
            raise told from fault


def parse_url(url: str) -> sa.URL:
    """Understand a database address as people write it."""
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        parsed = None
    backend = parsed.get_backend_name() if parsed is not None else ""
    if parsed is None or backend not in ("sqlite", "postgresql"):
        raise Refused(
            "DATABASE_URL is not an address this service knows; right would be "
            "sqlite:////data/positions.db or postgresql://user:password@host/name"
        )
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed.set(drivername="sqlite+pysqlite")


def utc_now() -> str:
    """This moment, RFC 3339 in UTC to the microsecond; its text sorts as time does."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
