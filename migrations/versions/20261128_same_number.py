"""Who else has this business number: an index for looking it up."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WITH_NUMBER = sa.text("number != ''")


def upgrade() -> None:
    columns = ["organisation_id", "connection_id", "number"]
    op.create_index(
        "ix_customer_number", "customer", columns, sqlite_where=WITH_NUMBER, postgresql_where=WITH_NUMBER
    )


def downgrade() -> None:
    op.drop_index("ix_customer_number", table_name="customer")
