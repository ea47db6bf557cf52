"""${message}."""

import sqlalchemy as sa
from alembic import op
% if imports:

${imports}
% endif
% if "Key" in upgrades + downgrades:

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
% endif
% if "Serial" in upgrades + downgrades:
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
% endif

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
