"""Days of records: when each was stated, happened, was signed, published or voted on."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from app.db.tables import KIND_TABLES

#: The field of each kind that dates its records.
DATE_FIELDS = {
    "opinion": "stated",
    "event": "date",
    "agreement": "signed",
    "document": "published",
    "question": "date",
}
#: An opinion without a day of its own counts from its document's.
_COLUMNS = {**DATE_FIELDS, "opinion": "counts"}


def record_day(
    kind: ColumnElement[str], record_id: ColumnElement[str], end: str, *, sqlite: bool
) -> ColumnElement[str]:
    """Return the first or last day that a record may be of; no text where nothing dates it.

    Args:
        kind: its kind.
        record_id: its id.
        end: `earliest` or `latest`.
        sqlite: whether the database is SQLite.
    """
    days = {
        name: sa.select(_day(KIND_TABLES[name], f"{prefix}_{end}", sqlite=sqlite))
        .where(KIND_TABLES[name].c.id == record_id)
        .scalar_subquery()
        for name, prefix in _COLUMNS.items()
    }
    found = sa.case(*((kind == name, day) for name, day in days.items()), else_="")
    return sa.func.coalesce(found, "")


def _day(table: sa.Table, column: str, *, sqlite: bool) -> ColumnElement[Any]:
    """A day of a table that has a column for it, else from the JSON of the record."""
    if column in table.c:
        return table.c[column]
    field, _, end = column.rpartition("_")
    if sqlite:
        return sa.func.json_extract(table.c.body, f"$.{field}.{end}")
    return sa.func.json_extract_path_text(sa.cast(table.c.body, sa.JSON), field, end)
