"""Effects on the outside world, as leased rows."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id, bytewise
from link4web.ids import new_id

#: SQLite takes the index of open rows for a query that says just this.
IS_OPEN = text("state in ('ready', 'running')")


class OutboxRow(Base):
    """One effect to bring about. `payload` holds ids only, never personal data or secrets.

    `state` *ready* is due at `due_at`; *running* is leased until `lease_until`; *unknown* means the outside world may
    or may not have taken it, and a person or a look-up must say; *dead* has used up its `attempts`, which count how
    often its job has begun.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        CheckConstraint("state in ('ready', 'running', 'done', 'unknown', 'dead', 'cancelled')", name="state"),
        Index(
            "ix_outbox_open",
            "kind",
            "due_at",
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index(
            "ix_outbox_finished",
            "finished_at",
            sqlite_where=text("finished_at is not null"),
            postgresql_where=text("finished_at is not null"),
        ),
        Index(None, "organisation_id", "kind"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(bytewise(40))
    key: Mapped[str] = mapped_column(bytewise(120))
    payload: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="ready")
    due_at: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(Integer, default=0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer, default=12)
    priority: Mapped[int] = mapped_column(Integer, default=5)
    actor_id: Mapped[str | None] = mapped_column(Id)
    on_behalf_of_id: Mapped[str | None] = mapped_column(Id)
    error_code: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
