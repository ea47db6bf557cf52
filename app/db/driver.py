"""What is asked of an open connection, past SQLAlchemy where a statement is short.

A short read through the driver costs a tenth of what is around it.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CoroutineType
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_

from app.errors import Overlong

T = TypeVar("T")

#: How long a read may think before it gives up: a slow question must not hold up quick ones.
SLOWEST_SECONDS = 10
#: How long a read may work where all others wait for it, in time of the processor: a neighbour
#: that takes the processor away makes no read slow.
QUICK_SECONDS = 0.005
#: libpq's PQTRANS_IDLE: in no transaction.
IDLE = 0


def driver_of(connection: Connection) -> Any:
    """The driver's own connection."""
    lent = connection.connection.dbapi_connection
    return lent.driver_connection if connection.dialect.is_async and lent else lent


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
        answer(cursor.execute(statement, given or ()))
        rows = answer(cursor.fetchall())
    except dialect.loaded_dbapi.Error as fault:
        if driver.closed:
            connection.invalidate(fault)
        raise _told(connection, statement, given, fault) from fault
    return rows


def number(connection: Connection, statement: str, *, begin: bool = True) -> int | None:
    """The one whole number of a statement without values, or None.

    Where PostgreSQL is in no transaction the statement takes the BEGIN along, past psycopg, which
    would send each and wait for it by itself: that took a third of a page. Where the connection
    was lost it is asked again over a new one, because nothing has been read from it yet.
    """
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql and (driver := driver_of(connection)).pgconn.transaction_status == IDLE:
        _announce(connection, None, statement, ())
        try:
            return _exchanged(driver, f"{'BEGIN; ' if begin else ''}{statement}")
        except connection.dialect.loaded_dbapi.Error as fault:
            if not driver.closed:
                raise _told(connection, statement, (), fault) from fault
            connection.invalidate(fault)
    asked: int | None = fetch(connection, statement)[0][0]
    return asked


def _exchanged(driver: Any, sql: str) -> int | None:
    """The number that PostgreSQL gives for the last of several statements."""
    from psycopg import errors, generators  # here: SQLite's start loads no driver of PostgreSQL

    driver.pgconn.send_query(sql.encode())
    found = answer(driver.wait(generators.execute(driver.pgconn)))[-1]
    if found.error_message:
        raise errors.error_from_result(found)  # as psycopg's own cursors do
    value = found.get_value(0, 0)
    return None if value is None else int(value)


def _told(connection: Connection, statement: str, given: Any, fault: Exception) -> Exception:
    """A fault of the driver as SQLAlchemy tells it."""
    return DBAPIError.instance(
        statement, given, fault, Exception, connection_invalidated=connection.invalidated
    )


def answer(found: Any) -> Any:
    """What a driver gives, or will give: one that works on the event loop gives a coroutine."""
    return await_(found) if type(found) is CoroutineType else found


def _announce(connection: Connection, cursor: Any, statement: str, given: Any) -> None:
    for listener in connection.engine.dispatch.before_cursor_execute:
        listener(connection, cursor, statement, given, None, False)


def bound(connection: Connection, *, quick: bool = False) -> None:
    """Give a read so long from now: as long as any may think, or as long as a quick one works."""
    if quick:
        connection.info["until"] = time.thread_time, time.thread_time() + QUICK_SECONDS
    else:
        connection.info["until"] = time.monotonic, time.monotonic() + SLOWEST_SECONDS


def is_late(info: Mapping[Any, Any]) -> bool:
    """Whether a read has used up what it was given."""
    if "until" not in info:
        return False
    clock, until = info["until"]
    return bool(clock() > until)


def refuse_late(connection: Connection, *_statement: Any) -> None:
    """Call off, before its next statement, what has used up its time by many short ones.

    Raises:
        Overlong: when it has.
    """
    if is_late(connection.info):
        raise Overlong


def each_bound(connection: Connection, parts: Iterable[T]) -> Iterator[T]:
    """The parts of a long result; each may take as long as a whole answer."""
    for part in parts:
        yield part
        bound(connection)
