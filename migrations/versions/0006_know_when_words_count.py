"""Let an entry of the search say whose it is and when it counts, so that search need not ask."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = {
    "country": "countries",
    "organization": "organizations",
    "person": "people",
    "group": "groups",
    "agreement": "agreements",
    "topic": "topics",
    "question": "questions",
    "opinion": "opinions",
    "event": "events",
    "document": "documents",
    "dataset": "datasets",
}
KEPT = "n, kind, id, revision, names, words, dataset, since"
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _guard(None)
    op.add_column("search_entries", sa.Column("dataset", KEY, nullable=False, server_default=""))
    op.add_column(
        "search_entries", sa.Column("since", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("search_entries", sa.Column("until", sa.Integer()))
    for kind, table in KINDS.items():
        for statement in _filling(kind, table):
            op.execute(statement)
    _guard(KEPT)


def _filling(kind: str, table: str) -> tuple[str, str]:
    """What entries of a kind learn from the versions that they are of, current and superseded."""
    of = "v.id = search_entries.id AND v.revision = search_entries.revision"
    past = f"FROM {table}_history v WHERE {of}"
    current = f"FROM {table} v WHERE {of}"
    told = ", ".join(
        f"{name} = COALESCE((SELECT min(v.{column}) {current}), (SELECT min(v.{column}) {past}))"
        for name, column in (("dataset", "dataset"), ("since", "release"))
    )
    over = (  # names of ours alone
        f"UPDATE search_entries SET until = (SELECT max(v.until) {past}) "
        f"WHERE kind = '{kind}' AND NOT EXISTS (SELECT 1 {current})"
    )
    return f"UPDATE search_entries SET {told} WHERE kind = '{kind}'", over


def downgrade() -> None:
    _guard(None)
    for column in ("until", "since", "dataset"):
        op.drop_column("search_entries", column)
    _guard("n, kind, id, revision, names, words")


def _guard(columns: str | None) -> None:
    """Refuse to change these columns of an entry; None takes the guard away for a while."""
    if op.get_bind().dialect.name == "postgresql":
        name, told = "search_entries_append_only", "EXECUTE FUNCTION refuse_rewriting()"
        made = (
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} OR DELETE ON search_entries "
            f"FOR EACH ROW {told}"
        )
        gone = f"DROP TRIGGER {name} ON search_entries"
    else:
        name, told = "search_entries_no_update", "'search_entries is append-only'"
        made = (
            f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON search_entries BEGIN "
            f"SELECT RAISE(ABORT, {told}); END"
        )
        gone = f"DROP TRIGGER {name}"
    op.execute(made if columns else gone)
