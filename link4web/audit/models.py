"""The trail: append-only, one hash chain for each organisation and one for the system."""

from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id


class AuditEvent(Base):
    """Something that happened. `chain`: an organisation's id or *system*; `hash` covers the row and the one before."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_object", "chain", "object_id", "position"),
        Index("ix_audit_event_actor", "actor_id", "at"),
        Index("ix_audit_event_chain_actor", "chain", "actor_id", "position"),
        Index("ix_audit_event_action", "chain", "action", "position"),
        Index("ix_audit_event_at", "chain", "at", "position"),
    )

    chain: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(Id)
    on_behalf_of_id: Mapped[str | None] = mapped_column(Id)
    session_hash: Mapped[str] = mapped_column(String(16), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    device: Mapped[str] = mapped_column(String(200), default="")
    action: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(30), default="")
    object_id: Mapped[str] = mapped_column(String(80), default="")
    outcome: Mapped[str] = mapped_column(String(16), default="done")
    reason: Mapped[str] = mapped_column(String(300), default="")
    details: Mapped[str] = mapped_column(Text, default="{}")
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The end of a chain; its row is the lock that keeps two writers apart."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
