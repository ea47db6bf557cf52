"""Errors of the database as problems: one that passes is a 503, never a trace."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Overlong, Unavailable


@contextmanager
def translated() -> Iterator[None]:
    """Raise an error of the database as the 503 that a caller can repeat."""
    try:
        yield
    except Exception as error:
        if problem := as_problem(error):
            raise problem from error
        raise


def as_problem(error: Exception) -> Unavailable | None:
    """Return the problem that an error of the database is to a caller; None for one of ours."""
    if isinstance(error, PoolTimeout):
        return unavailable("every connection to the database is in use")
    if isinstance(error, OperationalError | sqlite3.OperationalError):
        driver_error = getattr(error, "orig", error)
        if _is_error_of_ours(driver_error):
            return None
        if _is_late(driver_error):
            return Overlong()
        return unavailable("the database cannot be reached or is busy")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return unavailable("the connection to the database was lost")
    return None


def _is_error_of_ours(error: BaseException | None) -> bool:
    """Tell whether our statement is wrong, which SQLite also calls an operational error."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF not in _SQLITE_AWAY


def _is_late(error: BaseException | None) -> bool:
    """Tell whether a read was interrupted because it took too long."""
    interrupted = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return interrupted or getattr(error, "sqlstate", None) == "57014"


_SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
}


def unavailable(reason: str) -> Unavailable:
    """Make the problem of a database that is not there now."""
    return Unavailable(f"{reason}; try again shortly", headers={"Retry-After": "2"})
