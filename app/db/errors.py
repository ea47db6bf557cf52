"""Errors of the database as problems: away for a while or damaged, and never a trace."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db.engines.sqlite import DAMAGED
from app.errors import Damaged, Overlong, Problem, Unavailable


class ReplicaFailed(Unavailable):
    """A replica could not answer, or not yet; the primary may."""


@contextmanager
def translated(problem_of: Callable[[Exception], Problem | None]) -> Iterator[None]:
    """Raise an error of the database as the problem that it is to a caller."""
    try:
        yield
    except Exception as error:
        if problem := problem_of(error):
            raise problem from error
        raise


def as_problem(error: Exception) -> Problem | None:
    """Return the problem that an error of the database is to a caller; None for one of ours."""
    if _is_damage(error):
        return damaged()
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


def damaged() -> Damaged:
    """Make the problem of stored data that cannot be read."""
    return Damaged("what is stored here is damaged; the operator's `positions doctor` says where")


def _is_damage(error: Exception) -> bool:
    """Tell whether what is stored could not be read: a page, a text, or JSON that we wrote."""
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return True
    driver_error = getattr(error, "orig", error)
    if isinstance(driver_error, sqlite3.Error):
        code = getattr(driver_error, "sqlite_errorcode", None)
        undecoded = code is None and "Could not decode" in str(driver_error)
        return undecoded or (code is not None and code & 0xFF in DAMAGED)
    return getattr(driver_error, "sqlstate", None) in _POSTGRESQL_DAMAGED


def _is_error_of_ours(error: BaseException | None) -> bool:
    """Tell whether our statement is wrong, which SQLite also calls an operational error."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF not in _SQLITE_AWAY


def _is_late(error: BaseException | None) -> bool:
    """Tell whether a read was interrupted because it took too long."""
    interrupted = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return interrupted or getattr(error, "sqlstate", None) == "57014"


#: data_corrupted and index_corrupted.
_POSTGRESQL_DAMAGED = {"XX001", "XX002"}
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
