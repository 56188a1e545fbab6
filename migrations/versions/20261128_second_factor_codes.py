"""Security codes at sign-in, what a session has proved when, links that change an address, choices about notices."""

import sqlalchemy as sa
from alembic import op

from link4web.database import Id, UtcDateTime

revision = "0017"
down_revision = "0016"
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
    with op.batch_alter_table("mail_token") as table:
        table.add_column(sa.Column("email", sa.String(254), nullable=True))
        table.add_column(sa.Column("change_id", Id, nullable=True))
        table.drop_constraint(op.f("ck_mail_token_purpose"), type_="check")
        table.create_check_constraint(op.f("ck_mail_token_purpose"), "purpose in ('verify', 'reset', 'email', 'undo')")
    op.create_table(
        "news_choice",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.CheckConstraint("how in ('at once', 'daily', 'off')", name=op.f("ck_news_choice_how")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_news_choice_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_news_choice")),
    )
    op.create_table(
        "news_item",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("said", sa.String(500), nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("digest", sa.String(80), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_news_item_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_news_item_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_item")),
    )
    op.create_index("ix_news_item_user_id", "news_item", ["user_id"])
    op.create_index("ix_news_item_digest", "news_item", ["digest"])
    op.create_index("ix_audit_event_actor", "audit_event", ["actor_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_audit_event_actor", "audit_event")
    op.drop_table("news_item")
    op.drop_table("news_choice")
    op.execute("delete from mail_token where purpose in ('email', 'undo')")
    with op.batch_alter_table("mail_token") as table:
        table.drop_constraint(op.f("ck_mail_token_purpose"), type_="check")
        table.create_check_constraint(op.f("ck_mail_token_purpose"), "purpose in ('verify', 'reset')")
        table.drop_column("change_id")
        table.drop_column("email")
    with op.batch_alter_table("session") as table:
        table.drop_column("second_factor_at")
        table.drop_column("proved_at")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
