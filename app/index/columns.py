"""The columns that the index holds, and the spaces of rows that it orders.

A column of a kind's table (`app.db.tables`) is there because something asks or sorts by it, so each
is in the index: a new filter is a column there, and a line in its resource. A kind has all rows of
its records in all their versions, current and superseded.
"""

from collections.abc import Mapping

from sqlalchemy import Table

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


def orderings_of(space: str) -> list[str]:
    """The orderings that a space has: opinions have no name, and go by their ids."""
    return [name for name in ORDERINGS if (space, name) != ("opinion", "name")]


def columns_of(kind: str) -> dict[str, str]:
    """The columns of a kind that the index holds, and the column of the table each is read from."""
    table = KIND_TABLES[kind]
    columns = {name: name for name in _names(table)}
    return columns | {name: own for (of, name), own in _INSTEAD.items() if of == kind}


def _names(table: Table) -> list[str]:
    """The columns of the kind's own, and those of all kinds that are asked."""
    names = [column.name for column in table.c]
    return [name for name in names if name not in SHARED_COLUMNS or name in _ASKED]
