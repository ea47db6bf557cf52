"""Rows by their row ids, read past the statement builder: every page asks for some."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Table

from app.db.engines.driver import fetch


def rows_by_id(
    connection: Connection, tables: Sequence[Table], columns: Sequence[str], rows: Sequence[int]
) -> Sequence[tuple[Any, ...]]:
    """Columns of the rows with these row ids, in no order; an id that no table has is left out.

    Args:
        connection: what is asked.
        tables: the tables that the rows may be in, which all have the columns.
        columns: the columns that are wanted.
        rows: the row ids, which travel as one parameter.
    """
    if not rows:
        return []
    dialect = connection.dialect.name
    given: Any = orjson.dumps(list(rows)).decode() if dialect == "sqlite" else list(rows)
    statement = _statement(tuple(table.name for table in tables), tuple(columns), dialect)
    return fetch(connection, statement, (given,) * len(tables))


@lru_cache(maxsize=1000)
def _statement(tables: tuple[str, ...], columns: tuple[str, ...], dialect: str) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    chosen = "IN (SELECT value FROM json_each(?))" if dialect == "sqlite" else "= ANY(%s)"
    return " UNION ALL ".join(
        f"SELECT {names} FROM {table} WHERE row_id {chosen}"  # noqa: S608  our own names
        for table in tables
    )
