"""When the trail was last told of slowed tries, so that guessing doesn't fill it."""

import sqlalchemy as sa
from alembic import op

from link4web.database import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in_attempt", sa.Column("noted_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sign_in_attempt") as table:
        table.drop_column("noted_at")
