"""Let indexes hold what filters ask of, so that rows are not looked at to be left out."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LONGER = {
    ("holder_country", "stated_earliest", "id"): ("stance",),
    ("holder", "question", "score"): ("dataset", "attribution"),
}


def upgrade() -> None:
    for columns, more in LONGER.items():
        _replace(columns, (*columns, *more))


def downgrade() -> None:
    for columns, more in LONGER.items():
        _replace((*columns, *more), columns)


def _replace(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    op.drop_index(op.f(f"ix_opinions_{'_'.join(old)}"), "opinions")
    op.create_index(op.f(f"ix_opinions_{'_'.join(new)}"), "opinions", new)
