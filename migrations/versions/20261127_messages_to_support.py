"""What people write to support."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_message",
        sa.Column("id", Id, nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("copied", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", name="uq_contact_message_digest"),
        sa.UniqueConstraint("reference", name="uq_contact_message_reference"),
    )
    op.create_index("ix_contact_message_created_at", "contact_message", ["created_at"])


def downgrade() -> None:
    op.drop_table("contact_message")
