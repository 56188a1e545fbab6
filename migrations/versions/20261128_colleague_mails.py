"""On what ground a colleague is written to, and the link that stops these mails."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE, INDEX = "membership_invitation", "ix_membership_invitation_stop_hash"


def upgrade() -> None:
    # columns one by one: a copy of the table would cost more, and SQLite adds these in place
    op.add_column(TABLE, sa.Column("consent_basis", sa.String(60), nullable=True))
    op.add_column(TABLE, sa.Column("stop_hash", sa.LargeBinary(32), nullable=True))
    op.create_index(INDEX, TABLE, ["stop_hash"], unique=True)


def downgrade() -> None:
    op.drop_index(INDEX, table_name=TABLE)
    op.drop_column(TABLE, "stop_hash")
    op.drop_column(TABLE, "consent_basis")
