"""What a fault of the database means to a caller: one that passes is a 503, never a trace."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Overlong, Unavailable


@contextmanager
def translated() -> Iterator[None]:
    """A database that is away or locked is a 503 the caller can repeat, never a trace."""
    try:
        yield
    except Exception as fault:
        if told := as_problem(fault):
            raise told from fault
        raise


def as_problem(fault: Exception) -> Unavailable | None:
    """What a fault of the database means to a caller; None for one of ours."""
    if isinstance(fault, PoolTimeout):
        return unavailable("every connection to the database is in use")
    if isinstance(fault, OperationalError | sqlite3.OperationalError):
        driver_fault = getattr(fault, "orig", fault)
        if _is_fault_of_ours(driver_fault):
            return None
        if _is_late(driver_fault):
            return Overlong()
        return unavailable("the database cannot be reached or is busy")
    if isinstance(fault, DBAPIError) and fault.connection_invalidated:
        return unavailable("the connection to the database was lost")
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


def unavailable(what: str) -> Unavailable:
    """What is told of a database that is not there now."""
    return Unavailable(f"{what}; try again shortly", headers={"Retry-After": "2"})
