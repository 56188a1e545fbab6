"""Who else has this business number: an index for looking it up. And a reason that is kept, in its new words."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD = "The mail could not be handed over for several hours."
NEW = "The mail could not be handed over, though we tried for an hour."
WITH_NUMBER = sa.text("number != ''")


def upgrade() -> None:
    columns = ["organisation_id", "connection_id", "number"]
    op.create_index(
        "ix_customer_number", "customer", columns, sqlite_where=WITH_NUMBER, postgresql_where=WITH_NUMBER
    )
    _say(OLD, NEW)


def downgrade() -> None:
    op.drop_index("ix_customer_number", table_name="customer")
    _say(NEW, OLD)


def _say(before: str, after: str) -> None:
    invitation = sa.table("customer_invitation", sa.column("problem"))
    op.execute(invitation.update().where(invitation.c.problem == before).values(problem=after))
