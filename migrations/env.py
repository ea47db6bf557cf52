"""How Alembic meets the database: over a connection it is given, in batch mode for SQLite."""

from typing import Any

from alembic import context

from app.db.tables import metadata

#: Made in migrations, by dialect, and not part of the metadata (app/db/search.py).
BY_HAND = ("search_index", "ix_search_entries_vector")


def include_name(name: str | None, _kind: str, _parents: Any) -> bool:
    """Leave alone what SQLAlchemy does not describe."""
    return not (name or "").startswith(BY_HAND)


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
    compare_type=False,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
