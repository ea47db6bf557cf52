"""Index the stances of a country by date, so that they are found and counted without the others."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = ("holder_country", "stance", "stated_earliest", "id")
NAME = f"ix_opinions_{'_'.join(COLUMNS)}"


def upgrade() -> None:
    op.create_index(op.f(NAME), "opinions", COLUMNS)
    if op.get_bind().dialect.name == "sqlite":  # which plans by statistics of each index
        op.execute("ANALYZE opinions")


def downgrade() -> None:
    op.drop_index(op.f(NAME), "opinions")
