"""An organisation's data as one file, made by a job and kept for a few days."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id
from link4web.ids import new_id
from link4web.tenancy import TenantMixin


class Export(TenantMixin, Base):
    """An export that somebody has asked for. `state`: *asked*, *ready* (until `expires_at`) or *failed*."""

    __tablename__ = "organisation_export"
    __table_args__ = (
        CheckConstraint("state in ('asked', 'ready', 'failed')", name="state"),
        Index("ix_organisation_export_expiry", "expires_at"),
        Index("ix_organisation_export_asked", "organisation_id", "asked_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(String(8))
    asked_by: Mapped[str] = mapped_column(Id)
    asked_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    size: Mapped[int] = mapped_column(Integer, default=0)


class ExportPart(TenantMixin, Base):
    """A piece of the file, small enough for one transaction; web and worker need not share a disk."""

    __tablename__ = "organisation_export_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "export_id"],
            ["organisation_export.organisation_id", "organisation_export.id"],
            ondelete="CASCADE",
        ),
    )

    export_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
