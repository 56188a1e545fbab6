"""Support staff, what organisations allow them, each access, and counts of what is to be watched."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OPEN = sa.text("state in ('waiting', 'ready', 'started')")


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "day"),
    )
    op.create_table(
        "support_agent",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("role in ('agent', 'lead')", name=op.f("ck_support_agent_role")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_support_agent_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "support_consent",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("given_by", Id, nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_support_consent_organisation_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id"),
    )
    _create_access()
    op.create_table(
        "support_link",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("access_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "access_id"],
            ["support_access.organisation_id", "support_access.id"],
            name="fk_support_link_organisation_id_access_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_support_link_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_support_link_organisation_id_access_id", "support_link", ["organisation_id", "access_id"])
    op.create_index("ix_support_link_user_id", "support_link", ["user_id"])


def _create_access() -> None:
    op.create_table(
        "support_access",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("agent_name", sa.String(120), nullable=False),
        sa.Column("agent_role", sa.String(8), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("ticket", sa.String(40), nullable=False),
        sa.Column("is_emergency", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("consent", sa.String(10), nullable=False),
        sa.Column("consent_id", Id, nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.Column("session_id", Id, nullable=True),
        sa.Column("home_session_id", Id, nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("write_at", UtcDateTime(), nullable=True),
        sa.Column("write_reason", sa.String(300), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(16), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'ready', 'declined', 'withdrawn', 'started', 'ended')",
            name=op.f("ck_support_access_state"),
        ),
        sa.CheckConstraint(
            "consent in ('', 'standing', 'approved', 'emergency')", name=op.f("ck_support_access_consent")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_support_access_organisation_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "consent_id"],
            ["support_consent.organisation_id", "support_consent.id"],
            name="fk_support_access_organisation_id_consent_id",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id"),
    )
    op.create_index("ix_support_access_agent_id_asked_at", "support_access", ["agent_id", "asked_at"])
    op.create_index(
        "ix_support_access_open", "support_access", ["state", "asked_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )


def downgrade() -> None:
    for table in ("support_link", "support_access", "support_consent", "support_agent", "tally"):
        op.drop_table(table)
