"""Webhook events say whether they are about sales; an index for the newest event about a ledger file."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEX = "ix_webhook_event_provider_file_hmac_received_at"


def upgrade() -> None:
    with op.batch_alter_table("webhook_event") as table:
        # nobody knows what the rows that are there were about: sales too, then nothing is missed
        table.add_column(sa.Column("is_sale", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("webhook_event") as table:
        table.alter_column("is_sale", server_default=None)
    op.create_index(INDEX, "webhook_event", ["provider", "file_hmac", "received_at"])


def downgrade() -> None:
    op.drop_index(INDEX, "webhook_event")
    with op.batch_alter_table("webhook_event") as table:
        table.drop_column("is_sale")
