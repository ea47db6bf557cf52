"""Give every list the bounds of its own dates, so that it can be sorted by them."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

from app.db.history_guards import guards_lifted
from app.db.packed_json import unpack

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DATES = {
    "agreements": ("terminated",),
    "countries": ("valid_from", "valid_to"),
    "organizations": ("founded", "dissolved"),
    "questions": ("date",),
}
#: The bounds of a date that is open at that end.
OPEN = {"earliest": "0000-00-00", "latest": "9999-99-99"}


def upgrade() -> None:
    for name, dates in DATES.items():
        columns = [f"{date}_{end}" for date in dates for end in OPEN]
        for table in (name, f"{name}_history"):
            for column in columns:
                op.add_column(table, sa.Column(column, KEY, nullable=False, server_default=""))
            if filled := list(_filled(op.get_bind(), table, dates)):
                _update(op.get_bind(), table, columns, filled)


def _filled(connection: Connection, table: str, dates: tuple[str, ...]) -> Any:
    """Yield the values of the columns for each row that has one of the dates."""
    for row_id, text in connection.execute(sa.text(f"SELECT row_id, body FROM {table}")):
        body = json.loads(unpack(text))
        found = {date: body.get(date) for date in dates}
        if any(map(_is_known, found.values())):
            yield {"row_id": row_id} | {
                f"{name}_{end}": (date[end] or bound) if _is_known(date) else ""
                for name, date in found.items()
                for end, bound in OPEN.items()
            }


def _is_known(date: Any) -> bool:
    return bool(date and date["edtf"] is not None)


def _update(
    connection: Connection, table: str, columns: list[str], filled: list[dict[str, Any]]
) -> None:
    """Fill the rows, of history too, which refuses it."""
    values = ", ".join(f"{name} = :{name}" for name in columns)
    fill = sa.text(f"UPDATE {table} SET {values} WHERE row_id = :row_id")
    with guards_lifted(connection, table):
        connection.execute(fill, filled)


def downgrade() -> None:
    for name, dates in DATES.items():
        for table in (name, f"{name}_history"):
            for date in dates:
                for end in OPEN:
                    op.drop_column(table, f"{date}_{end}")
