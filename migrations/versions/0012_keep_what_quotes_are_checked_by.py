"""Keep the hash of words that were stated for a place of a text that is not held."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "stated_quotes",
        sa.Column("document", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.PrimaryKeyConstraint(
            "document", "kind", "id", "start", "end", name=op.f("pk_stated_quotes")
        ),
    )


def downgrade() -> None:
    op.drop_table("stated_quotes")
