"""Close the ways past the guards of history: TRUNCATE, INSERT OR REPLACE, the texts held."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = (
    "countries",
    "organizations",
    "people",
    "groups",
    "agreements",
    "topics",
    "questions",
    "opinions",
    "events",
    "documents",
    "datasets",
)
TEXTS = "document_texts"
APPEND_ONLY = (
    *(f"{kind}_history" for kind in KINDS),
    "links",
    "search_entries",
    "releases",
    "audit_events",
    TEXTS,
)


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _texts(on_postgresql):
        op.execute(statement)
    for table in APPEND_ONLY:
        op.execute((_no_truncate if on_postgresql else _no_replace)(table))


def _texts(on_postgresql: bool) -> list[str]:
    """The guards that the other tables have had from the beginning."""
    if on_postgresql:
        return [
            f"CREATE TRIGGER {TEXTS}_append_only BEFORE UPDATE OR DELETE ON {TEXTS} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        ]
    return [
        f"CREATE TRIGGER {TEXTS}_no_{verb.lower()} BEFORE {verb} ON {TEXTS} BEGIN "
        f"SELECT RAISE(ABORT, '{TEXTS} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _no_truncate(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )


def _no_replace(table: str) -> str:
    """REPLACE deletes without asking the triggers of DELETE."""
    there = "rowid = NEW.rowid" if table != TEXTS else "document = NEW.document"
    return (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {there}) BEGIN "
        f"SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        if on_postgresql:
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
        else:
            op.execute(f"DROP TRIGGER {table}_no_replace")
    if on_postgresql:
        op.execute(f"DROP TRIGGER {TEXTS}_append_only ON {TEXTS}")
    else:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {TEXTS}_no_{verb}")
