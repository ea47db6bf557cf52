"""Releases, and any statement as of an earlier one (the second clock, `known_at`).

A resource writes its statement against the current tables. `as_known` swaps each of them for the
rows that counted then: those current rows that counted already, and those of history that counted
then and were superseded since. Links and search entries need no swap: they are keyed by revision.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select, Table
from sqlalchemy.sql.util import ClauseAdapter

from app.db.database import Database
from app.db.engines.driver import fetch_number
from app.db.tables import HISTORY, releases


def as_known(statement: Select[Any], release: int | None) -> Select[Any]:
    """Turn a statement into the same one as of `release`; None means now and changes nothing.

    The statement must name tables themselves, not aliases of them: an alias would stay at now.
    """
    if release is None:
        return statement
    for table in _tables_in(statement):
        statement = ClauseAdapter(_rows_as_of(table, release)).traverse(statement)
    return statement


def current_release(connection: Connection) -> int:
    """Read the number of the newest release; 0 in an empty database."""
    return fetch_number(connection, _NEWEST) or 0


def newest_release(database: Database) -> int:
    """Read the same where nothing else is read from the same state."""
    return database.read_cached_number(_NEWEST) or 0


def release_at(connection: Connection, moment: str) -> int:
    """Read the release that was current at a moment (RFC 3339 in UTC); 0 before the first."""
    newest = sa.select(sa.func.max(releases.c.id)).where(releases.c.at <= moment)
    return connection.execute(newest).scalar() or 0


def utc_now() -> str:
    """Return this moment, RFC 3339 in UTC to the microsecond; its text sorts as time does."""
    return utc_text(datetime.now(UTC))


def utc_text(moment: datetime) -> str:
    """Write a moment in UTC as every column of moments holds it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_NEWEST = "SELECT max(id) FROM releases"


def _tables_in(statement: Select[Any]) -> Iterable[Table]:
    found = {
        element
        for element in sa.sql.visitors.iterate(statement)
        if isinstance(element, Table) and element in HISTORY
    }
    return sorted(found, key=lambda table: table.name)


@cache
def _columns(table: Table) -> list[str]:
    return [column.name for column in table.c]


def _rows_as_of(table: Table, release: int) -> sa.Subquery:
    """Select a table's rows as they counted at a release."""
    history = HISTORY[table]
    still = sa.select(table).where(table.c.since <= release)
    superseded = sa.select(*(history.c[name] for name in _columns(table))).where(
        history.c.since <= release, history.c.until > release
    )
    return sa.union_all(still, superseded).subquery(table.name)
