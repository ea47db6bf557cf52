"""Guards of the tables that only grow: triggers that refuse to change or remove a row.

A migration that makes such a table says `guard(op.get_bind(), "sanctions_history")`, which
`scripts/new-migration` writes. Without its guards history could be rewritten and nobody would
notice, so a database that lacks one is refused (`app.db.migrate`).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db.tables import HISTORY, audit_events, document_texts, links, releases, search_entries

#: The tables whose rows are never changed. Of an entry of the search, one column is (`until`).
APPEND_ONLY = tuple(
    table.name
    for table in (*HISTORY.values(), links, search_entries, releases, audit_events, document_texts)
)
#: What each trigger refuses; SQLite's REPLACE and PostgreSQL's TRUNCATE ask no trigger of DELETE.
_SQLITE = {
    "no_update": "BEFORE UPDATE ON {table}",
    "no_delete": "BEFORE DELETE ON {table}",
    "no_replace": (
        "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)"
    ),
}
_POSTGRESQL = {
    "append_only": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW",
    "no_truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
}
_STANDING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
        "AND pg_table_is_visible(tgrelid)"
    ),
}


def guard(connection: Connection, table: str) -> None:
    """Refuse from now on to change, remove, replace or empty the rows of a table."""
    if connection.dialect.name == "sqlite":
        ends = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    else:
        ends = "EXECUTE FUNCTION refuse_rewriting()"
    for name, event in _events(connection).items():
        made = f"CREATE TRIGGER {table}_{name} {event.format(table=table)} {ends}"
        connection.execute(sa.text(made))


@contextmanager
def guards_lifted(connection: Connection, table: str) -> Iterator[None]:
    """Let a migration fill new columns of a table, and guard it again as before."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        connection.execute(sa.text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    standing = "SELECT name, sql FROM sqlite_master WHERE tbl_name = :table AND type = 'trigger'"
    found = connection.execute(sa.text(standing), {"table": table}).all()
    for name, _ in found:
        connection.execute(sa.text(f"DROP TRIGGER {name}"))
    yield
    for _, sql in found:
        connection.exec_driver_sql(sql)


def missing_guards(connection: Connection, tables: Iterable[str] = APPEND_ONLY) -> list[str]:
    """List the triggers that tables should have and have not."""
    standing = set(connection.execute(sa.text(_STANDING[connection.dialect.name])).scalars())
    needed = [f"{table}_{name}" for table in tables for name in _events(connection)]
    return [name for name in needed if name not in standing]


def _events(connection: Connection) -> dict[str, str]:
    return _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
