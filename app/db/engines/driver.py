"""Short statements through the driver, past what SQLAlchemy does for longer ones.

A short read through the driver costs a tenth of what SQLAlchemy does around it.
"""

from collections.abc import Sequence
from types import CoroutineType
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_

#: libpq's PQTRANS_IDLE: in no transaction.
IDLE = 0


def driver_of(connection: Connection) -> Any:
    """Return the driver's own connection."""
    dbapi = connection.connection.dbapi_connection
    return dbapi.driver_connection if connection.dialect.is_async and dbapi else dbapi


def fetch(connection: Connection, statement: str, values: Any = ()) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a short statement.

    Listeners for statements are called as SQLAlchemy would call them.
    """
    driver, dialect = driver_of(connection), connection.dialect
    if dialect.name == "sqlite":
        cursor = driver.cursor()
        _notify_listeners(connection, cursor, statement, values)
        rows: list[tuple[Any, ...]] = cursor.execute(statement, values).fetchall()
        return rows
    try:
        cursor = driver.cursor()
        _notify_listeners(connection, cursor, statement, values)
        awaited(cursor.execute(statement, values or ()))
        rows = awaited(cursor.fetchall())
    except dialect.loaded_dbapi.Error as error:
        if driver.closed:
            connection.invalidate(error)
        raise _as_sqlalchemy_error(connection, statement, values, error) from error
    return rows


def fetch_number(connection: Connection, statement: str, *, begin: bool = True) -> int | None:
    """Return the one whole number of a statement without values, or None.

    Where PostgreSQL is in no transaction the statement takes the BEGIN along, past psycopg, which
    would send each and wait for it by itself: that took a third of a page. Where the connection
    was lost it is sent again over a new one, because nothing has been read from it yet.
    """
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql and (driver := driver_of(connection)).pgconn.transaction_status == IDLE:
        _notify_listeners(connection, None, statement, ())
        try:
            return _fetch_last_number(driver, f"{'BEGIN; ' if begin else ''}{statement}")
        except connection.dialect.loaded_dbapi.Error as error:
            if not driver.closed:
                raise _as_sqlalchemy_error(connection, statement, (), error) from error
            connection.invalidate(error)
    found: int | None = fetch(connection, statement)[0][0]
    return found


def _fetch_last_number(driver: Any, sql: str) -> int | None:
    """Return the number that PostgreSQL gives for the last of several statements."""
    from psycopg import errors, generators  # here: SQLite's start loads no driver of PostgreSQL

    driver.pgconn.send_query(sql.encode())
    result = awaited(driver.wait(generators.execute(driver.pgconn)))[-1]
    if result.error_message:
        raise errors.error_from_result(result)  # as psycopg's own cursors do
    value = result.get_value(0, 0)
    return None if value is None else int(value)


def _as_sqlalchemy_error(
    connection: Connection, statement: str, values: Any, error: Exception
) -> Exception:
    """Wrap an error of the driver as SQLAlchemy would."""
    return DBAPIError.instance(
        statement, values, error, Exception, connection_invalidated=connection.invalidated
    )


def awaited(result: Any) -> Any:
    """Return a driver's result; on the event loop the driver gives a coroutine of it."""
    return await_(result) if type(result) is CoroutineType else result


def _notify_listeners(connection: Connection, cursor: Any, statement: str, values: Any) -> None:
    for listener in connection.engine.dispatch.before_cursor_execute:
        listener(connection, cursor, statement, values, None, False)
