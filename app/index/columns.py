"""The columns that the index holds, and the spaces of rows that it orders.

A column of a kind's table (`app.db.tables`) is there because something asks or sorts by it, so each
is in the index: a new filter is a column there, and a line in its resource. A kind has all rows of
its records in all their versions, current and superseded.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, case, literal_column

from app.dates import OPEN_START
from app.db.tables import ACTOR_KINDS, KIND_TABLES, SHARED_COLUMNS

#: Columns of all kinds that somebody asks for by value.
_ASKED = ("dataset", "release")
#: A column that a kind has under another name: a country is its own country.
_INSTEAD = {("country", "country"): "id"}

#: Kinds whose rows are ordered and listed together, by the name of the space.
SPACES: Mapping[str, tuple[str, ...]] = {
    **{kind: (kind,) for kind in KIND_TABLES},
    "actor": ACTOR_KINDS,
}
#: The orderings of a space: what each is by. A record's id makes each of them total.
ORDERINGS: Mapping[str, tuple[str, ...]] = {"id": ("id",), "name": ("sort_name", "id")}
#: Columns that together are the subject of a row: rows may share it, and the index knows which do.
SUBJECTS: Mapping[str, tuple[str, str]] = {"opinion": ("holder", "question")}


#: How the column ends by which a list is sorted by a date, which no table has.
DAY = "_day"


def orderings_of(space: str) -> list[str]:
    """The orderings that a space has: opinions have no name, and go by their ids."""
    return [name for name in ORDERINGS if (space, name) != ("opinion", "name")]


def columns_of(kind: str, table: Table | None = None) -> dict[str, ColumnElement[Any]]:
    """The columns of a kind that the index holds, and what each is read from.

    Args:
        kind: the kind.
        table: its table, or that of what was superseded.
    """
    table = KIND_TABLES[kind] if table is None else table
    columns: dict[str, ColumnElement[Any]] = {name: table.c[name] for name in _names(table)}
    columns |= {name: table.c[own] for (of, name), own in _INSTEAD.items() if of == kind}
    dates = [name.removesuffix("_earliest") for name in columns if name.endswith("_earliest")]
    places = {
        day_of(date).name: place_of(columns[f"{date}_earliest"], columns[f"{date}_latest"])
        for date in dates
    }
    return columns | places


def place_of(earliest: ColumnElement[str], latest: ColumnElement[str]) -> ColumnElement[str]:
    """The day by which a date has its place in a list, as `app.dates.place` says it."""
    return case((earliest == OPEN_START, latest), else_=earliest)


def day_of(date: str) -> ColumnElement[str]:
    """The column of the index by which a list is sorted by a date, which no table has."""
    return literal_column(f"{date}{DAY}", Text())


def _names(table: Table) -> list[str]:
    """The columns of the kind's own, and those of all kinds that are asked."""
    names = [column.name for column in table.c if column.name not in ("until", "op")]
    return [name for name in names if name not in SHARED_COLUMNS or name in _ASKED]
