"""What a connection's own page tells: since when its state is what it is."""

import sqlalchemy as sa
from alembic import op

from link4web.database import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

#: What the trail calls the beginning of each state.
BEGAN = {"reconnect": "connection.lost", "disconnected": "connection.disconnected"}


def upgrade() -> None:
    op.add_column("connection", sa.Column("state_since", UtcDateTime(), nullable=True))
    _fill()
    with op.batch_alter_table("connection") as table:
        table.alter_column("state_since", existing_type=UtcDateTime(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("connection") as table:
        table.drop_column("state_since")


def _fill() -> None:
    """From the trail where it tells, otherwise the moment of the last consent."""
    row = sa.table("connection", *(sa.column(name) for name in ROW))
    event = sa.table("audit_event", *(sa.column(name) for name in EVENT))
    op.execute(row.update().values(state_since=sa.func.coalesce(row.c.connected_at, row.c.created_at)))
    for state, action in BEGAN.items():
        about = (event.c.chain == row.c.organisation_id, event.c.object_id == row.c.id, event.c.action == action)
        last = sa.select(sa.func.max(event.c.at)).where(*about).scalar_subquery()
        known = sa.func.coalesce(last, row.c.state_since)
        op.execute(row.update().where(row.c.state == state).values(state_since=known))


ROW = ("organisation_id", "id", "state", "connected_at", "created_at", "state_since")
EVENT = ("chain", "object_id", "action", "at")
