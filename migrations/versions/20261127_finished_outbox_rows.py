"""Find finished outbox rows by age; an invitation itself knows that a new one was asked for."""

import sqlalchemy as sa
from alembic import op

import link4web.database

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_finished = sa.text("finished_at is not null")
    op.create_index(
        "ix_outbox_finished", "outbox", ["finished_at"], sqlite_where=is_finished, postgresql_where=is_finished
    )
    with op.batch_alter_table("customer_invitation") as table:
        table.add_column(sa.Column("asked_at", link4web.database.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("customer_invitation") as table:
        table.drop_column("asked_at")
    op.drop_index("ix_outbox_finished", "outbox")
