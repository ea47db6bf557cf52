"""Let a country's opinions of one stance be read by date without looking at the others."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BY_DATE = ("holder_country", "stated_earliest", "id")


def upgrade() -> None:
    _replace(BY_DATE, (*BY_DATE, "stance"))


def downgrade() -> None:
    _replace((*BY_DATE, "stance"), BY_DATE)


def _replace(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    op.drop_index(op.f(f"ix_opinions_{'_'.join(old)}"), "opinions")
    op.create_index(op.f(f"ix_opinions_{'_'.join(new)}"), "opinions", new)
