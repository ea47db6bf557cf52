"""Make the search index and keep history append-only."""

from alembic import op

revision = "0002"
down_revision = "0001"
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
APPEND_ONLY = (*(f"{kind}_history" for kind in KINDS), "links", "search_entries", "releases")

SEARCH = {
    "sqlite": (
        """CREATE VIRTUAL TABLE search_index USING fts5(
            names, words, content='search_entries', content_rowid='n',
            tokenize='unicode61 remove_diacritics 0', prefix='2 3 4')""",
        """CREATE TRIGGER search_entries_added AFTER INSERT ON search_entries BEGIN
            INSERT INTO search_index(rowid, names, words) VALUES (new.n, new.names, new.words);
        END""",
    ),
    "postgresql": (
        """CREATE INDEX ix_search_entries_vector ON search_entries USING gin
            (to_tsvector('simple'::regconfig, names || ' ' || words))""",
        """CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    ),
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in SEARCH[dialect]:
        op.execute(statement)
    for table in APPEND_ONLY:
        for statement in _guards(dialect, table):
            op.execute(statement)


def _guards(dialect: str, table: str) -> list[str]:
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
        f"SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        if dialect == "postgresql":
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        else:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_rewriting()")
        op.execute("DROP INDEX ix_search_entries_vector")
    else:
        op.execute("DROP TRIGGER search_entries_added")
        op.execute("DROP TABLE search_index")
