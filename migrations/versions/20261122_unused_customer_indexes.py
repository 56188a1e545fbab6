"""Drop two indexes of customers that no query uses and every sync pays for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_customer_number", "customer")
    op.drop_index("ix_customer_email", "customer")


def downgrade() -> None:
    op.create_index("ix_customer_email", "customer", ["organisation_id", "connection_id", "email_key"])
    op.create_index(
        "ix_customer_number",
        "customer",
        ["organisation_id", "connection_id", "number"],
        sqlite_where=sa.text("number <> ''"),
        postgresql_where=sa.text("number <> ''"),
    )
