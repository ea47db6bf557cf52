"""Remember what a file said of a record where the record is no longer what the file said."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "loaded_records",
        sa.Column("door", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("dataset", KEY, nullable=False),
        sa.Column("body", sa.Text()),
        sa.PrimaryKeyConstraint("door", "kind", "id", name=op.f("pk_loaded_records")),
    )


def downgrade() -> None:
    op.drop_table("loaded_records")
