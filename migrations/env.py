"""How Alembic meets the database: over a connection it is given, in batch mode for SQLite.

A migration that it writes (`scripts/new-migration`) guards the tables it makes that only grow.
"""

from typing import Any

from alembic import context
from alembic.autogenerate import renderers
from alembic.operations.ops import CreateTableOp, MigrateOperation, MigrationScript

from app.db.history_guards import APPEND_ONLY
from app.db.packed_json import PackedJson
from app.db.tables import Key, Serial, metadata

#: Made in migrations, by dialect, and not part of the metadata (app/db/search.py).
BY_HAND = ("search_index", "ix_search_entries_vector")


def include_name(name: str | None, _kind: str, _parents: Any) -> bool:
    """Leave alone what SQLAlchemy does not describe."""
    return not (name or "").startswith(BY_HAND)


class Guard(MigrateOperation):
    """The guards of a new table that only grows; they go with the table."""

    def __init__(self, table: str) -> None:
        self.table = table


@renderers.dispatch_for(Guard)
def render_guard(autogen_context: Any, operation: Guard) -> str:
    """Write the call that makes the guards."""
    autogen_context.imports.add("from app.db.history_guards import guard")
    return f'guard(op.get_bind(), "{operation.table}")'


def add_guards(_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Guard each table that a migration makes, where its rows are never to be changed."""
    for script in directives:
        made = script.upgrade_ops.ops
        tables = [one.table_name for one in made if isinstance(one, CreateTableOp)]
        made.extend(Guard(table) for table in tables if table in APPEND_ONLY)


def render_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our types of column by the names that a migration gives them; packed text is text."""
    if kind == "type" and isinstance(item, PackedJson):
        return "sa.Text()"
    names = {id(Key): "Key", id(Serial): "Serial"}
    return kind == "type" and names.get(id(item), False)


connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # Here and not in the tables: to name PostgreSQL there loads all that SQLAlchemy knows of it
    # (60 ms) where SQLite alone is used.
    for index in (one for table in metadata.tables.values() for one in table.indexes):
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    include_name=include_name,
    render_item=render_type,
    process_revision_directives=add_guards,
    compare_type=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
