"""Webhook events keep which contact they call removed, and which one it was merged into."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("removed", "merged_into"):
        with op.batch_alter_table("webhook_event") as table:
            table.add_column(sa.Column(name, sa.String(64), nullable=False, server_default=""))
        with op.batch_alter_table("webhook_event") as table:
            table.alter_column(name, server_default=None)


def downgrade() -> None:
    for name in ("merged_into", "removed"):
        with op.batch_alter_table("webhook_event") as table:
            table.drop_column(name)
