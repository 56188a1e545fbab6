"""Connections remember when the ledger's contacts were counted last, and how far that was from ours."""

import sqlalchemy as sa
from alembic import op

import link4web.database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connection") as table:
        table.add_column(sa.Column("counted_at", link4web.database.UtcDateTime(), nullable=True))
        table.add_column(sa.Column("count_gap", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("connection") as table:
        table.alter_column("count_gap", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("connection") as table:
        table.drop_column("count_gap")
        table.drop_column("counted_at")
