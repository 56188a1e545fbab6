"""Selections keep customers that were fixed on the way to inviting them and so match their filter no more."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("selection") as table:
        table.add_column(sa.Column("kept", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("selection") as table:
        table.alter_column("kept", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("selection") as table:
        table.drop_column("kept")
