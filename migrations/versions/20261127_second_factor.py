"""A name for each session that outlives its token."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id
from link4web.ids import new_id

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _name_sessions()


def _name_sessions() -> None:
    with op.batch_alter_table("session") as table:
        table.add_column(sa.Column("id", Id, nullable=True))
    session = sa.table("session", sa.column("token_hash"), sa.column("id"))
    connection = op.get_bind()
    for (token_hash,) in connection.execute(sa.select(session.c.token_hash)).all():
        connection.execute(session.update().where(session.c.token_hash == token_hash).values(id=new_id()))
    with op.batch_alter_table("session") as table:
        table.alter_column("id", existing_type=Id, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("session") as table:
        table.drop_column("id")
