"""Make the keys, the audit trail and the idempotent answers."""

import sqlalchemy as sa
from alembic import op

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER audit_events_no_{verb.lower()} BEFORE {verb} ON audit_events BEGIN "
        "SELECT RAISE(ABORT, 'audit_events is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
    ],
}


def upgrade() -> None:
    op.create_table(
        "keys",
        sa.Column("id", Key, nullable=False),
        sa.Column("sha256", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("scope", Key, nullable=False),
        sa.Column("created_at", Key, nullable=False),
        sa.Column("expires_at", Key),
        sa.Column("revoked_at", Key),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
    )
    op.create_table(
        "audit_events",
        sa.Column("n", Serial, nullable=False),
        sa.Column("at", Key, nullable=False),
        sa.Column("key", Key),
        sa.Column("outcome", Key, nullable=False),
        sa.Column("method", Key, nullable=False),
        sa.Column("path", Key, nullable=False),
        sa.Column("address", Key, nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("release", sa.Integer()),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit_events")),
    )
    op.create_index(op.f("ix_audit_events_key_at"), "audit_events", ["key", "at"])
    op.create_table(
        "idempotent_answers",
        sa.Column("principal", Key, nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("route", Key, nullable=False),
        sa.Column("body_hash", Key, nullable=False),
        sa.Column("at", Key, nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotent_answers")),
    )
    op.create_index(op.f("ix_idempotent_answers_at"), "idempotent_answers", ["at"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_events_append_only ON audit_events")
    for table in ("idempotent_answers", "audit_events", "keys"):
        op.drop_table(table)
