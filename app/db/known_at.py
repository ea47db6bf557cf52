"""Second clock: any statement as of an earlier release (`known_at`).

A resource writes its statement against the current tables. `as_known` swaps each of them for the
rows that counted then: those current rows that counted already, and those of history that counted
then and were superseded since. Links and search entries need no swap: they are keyed by revision.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select, Table
from sqlalchemy.sql.util import ClauseAdapter

from app.db.tables import HISTORY


def as_known(statement: Select[Any], release: int | None) -> Select[Any]:
    """Turn a statement into the same one as of `release`; None means now and changes nothing.

    The statement must name tables themselves, not aliases of them: an alias would stay at now.
    """
    if release is None:
        return statement
    for table in _tables_in(statement):
        statement = ClauseAdapter(_rows_as_of(table, release)).traverse(statement)
    return statement


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
