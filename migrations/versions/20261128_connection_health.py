"""What a connection's own page tells: since when its state is what it is, how many calls are left, its last errors."""

import sqlalchemy as sa
from alembic import op

from link4web.database import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

#: What the trail calls the beginning of each state.
BEGAN = {"reconnect": "connection.lost", "disconnected": "connection.disconnected"}
#: What a provider says of the day's calls.
TOLD = {"told_left": sa.Integer, "told_at": UtcDateTime, "told_until": UtcDateTime}


def upgrade() -> None:
    op.add_column("connection", sa.Column("state_since", UtcDateTime(), nullable=True))
    _fill()
    with op.batch_alter_table("connection") as table:
        table.alter_column("state_since", existing_type=UtcDateTime(), nullable=False)
    for name, kind in TOLD.items():
        op.add_column("call_limit", sa.Column(name, kind(), nullable=True))
    op.create_table(
        "connection_trouble",
        sa.Column("organisation_id", sa.String(22), nullable=False),
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("connection_id", sa.String(22), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("sentence", sa.String(500), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("passed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "connection_id"],
            ["connection.organisation_id", "connection.id"],
            name=op.f("fk_connection_trouble_organisation_id_connection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_connection_trouble_organisation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_connection_trouble")),
    )
    columns = ["organisation_id", "connection_id", "last_at"]
    op.create_index(op.f("ix_connection_trouble_organisation_id_connection_id_last_at"), "connection_trouble", columns)


def downgrade() -> None:
    op.drop_table("connection_trouble")
    with op.batch_alter_table("call_limit") as table:
        for name in TOLD:
            table.drop_column(name)
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
