"""Let directions, their dates and a country's positions be read from indexes alone."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MADE = (
    ("holder", "question", "score"),
    ("question", "holder", "counts_earliest", "counts_latest"),
    ("holder_country", "holder", "question"),
)


def upgrade() -> None:
    op.drop_index(op.f("ix_opinions_holder_question_id"), "opinions")
    for columns in MADE:
        op.create_index(op.f(f"ix_opinions_{'_'.join(columns)}"), "opinions", columns)


def downgrade() -> None:
    for columns in MADE:
        op.drop_index(op.f(f"ix_opinions_{'_'.join(columns)}"), "opinions")
    op.create_index(
        op.f("ix_opinions_holder_question_id"), "opinions", ["holder", "question", "id"]
    )
