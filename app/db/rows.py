"""Rows by row id and records by id, read past the statement builder: every answer asks for some.

What is looked for travels as one parameter, so that there is one statement however many they are.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Table

from app.db.engines.driver import fetch
from app.db.packed_json import change_places, packed_places, unpack
from app.db.tables import HISTORY, KIND_TABLES

Rows = Sequence[tuple[Any, ...]]


def rows_by_id(
    connection: Connection, tables: Sequence[Table], columns: Sequence[str], rows: Sequence[int]
) -> Rows:
    """Columns of the rows with these row ids, in no order; an id that no table has is left out.

    Args:
        connection: what is asked.
        tables: the tables that the rows may be in, which all have the columns.
        columns: the columns that are wanted.
        rows: the row ids.
    """
    if not rows:
        return []
    names, dialect = tuple(table.name for table in tables), connection.dialect.name
    statement = _rows_statement(names, tuple(columns), dialect)
    found = fetch(connection, statement, (_parameter(rows, dialect),) * len(tables))
    packed = _packed(tables[0], tuple(columns))
    return change_places(found, packed, unpack) if packed else found


def records_by_id(
    connection: Connection,
    ids: Mapping[str, Sequence[str]],
    columns: Sequence[str],
    known: int | None = None,
) -> Rows:
    """The kind and some columns of the records with these ids, in no order.

    Args:
        connection: what is asked.
        ids: the ids of each kind.
        columns: the columns that are wanted, which all these kinds have.
        known: the earlier release to look at; None is now.
    """
    kinds, dialect = tuple(sorted(ids)), connection.dialect.name
    if not kinds:
        return []
    values: list[Any] = []
    for kind in kinds:
        wanted = _parameter(ids[kind], dialect)
        values += [wanted] if known is None else [wanted, known, known, wanted, known]
    statement = _records_statement(kinds, tuple(columns), dialect, earlier=known is not None)
    found = fetch(connection, statement, tuple(values))
    packed = [place + 1 for place in _packed(KIND_TABLES[kinds[0]], tuple(columns))]
    return change_places(found, packed, unpack) if packed else found


def _parameter(values: Sequence[Any], dialect: str) -> Any:
    """Many values as one parameter, in a form that the database takes apart."""
    return orjson.dumps(list(values)).decode() if dialect == "sqlite" else list(values)


def _is_one_of(column: str, dialect: str) -> str:
    chosen = "IN (SELECT value FROM json_each(?))" if dialect == "sqlite" else "= ANY(%s)"
    return f"{column} {chosen}"


@lru_cache(maxsize=1000)
def _rows_statement(tables: tuple[str, ...], columns: tuple[str, ...], dialect: str) -> str:
    return " UNION ALL ".join(
        f"SELECT {_quoted(columns)} FROM {table} WHERE {_is_one_of('row_id', dialect)}"  # noqa: S608  our own names
        for table in tables
    )


@lru_cache(maxsize=1000)
def _records_statement(
    kinds: tuple[str, ...], columns: tuple[str, ...], dialect: str, *, earlier: bool
) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    parts = []
    for kind in kinds:
        table = KIND_TABLES[kind]
        read = f"SELECT '{kind}', {_quoted(columns)} FROM"
        where = f"WHERE {_is_one_of('id', dialect)}"
        if earlier:
            where += f" AND since <= {mark}"
            parts.append(f"{read} {HISTORY[table].name} {where} AND until > {mark}")
        parts.append(f"{read} {table.name} {where}")
    return " UNION ALL ".join(parts)


@lru_cache(maxsize=1000)
def _packed(table: Table, columns: tuple[str, ...]) -> list[int]:
    return packed_places(table.c[name] for name in columns)


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
