"""One number for each organisation that every change of its rows raises."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("organisation_id", Id, sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id"),
    )


def downgrade() -> None:
    op.drop_table("revision")
