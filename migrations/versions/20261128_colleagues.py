"""Advisers, rights beside the role, and invitations to work in an organisation."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id, UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tick_rights()
    _invite_members()


def _tick_rights() -> None:
    """Whoever is a user keeps what users could do: edit and invite."""
    with op.batch_alter_table("membership") as table:
        table.add_column(sa.Column("may_edit", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("may_approve", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("may_send", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.drop_constraint(op.f("ck_membership_role"), type_="check")
        table.create_check_constraint(op.f("ck_membership_role"), "role in ('admin', 'user', 'adviser')")
    with op.batch_alter_table("membership") as table:
        for right in ("may_edit", "may_approve", "may_send"):
            table.alter_column(right, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    membership = sa.table("membership", *(sa.column(name) for name in ("role", "may_edit", "may_approve", "may_send")))
    admins = membership.update().where(membership.c.role == "admin")
    op.execute(admins.values(may_edit=sa.true(), may_approve=sa.true(), may_send=sa.true()))


def _invite_members() -> None:
    op.create_table(
        "membership_invitation",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("may_edit", sa.Boolean(), nullable=False),
        sa.Column("may_approve", sa.Boolean(), nullable=False),
        sa.Column("may_send", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("problem", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("invited_by", Id, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by", Id, nullable=True),
        sa.CheckConstraint("role in ('admin', 'user', 'adviser')", name=op.f("ck_membership_invitation_role")),
        sa.CheckConstraint(
            "state in ('open', 'accepted', 'declined', 'withdrawn', 'superseded')",
            name=op.f("ck_membership_invitation_state"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("organisation_id", "id"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_membership_invitation_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("membership_invitation")
    membership = sa.table("membership", sa.column("role"))
    op.execute(membership.update().where(membership.c.role == "adviser").values(role="user"))
    with op.batch_alter_table("membership") as table:
        table.drop_constraint(op.f("ck_membership_role"), type_="check")
        table.create_check_constraint(op.f("ck_membership_role"), "role in ('admin', 'user')")
        for right in ("may_edit", "may_approve", "may_send"):
            table.drop_column(right)
