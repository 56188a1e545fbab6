"""Settings of an organisation, its export and its end; the trail is guarded against more and read by more."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id, UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

#: What the trail can be asked for, each newest first.
TRAIL = {
    "ix_audit_event_chain_actor": ["chain", "actor_id", "position"],
    "ix_audit_event_action": ["chain", "action", "position"],
    "ix_audit_event_at": ["chain", "at", "position"],
}


def upgrade() -> None:
    # columns one by one: on SQLite a batch would copy the table, and dropping the old one would delete what refers to it
    op.add_column("organisation", sa.Column("invitation_message", sa.String(500), nullable=True))
    op.add_column("organisation", sa.Column("closed_at", UtcDateTime(), nullable=True))
    op.add_column("organisation", sa.Column("closed_by", Id, nullable=True))
    op.create_index("ix_organisation_closed_at", "organisation", ["closed_at"])
    _create_tables()
    for name, columns in TRAIL.items():
        op.create_index(name, "audit_event", columns)
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _create_tables() -> None:
    op.create_table(
        "organisation_address",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("line1", sa.String(200), nullable=False),
        sa.Column("line2", sa.String(200), nullable=False),
        sa.Column("city", sa.String(100), nullable=False),
        sa.Column("state", sa.String(3), nullable=False),
        sa.Column("postcode", sa.String(4), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.CheckConstraint("kind in ('street', 'postal')", name=op.f("ck_organisation_address_kind")),
        sa.CheckConstraint("country in ('AU', 'NZ')", name=op.f("ck_organisation_address_country")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            ondelete="RESTRICT",
            name="fk_organisation_address_organisation_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kind", name="pk_organisation_address"),
    )
    op.create_table(
        "bank_account",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ending", sa.String(3), nullable=False),
        sa.Column("changed_by", Id, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("country in ('AU', 'NZ')", name=op.f("ck_bank_account_country")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], ondelete="RESTRICT", name="fk_bank_account_organisation_id"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "country", name="pk_bank_account"),
    )
    op.create_table(
        "organisation_export",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("asked_by", Id, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('asked', 'ready', 'failed')", name=op.f("ck_organisation_export_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            ondelete="RESTRICT",
            name="fk_organisation_export_organisation_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name="pk_organisation_export"),
    )
    op.create_index("ix_organisation_export_expiry", "organisation_export", ["expires_at"])
    op.create_index("ix_organisation_export_asked", "organisation_export", ["organisation_id", "asked_at"])
    op.create_table(
        "organisation_export_part",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("export_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            ondelete="RESTRICT",
            name="fk_organisation_export_part_organisation_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "export_id"],
            ["organisation_export.organisation_id", "organisation_export.id"],
            ondelete="CASCADE",
            name="fk_organisation_export_part_organisation_id_export_id",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "export_id", "number", name="pk_organisation_export_part"),
    )


def _guard_sqlite() -> None:
    """REPLACE deletes without asking the DELETE trigger, so an event that is there can't be inserted again either."""
    op.execute(
        "CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event WHEN EXISTS (SELECT 1 FROM audit_event"
        " WHERE (chain = NEW.chain AND position = NEW.position) OR rowid = NEW.rowid)"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head"
        " WHEN NEW.chain <> OLD.chain OR NEW.position <> OLD.position + 1"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head FOR EACH ROW"
        " WHEN (NEW.chain <> OLD.chain OR NEW.position <> OLD.position + 1)"
        " EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_head_no_delete BEFORE DELETE OR TRUNCATE ON audit_head"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_event_no_replace", "audit_head_forward", "audit_head_no_delete"):
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name in ("audit_head_forward", "audit_head_no_delete"):
            op.execute(f"DROP TRIGGER {name} ON audit_head")
    for name in TRAIL:
        op.drop_index(name, "audit_event")
    op.drop_table("organisation_export_part")
    op.drop_table("organisation_export")
    op.drop_table("bank_account")
    op.drop_table("organisation_address")
    op.drop_index("ix_organisation_closed_at", "organisation")
    for column in ("closed_by", "closed_at", "invitation_message"):
        op.drop_column("organisation", column)
