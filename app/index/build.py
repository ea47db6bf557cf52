"""Reading the index from rows: all of them, or those that came since a release."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection, Select, Table

from app.db.rows import rows_by_id
from app.db.statement_cache import StatementCache, in_parts
from app.db.tables import HISTORY, KIND_TABLES, releases
from app.index.columns import ORDERINGS, SPACES, SUBJECTS, columns_of
from app.index.ordering import Key, Ordering
from app.index.state import KIND, UNTIL, NewRows, State, all_shared, shared_with_new
from app.index.value_sets import ValueSets

#: Rows read at a time, and rows taken in at a time, which bounds the memory of a build.
PART, MOST_GATHERED = 10_000, 500_000
#: Takes in what was read, without asking the database anything.
TakeIn: TypeAlias = Callable[[], State]

_STATEMENTS = StatementCache()


def build(connection: Connection, release: int) -> State:
    """The index of a release, made from all rows."""
    columns: dict[str, ValueSets] = {}
    last_row = last_row_of(connection, release)
    new = NewRows()
    for kind in KIND_TABLES:
        for statement in _rows_after(kind, 0):
            for part in in_parts(connection, statement, PART, named=False):
                new.add(kind, list(columns_of(kind)), part)
                if new.number >= MOST_GATHERED:
                    new.take_in(columns)
                    new = NewRows()
        for part in in_parts(connection, _superseded_after(kind, 0), PART, named=False):
            new.add_values(UNTIL, *zip(*part, strict=True))
    new.take_in(columns)
    for sets in columns.values():
        sets.compact()
    shared = {kind: all_shared(columns, kind, last_row) for kind in SUBJECTS}
    return State(release, last_row, columns, {}, shared)


def read_since(connection: Connection, state: State, release: int) -> TakeIn:
    """Read the rows that came since a state."""
    new, last_row = NewRows(), last_row_of(connection, release)
    for kind in KIND_TABLES:
        new.add(kind, list(columns_of(kind)), _read_new(connection, kind, state.last_row))
        if superseded := _read_superseded(connection, kind, state.release):
            new.add_values(UNTIL, *zip(*superseded, strict=True))
    orderings = {
        (space, name): _wider(connection, space, name, ordering, new)
        for (space, name), ordering in state.orderings.items()
    }

    def take_in() -> State:
        new.take_in(state.columns)
        shared = {
            kind: rows | shared_with_new(state.columns, kind, new)
            for kind, rows in state.shared.items()
        }
        return State(release, last_row, state.columns, orderings, shared)

    return take_in


def read_ordering(connection: Connection, space: str, name: str) -> Ordering:
    """The ordering of all rows that a connection sees."""
    keys = ORDERINGS[name]
    parts = [
        sa.select(*(table.c[key] for key in keys), table.c.row_id)
        for kind in SPACES[space]
        for table in versions_of(kind)
    ]
    rows = sa.union_all(*parts).subquery()
    statement = sa.select(rows).order_by(*rows.c)
    parts_read = in_parts(connection, statement, PART, named=False)
    return Ordering.of((row[-1], tuple(row[:-1])) for part in parts_read for row in part)


def read_keys(
    connection: Connection, space: str, name: str, rows: Sequence[int]
) -> Mapping[int, Key]:
    """The keys of some rows in an ordering."""
    tables = [table for kind in SPACES[space] for table in versions_of(kind)]
    found = rows_by_id(connection, tables, ("row_id", *ORDERINGS[name]), rows)
    return {row[0]: tuple(row[1:]) for row in found}


def last_row_of(connection: Connection, release: int) -> int:
    """The highest row id of a release; 0 before the first."""
    of_release = sa.select(releases.c.last_row).where(releases.c.id == release)
    return connection.execute(of_release).scalar() or 0


def versions_of(kind: str) -> tuple[Table, Table]:
    """The tables of a kind's rows: the current ones and those that were superseded."""
    table = KIND_TABLES[kind]
    return table, HISTORY[table]


def _wider(
    connection: Connection, space: str, name: str, ordering: Ordering, new: NewRows
) -> Ordering:
    read = partial(read_keys, connection, space, name)
    kinds = new.by_column.get(KIND, {})
    came = [row for kind in SPACES[space] for row in kinds.get(kind, ())]
    return ordering.with_rows(read(came), read) if came else ordering


def _read_new(connection: Connection, kind: str, after: Any) -> list[Any]:
    return [
        row
        for number in range(2)
        for row in _STATEMENTS.rows(
            connection,
            ("new rows", kind, number),
            {"after": after},
            lambda values, number=number: _rows_after(kind, values["after"])[number],  # type: ignore[misc]
            named=False,
        )
    ]


def _read_superseded(connection: Connection, kind: str, after: int) -> Sequence[Any]:
    return _STATEMENTS.rows(
        connection,
        ("superseded rows", kind),
        {"after": after},
        lambda values: _superseded_after(kind, values["after"]),
        named=False,
    )


def _rows_after(kind: str, row: int) -> list[Select[Any]]:
    """Each row of a kind after a row id: its own, and its values in the columns of the index."""
    return [
        sa.select(table.c.row_id, *columns_of(kind, table).values()).where(table.c.row_id > row)
        for table in versions_of(kind)
    ]


def _superseded_after(kind: str, release: int) -> Select[Any]:
    """Each row of a kind that a later release superseded, and which one did."""
    _, history = versions_of(kind)
    return sa.select(history.c.row_id, history.c.until).where(history.c.until > release)
