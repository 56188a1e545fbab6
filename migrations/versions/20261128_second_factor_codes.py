"""Security codes at sign-in, their recovery codes, and what a session has proved when."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id, UtcDateTime

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_second_factor_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("name", sa.String(4), nullable=False),
        sa.Column("code_hash", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "name", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("session") as table:
        table.add_column(sa.Column("proved_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("second_factor_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("session") as table:
        table.drop_column("second_factor_at")
        table.drop_column("proved_at")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
