"""Say of each agreement when it came into force, when it began, and what it obliges to."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

from app.db.history_guards import guards_lifted
from app.db.packed_json import unpack

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = ("agreements", "agreements_history")
COLUMNS = ("in_force_earliest", "in_force_latest", "begun", "obligation_types")
#: The bounds of a date that is open at that end.
OPEN_START, OPEN_END = "0000-00-00", "9999-99-99"


def upgrade() -> None:
    connection = op.get_bind()
    for table in TABLES:
        for name in COLUMNS:
            op.add_column(table, sa.Column(name, KEY, nullable=False, server_default=""))
        if filled := list(_filled(connection, table)):
            _update(connection, table, filled)


def _filled(connection: Connection, table: str) -> Any:
    """Yield the values of the columns for each row that is there."""
    for row_id, text in connection.execute(sa.text(f"SELECT row_id, body FROM {table}")):
        body = json.loads(unpack(text))
        entered = body["in_force"] if _is_known(body["in_force"]) else None
        dates = [body["signed"], entered, *(party["start"] for party in body["parties"])]
        yield {
            "row_id": row_id,
            "in_force_earliest": entered["earliest"] or OPEN_START if entered else "",
            "in_force_latest": entered["latest"] or OPEN_END if entered else "",
            "begun": min(map(_counts_from, filter(_is_known, dates)), default=""),
            "obligation_types": " ".join(
                sorted({one["obligation_type"] for one in body["obligations"]})
            ),
        }


def _is_known(date: Any) -> bool:
    return bool(date and date["edtf"] is not None)


def _counts_from(date: Any) -> str:
    return str(date["earliest"] or OPEN_START)


def _update(connection: Connection, table: str, filled: list[dict[str, Any]]) -> None:
    """Fill the rows, of history too, which refuses it."""
    values = ", ".join(f"{name} = :{name}" for name in COLUMNS)
    fill = sa.text(f"UPDATE {table} SET {values} WHERE row_id = :row_id")
    with guards_lifted(connection, table):
        connection.execute(fill, filled)


def downgrade() -> None:
    for table in TABLES:
        for name in COLUMNS:
            op.drop_column(table, name)
