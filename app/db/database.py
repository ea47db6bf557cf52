"""One database with its connections: consistent reads, and one write transaction at a time.

Every safe request reads through a connection that cannot write, so that a fault in a handler
cannot either.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.util import greenlet_spawn
from sqlalchemy.util.concurrency import in_greenlet

from app.db.engines import postgresql, sqlite
from app.db.engines.deadlines import SLOWEST_SECONDS, clear_deadline
from app.db.engines.driver import driver_of, fetch_number
from app.db.engines.open_files import OpenFiles
from app.db.engines.read_source import ReadSource, Replica
from app.db.engines.url import parse_url
from app.db.engines.wal_index import WalIndex
from app.db.errors import ReplicaFailed, as_problem, damaged, translated, unavailable
from app.errors import Damaged, PositionsError, Problem, Unavailable
from app.logs import log

try:
    import fcntl
except ImportError:  # Windows has none; there, SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]


T = TypeVar("T")

#: How long a server may say nothing: it ends what takes longer than `SLOWEST_SECONDS` itself.
SILENT_SECONDS = SLOWEST_SECONDS + 5
#: How long after a look through the pages another error is no reason for one.
SECONDS_BETWEEN_LOOKS = 60
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
        self._files = OpenFiles(_file_of(self.url) if self.is_sqlite else None)
        make: Callable[..., Engine] = postgresql.make_engine
        if self.is_sqlite:
            make = partial(sqlite.make_engine, files=self._files)
        self._writer: Engine = make(self.url, writes=True)
        self._primary = ReadSource(self.url, make(self.url, writes=False))
        #: Where reads go instead while it is there.
        self.replica: Replica | None = None
        if replica_url:
            read_url = parse_url(replica_url)
            self.replica = Replica(read_url, make(read_url, writes=False))
        backend = sqlite if self.is_sqlite else postgresql
        self.begin: BeginOrEnd = backend.begin
        self.end: BeginOrEnd = backend.end
        self._is_damaged = self._is_changed = False
        self._looked_through = float("-inf")
        self._write_lock = threading.Lock()
        self._wal_index: WalIndex | None = None
        self._cached_numbers: dict[str, tuple[bytes, int | None]] = {}

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

    def read(self, *, primary: bool = False) -> AbstractContextManager[Connection]:
        """Open a connection that sees one consistent state and cannot change it.

        Within `run_on_loop` it is one of the event loop's, else it is a thread's.

        Args:
            primary: whether the database itself has to be read, rather than a replica.
        """
        source: ReadSource = self._primary
        if self.replica and not primary and not self.replica.is_away:
            source = self.replica
        if self.is_sqlite or in_greenlet():
            return _OpenConnection(self, source)
        return self._read_pooled(source)

    @contextmanager
    def _read_pooled(self, source: ReadSource) -> Iterator[Connection]:
        # Connected within: a server that is away shows when it is connected to.
        connection, source = self.connect(source, stays=False)
        try:
            with connection:
                try:
                    yield connection
                finally:
                    if not connection.invalidated:
                        postgresql.roll_back(driver_of(connection))
        except Exception as error:
            if problem := self.problem_of_read(error, connection, source):
                raise problem from error
            raise

    def connect(self, source: ReadSource, *, stays: bool) -> tuple[Connection, ReadSource]:
        """Connect to a source; where it is a replica that is away, to the primary."""
        try:
            with translated(self._problem_of):
                return (source.staying if stays else source.pooled).connect(), source
        except Unavailable as problem:
            if not source.is_replica or isinstance(problem.__cause__, sa.exc.TimeoutError):
                raise
        source.note_loss()
        return self.connect(self._primary, stays=stays)

    def problem_of_read(
        self, error: Exception, connection: Connection, source: ReadSource
    ) -> Problem | None:
        """Return the problem that an error of a read is; None for one of ours."""
        problem = self._problem_of(error)
        if not source.is_replica or type(problem) is not Unavailable:
            return problem
        if connection.invalidated:
            source.note_loss()
        return ReplicaFailed(problem.detail, headers=problem.headers)

    def read_cached_number(self, statement: str) -> int | None:
        """Read one number, outside of any state that is read with it.

        What was committed before the call began is always seen. On SQLite the number is cached
        until the next commit; PostgreSQL is asked each time.
        """
        if not self.is_sqlite:
            return self._read_number(statement)
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

    def _read_number(self, statement: str, *, primary: bool = False) -> int | None:
        try:
            with self.read(primary=primary) as connection:
                return fetch_number(connection, statement, begin=False)
        except ReplicaFailed:
            return self._read_number(statement, primary=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open the one write transaction at a time; commit when the block ends without error."""
        with translated(self._problem_of), self._lock_writes():
            self._refuse_changed()
            with self._writer.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(sa.text("SELECT pg_advisory_xact_lock(7305001)"))
                yield connection
            self._refuse_changed()  # before anybody is told that it was done

    def refuse_unfit(self) -> None:
        """Refuse to be ready with a database that is damaged, or no longer at its path.

        Raises:
            Damaged: when it was found damaged since the process began.
            Unavailable: when its files are not the ones that are open.
        """
        if self._is_damaged:
            raise damaged()
        self._refuse_changed()

    def _refuse_changed(self) -> None:
        try:
            sqlite.refuse_changed(self._files)
            self._is_changed = False
        except Unavailable as problem:
            if not self._is_changed:
                self._is_changed = True
                log.error(problem.detail)
                self._write_back_log()
            raise

    def _write_back_log(self) -> None:
        """Write what only a log that was removed still holds into the database, which is there.

        The log is open, so nothing of it is lost before the process ends.
        """
        if self._files.lost_only_log():
            with (
                suppress(Unavailable, sa.exc.SQLAlchemyError),
                self._writer.connect() as connection,
            ):
                driver_of(connection).execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _problem_of(self, error: Exception) -> Problem | None:
        """Return the problem that an error is to a caller; None for one of ours."""
        if isinstance(error, PositionsError):
            return None
        problem = as_problem(error) or (damaged() if self._has_bad_pages() else None)
        if isinstance(problem, Damaged) and not self._is_damaged:
            self._is_damaged = True
            log.error("the database is damaged", extra={"fields": {"found": str(error)[:300]}})
        return problem

    def _has_bad_pages(self) -> bool:
        """Tell whether damage can be the reason of an error; look now and then, for a moment."""
        now = time.monotonic()
        if now - self._looked_through < SECONDS_BETWEEN_LOOKS:
            return False
        self._looked_through = now
        return self.find_damage(seconds=1) is not None

    def find_damage(self, seconds: float) -> str | None:
        """Look through the pages of SQLite's file for so long, and say what is wrong with it."""
        file = _file_of(self.url) if self.is_sqlite else None
        if file is None or not Path(file).is_file() or not Path(file).stat().st_size:
            return None
        return sqlite.find_damage(file, seconds)

    @contextmanager
    def _lock_writes(self) -> Iterator[None]:
        """Wait for the other writers: threads, and on SQLite processes, too.

        SQLite lets processes poll for its lock: one that writes again and again keeps another
        waiting past any timeout. Those that wait for a file's lock are woken in turn.
        """
        with self._write_lock:
            if fcntl is None or not self.is_sqlite or not _file_of(self.url):
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
        self._writer.dispose()
        self._primary.close()
        if self.replica:
            self.replica.close()


def _file_of(url: sa.URL) -> str | None:
    """Return the file of a SQLite database; None of one in memory."""
    return None if url.database in (None, "", ":memory:") else url.database


class _OpenConnection:
    """A read on a connection that stays open afterwards: a pool's care costs more than a page.

    A class and no generator, because every request comes through here.
    """

    __slots__ = ("_connection", "_database", "_driver", "_source")

    def __init__(self, database: Database, source: ReadSource) -> None:
        self._database, self._source = database, source

    def __enter__(self) -> Connection:
        connection = self._begin()
        if connection.invalidated and self._source.is_replica:
            connection.close()  # it may be away: connected to anew where that is noticed
            connection = self._begin()
        return connection

    def _begin(self) -> Connection:
        database = self._database
        try:
            connection = self._source.idle.pop()
        except IndexError:
            connection, self._source = database.connect(self._source, stays=True)
        self._connection, self._driver = connection, driver_of(connection)
        try:
            database.begin(connection, self._driver)
        except BaseException:  # called off while it waited
            connection.invalidate()
            connection.close()
            raise
        return connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        connection, problem = self._connection, None
        if isinstance(error, Exception):
            problem = self._database.problem_of_read(error, connection, self._source)
        if not connection.invalidated:
            clear_deadline(connection)
            try:
                if connection.in_transaction():  # where SQLAlchemy was asked, too
                    connection.rollback()
                self._database.end(connection, self._driver)
            except Exception:  # lost at the end of a read, which has its answer all the same
                connection.invalidate()
        if connection.invalidated:
            connection.close()
        else:
            self._source.idle.append(connection)
        if problem:
            raise problem from error
