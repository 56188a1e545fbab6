"""Customer invitations: batches, one invitation a customer, the tokens behind the links, and who wants no mail."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id, bytewise
from link4web.ids import new_id
from link4web.tenancy import TenantMixin

OPEN_STATES = ("queued", "sent", "delivered", "opened", "started", "unknown")
OPEN_SQL = "state in ('queued', 'sent', 'delivered', 'opened', 'started', 'unknown')"


class InvitationBatch(TenantMixin, Base):
    """Invitations sent together. `key` comes from the review page and works once.

    `state`: *preparing* (rows are being written from the selection), *ready* (all are written; each leaves once
    `due_at` has come) or *undone*. How far the sending is follows from the invitations themselves.
    """

    __tablename__ = "invitation_batch"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "connection_id"], ["connection.organisation_id", "connection.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("organisation_id", "key"),
        CheckConstraint("state in ('preparing', 'ready', 'undone')", name="state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    connection_id: Mapped[str] = mapped_column(Id)
    key: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(10))
    selection_id: Mapped[str] = mapped_column(Id)
    prepared_after: Mapped[str] = mapped_column(Id, default="")
    created_by: Mapped[str] = mapped_column(Id)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    selected: Mapped[int] = mapped_column(Integer, default=0)
    queued: Mapped[int] = mapped_column(Integer, default=0)
    mails: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)


class CustomerInvitation(TenantMixin, Base):
    """A business asked to join the network. At most one is open for a customer (unique index).

    Customers of one batch that share an e-mail address share one mail: `lead_id` is the invitation whose mail and
    token stand for all of them (its own id for the lead). `asked_at`: when they asked for another one.
    """

    __tablename__ = "customer_invitation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "customer_id"], ["customer.organisation_id", "customer.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organisation_id", "batch_id"],
            ["invitation_batch.organisation_id", "invitation_batch.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(
            "state in ('queued', 'sent', 'delivered', 'bounced', 'opened', 'started', 'joined', 'declined',"
            " 'expired', 'revoked', 'unknown')",
            name="state",
        ),
        Index(
            "uq_customer_invitation_open",
            "organisation_id",
            "customer_id",
            unique=True,
            sqlite_where=text(OPEN_SQL),
            postgresql_where=text(OPEN_SQL),
        ),
        Index(
            "ix_customer_invitation_expiry",
            "expires_at",
            sqlite_where=text(OPEN_SQL),
            postgresql_where=text(OPEN_SQL),
        ),
        Index(None, "organisation_id", "batch_id", "state"),
        Index(None, "organisation_id", "lead_id"),
        Index(None, "organisation_id", "customer_id"),
        Index(None, "organisation_id", "email_key", "created_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    connection_id: Mapped[str] = mapped_column(Id)
    customer_id: Mapped[str] = mapped_column(Id)
    batch_id: Mapped[str] = mapped_column(Id)
    lead_id: Mapped[str] = mapped_column(Id)
    email: Mapped[str] = mapped_column(String(255))
    email_key: Mapped[str] = mapped_column(bytewise(255))
    state: Mapped[str] = mapped_column(String(10))
    problem: Mapped[str] = mapped_column(String(300), default="")
    consent_basis: Mapped[str] = mapped_column(String(60))
    invited_by: Mapped[str] = mapped_column(Id)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    joined_organisation_id: Mapped[str | None] = mapped_column(Id)


class InvitationToken(Base):
    """From the hash of a link's token to its invitation; *join* for the landing page, *stop* to end the mails."""

    __tablename__ = "invitation_token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "invitation_id"],
            ["customer_invitation.organisation_id", "customer_invitation.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("purpose in ('join', 'stop')", name="purpose"),
        Index(None, "organisation_id", "invitation_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8))
    organisation_id: Mapped[str] = mapped_column(Id)
    invitation_id: Mapped[str] = mapped_column(Id)
    email_key: Mapped[str] = mapped_column(bytewise(255))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Suppression(Base):
    """An address that gets no invitations: from one organisation (`scope` its id) or from anybody (`scope` '*')."""

    __tablename__ = "suppression"

    email_key: Mapped[str] = mapped_column(bytewise(255), primary_key=True)
    scope: Mapped[str] = mapped_column(Id, primary_key=True)
    reason: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class MailCount(Base):
    """How many invitation mails have left under one cap in its window, which ends at `ends_at` (`invitations.caps`)."""

    __tablename__ = "mail_count"

    scope: Mapped[str] = mapped_column(bytewise(300), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    mails: Mapped[int] = mapped_column(Integer)
    most: Mapped[int] = mapped_column(Integer)


class NetworkLink(Base):
    """Two organisations that found each other through an invitation."""

    __tablename__ = "network_link"

    inviter_id: Mapped[str] = mapped_column(Id, primary_key=True)
    joined_id: Mapped[str] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime]
