"""Counts of invitation mails under their caps (R-106)."""

import sqlalchemy as sa
from alembic import op

import link4web.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_count",
        sa.Column("scope", link4web.database.bytewise(300), nullable=False),
        sa.Column("ends_at", link4web.database.UtcDateTime(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_mail_count"),
    )
    op.create_index("ix_mail_count_ends_at", "mail_count", ["ends_at"])


def downgrade() -> None:
    op.drop_index("ix_mail_count_ends_at", "mail_count")
    op.drop_table("mail_count")
