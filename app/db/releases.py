"""The second clock: any statement, asked of the database as it was at an earlier release.

A resource writes its statement against the current tables. `as_known` swaps each of them for the
rows that counted then: those current rows that counted already, and those of history that counted
then and were superseded since. Links and search entries need no swap: they are keyed by revision.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select, Table
from sqlalchemy.sql.util import ClauseAdapter

from app.db import Database
from app.db.driver import number
from app.db.tables import HISTORY, releases


def as_known(statement: Select[Any], release: int | None) -> Select[Any]:
    """The same question, asked of `release`; None means now and changes nothing.

    The statement must name tables themselves, not aliases of them: an alias would stay at now.
    """
    if release is None:
        return statement
    for table in _tables_in(statement):
        statement = ClauseAdapter(_then(table, release)).traverse(statement)
    return statement


def current_release(connection: Connection) -> int:
    """The number of the newest release; 0 in an empty database."""
    return number(connection, _NEWEST) or 0


def newest_release(database: Database) -> int:
    """The same, where nothing else is asked of the same state."""
    return database.glance(_NEWEST) or 0


def release_at(connection: Connection, moment: str) -> int:
    """The release that was current at a moment (RFC 3339 in UTC); 0 before the first."""
    then = sa.select(sa.func.max(releases.c.id)).where(releases.c.at <= moment)
    return connection.execute(then).scalar() or 0


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


def _then(table: Table, release: int) -> sa.Subquery:
    """A table's rows as they counted at a release."""
    history = HISTORY[table]
    still = sa.select(table).where(table.c.since <= release)
    superseded = sa.select(*(history.c[name] for name in _columns(table))).where(
        history.c.since <= release, history.c.until > release
    )
    return sa.union_all(still, superseded).subquery(table.name)
