"""How often help articles are read, and whether they helped."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "help_view",
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "provider", "day"),
    )
    op.create_table(
        "help_vote",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("version", sa.Date(), nullable=False),
        sa.Column("visitor", sa.LargeBinary(32), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(1000), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("uq_help_vote_slug_version_visitor", "help_vote", ["slug", "version", "visitor"], unique=True)


def downgrade() -> None:
    op.drop_table("help_vote")
    op.drop_table("help_view")
