"""The database: SQLite on one machine, PostgreSQL when a deployment outgrows it.

Every safe request reads through a connection that cannot write, so that a fault in a handler
cannot either: SQLite's by `PRAGMA query_only`, PostgreSQL's by read-only transactions. Writers on
SQLite begin with BEGIN IMMEDIATE: a transaction that reads first and writes later is refused at
once ("database is locked") however long the busy timeout.
"""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.pulse import Pulse
from app.errors import Refused, Unavailable

try:
    import fcntl
except ImportError:  # Windows has none; there, SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]

T = TypeVar("T")

BUSY_SECONDS = 5
#: How long a read may think before it gives up: a slow question must not hold up quick ones.
SLOWEST_SECONDS = 10
#: How long an idle connection to PostgreSQL is taken to be still there.
TRUSTED_SECONDS = 0.5
#: How many steps SQLite does between two looks at the clock, some milliseconds' worth.
STEPS_BETWEEN_LOOKS = 500_000


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
        read_url = parse_url(replica_url) if replica_url else self.url
        self._writer = _engine(self.url, writes=True)
        self._reader = _engine(read_url, writes=False)
        self._write_lock = threading.Lock()
        self._open: deque[Connection] = deque()
        self._pulse: Pulse | None = None
        self._glanced: dict[str, tuple[bytes, int | None]] = {}

    def read(self) -> AbstractContextManager[Connection]:
        """A connection that sees one consistent state and cannot change it."""
        return _Held(self._open, self._reader) if self.is_sqlite else self._pooled()

    @contextmanager
    def _pooled(self) -> Iterator[Connection]:
        # Connected within: a server that is away shows when it is connected to.
        with _translated(), self._reader.connect() as connection:
            try:
                yield connection
            finally:
                if not connection.invalidated:
                    _roll_back(driver_of(connection))

    def glance(self, statement: str) -> int | None:
        """The one number of a statement that needs no state to be seen together with another.

        What was committed before the call began is always seen. On SQLite the value is remembered
        until something is committed; PostgreSQL is asked each time.
        """
        if not self.is_sqlite:
            with _translated(), self._reader.connect() as connection:
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
        with _translated(), self._turn(), self._writer.begin() as connection:
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
    """One of SQLite's connections, which stay open: a pool's care costs more than a page.

    A class and no generator, because every request comes through here.
    """

    __slots__ = ("_connection", "_driver", "_open", "_reader")

    def __init__(self, opened: deque[Connection], reader: Engine) -> None:
        self._open, self._reader = opened, reader

    def __enter__(self) -> Connection:
        try:
            connection = self._open.pop()
        except IndexError:
            with _translated():
                connection = self._reader.connect()
        self._connection, self._driver = connection, driver_of(connection)
        self._driver.execute("BEGIN")
        return connection

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _trace: object
    ) -> None:
        connection = self._connection
        connection.info.pop("until", None)  # the bound was the reading's, not what comes after
        if connection.in_transaction():  # where SQLAlchemy was asked, too
            connection.rollback()
        self._driver.rollback()
        self._open.append(connection)
        if isinstance(fault, Exception) and (told := _as_problem(fault)):
            raise told from fault


def driver_of(connection: Connection) -> Any:
    """The driver's own connection: a short read through it costs a tenth of what is around it."""
    return connection.connection.driver_connection


def fetch(connection: Connection, statement: str, given: Any = ()) -> Sequence[tuple[Any, ...]]:
    """The rows of a short statement, past what SQLAlchemy does for longer ones.

    Whoever listens for statements hears of it as of any other.
    """
    driver, dialect = driver_of(connection), connection.dialect
    if dialect.name == "sqlite":
        cursor = driver.cursor()
        _announce(connection, cursor, statement, given)
        rows: list[tuple[Any, ...]] = cursor.execute(statement, given).fetchall()
        return rows
    try:
        cursor = driver.cursor()
        _announce(connection, cursor, statement, given)
        rows = cursor.execute(statement, given or ()).fetchall()
    except dialect.loaded_dbapi.Error as fault:  # told as SQLAlchemy would
        if lost := bool(driver.closed):
            connection.invalidate(fault)
        raise DBAPIError.instance(
            statement, given, fault, Exception, connection_invalidated=lost
        ) from fault
    return rows


def number(connection: Connection, statement: str, *, begin: bool = True) -> int | None:
    """The one whole number of a statement without values, or None.

    Where PostgreSQL is in no transaction the statement takes the BEGIN along, past psycopg, which
    would send each and wait for it by itself: that took a third of a page. What goes wrong so is
    asked, and told, the usual way; a connection that was lost is replaced first, because nothing
    has been read from it yet.
    """
    driver = driver_of(connection)
    if connection.dialect.name == "postgresql" and driver.pgconn.transaction_status == _IDLE:
        _announce(connection, None, statement, ())
        found = driver.pgconn.exec_(f"{'BEGIN; ' if begin else ''}{statement}".encode())
        if not found.error_message:
            told = found.get_value(0, 0)
            return None if told is None else int(told)
        if driver.closed:
            connection.invalidate()
        else:
            _roll_back(driver)
    asked: int | None = fetch(connection, statement)[0][0]
    return asked


def _roll_back(driver: Any) -> None:
    """End a transaction as psycopg would, at a third of the cost."""
    if not driver.closed:
        driver.pgconn.exec_(b"ROLLBACK")


#: libpq's PQTRANS_IDLE: in no transaction.
_IDLE = 0


def _announce(connection: Connection, cursor: Any, statement: str, given: Any) -> None:
    for listener in connection.engine.dispatch.before_cursor_execute:
        listener(connection, cursor, statement, given, None, False)


def bound(connection: Connection) -> None:
    """Give a read so long from now."""
    connection.info["until"] = time.monotonic() + SLOWEST_SECONDS


def each_bound(connection: Connection, parts: Iterable[T]) -> Iterator[T]:
    """The parts of a long result; each may take as long as a whole answer."""
    for part in parts:
        yield part
        bound(connection)


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


def _engine(url: sa.URL, *, writes: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, writes=writes)
    return _postgresql_engine(url, writes=writes)


def _sqlite_engine(url: sa.URL, *, writes: bool) -> Engine:
    """Connections made the way reliability asks for: WAL, FULL, foreign keys, no surprises."""
    if url.database and url.database != ":memory:":
        _refuse_unusable(Path(url.database), url)
    engine = sa.create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        poolclass=sa.pool.QueuePool,
        pool_size=1 if writes else 8,
        max_overflow=0 if writes else 24,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "cache_size=-32000",
            "temp_store=MEMORY",
            *([] if writes else ["query_only=ON"]),
        ):
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            _bound_in_time(connection, record.info)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not driver_of(connection).in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _bound_in_time(connection: sqlite3.Connection, info: dict[Any, Any]) -> None:
    """Interrupt what thinks for too long; PostgreSQL has `statement_timeout` for it."""

    def is_late() -> bool:
        return bool(time.monotonic() > info.get("until", float("inf")))

    connection.set_progress_handler(is_late, STEPS_BETWEEN_LOOKS)


def _postgresql_engine(url: sa.URL, *, writes: bool) -> Engine:
    # A reader sees one state throughout. A writer waits for its turn first, and must then see what
    # the one before it left: a repeatable read would have begun before the wait.
    options = (
        "-c default_transaction_read_only=off -c lock_timeout=10000 "
        "-c default_transaction_isolation=read\\ committed"
        if writes
        else "-c default_transaction_read_only=on -c statement_timeout=10000 "
        "-c default_transaction_isolation=repeatable\\ read"
    )
    options += " -c timezone=UTC"
    given = str(url.query.get("options", ""))
    engine = sa.create_engine(
        url.update_query_dict({"options": f"{given} {options}".strip()}),
        pool_size=2 if writes else 8,
        max_overflow=0 if writes else 8,
        pool_timeout=3,
        # Statements that a server has prepared would outlive a migration beside this process.
        connect_args={"connect_timeout": 5, "prepare_threshold": None},
    )

    @event.listens_for(engine, "checkin")
    def _note(_driver: Any, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _try(driver: Any, record: ConnectionPoolEntry, _lent: object) -> None:
        """See whether a connection still holds that has lain idle; a busy pool need not ask."""
        if time.monotonic() - record.info.get("used", float("inf")) > TRUSTED_SECONDS:
            try:
                engine.dialect.do_ping(driver)
            except Exception as fault:  # the pool takes the next, or a new one
                raise sa.exc.DisconnectionError from fault

    return engine


def _refuse_unusable(path: Path, url: sa.URL) -> None:
    """Say in one line what stands in the way of a database file."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise Refused(f"the folder {folder} does not exist; make it, or set DATABASE_URL")
    if path.exists() and not path.is_file():
        raise Refused(f"{path} is not a file; DATABASE_URL should name one")
    target = path if path.exists() else folder
    if not os.access(target, os.W_OK) and "mode=ro" not in str(url):
        raise Refused(f"{target} cannot be written to; mend its rights, or set DATABASE_URL")


@contextmanager
def _translated() -> Iterator[None]:
    """A database that is away or locked is a 503 the caller can repeat, never a trace."""
    try:
        yield
    except Exception as fault:
        if told := _as_problem(fault):
            raise told from fault
        raise


def _as_problem(fault: Exception) -> Unavailable | None:
    """What a fault of the database means to a caller; None for one of ours."""
    if isinstance(fault, PoolTimeout):
        return _unavailable("every connection to the database is in use")
    if isinstance(fault, OperationalError | sqlite3.OperationalError):
        driver_fault = getattr(fault, "orig", fault)
        if _is_fault_of_ours(driver_fault):
            return None
        if _is_late(driver_fault):
            return _unavailable("the answer took longer than any may; ask for less")
        return _unavailable("the database cannot be reached or is busy")
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return _unavailable("the connection to the database was lost")
    return None


def _is_fault_of_ours(fault: BaseException | None) -> bool:
    """SQLite also calls a wrong statement operational; only the state of the world is a 503."""
    code = getattr(fault, "sqlite_errorcode", None)
    return code is not None and code & 0xFF not in _SQLITE_AWAY


def _is_late(fault: BaseException | None) -> bool:
    """Whether a read was interrupted because it thought for too long."""
    interrupted = getattr(fault, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return interrupted or getattr(fault, "sqlstate", None) == "57014"


_SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
}


def _unavailable(what: str) -> Unavailable:
    return Unavailable(f"{what}; try again shortly", headers={"Retry-After": "2"})
