"""Who is support, what organisations have allowed, and every access to somebody's account."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id
from link4web.ids import new_id
from link4web.tenancy import TenantMixin

REASON_LENGTH = 300
TICKET_LENGTH = 40


class SupportAgent(Base):
    """Somebody of the support staff. `role`: an *agent*, or a *lead*, who also decides about emergencies."""

    __tablename__ = "support_agent"
    __table_args__ = (CheckConstraint("role in ('agent', 'lead')", name="role"),)

    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SupportConsent(TenantMixin, Base):
    """An admin has switched support access on, until a date; each switching on is a row (R-061)."""

    __tablename__ = "support_consent"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    until: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(Id)
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class SupportAccess(TenantMixin, Base):
    """One request of an agent to work in a person's account, and the session that came of it.

    `state`: *waiting* for a yes, *ready* (may begin until `valid_until`), *declined*, *withdrawn* (by the customer or
    the agent), *started*, *ended*. `consent`: where the yes came from, *standing* (`consent_id`), *approved* (by the
    admin `decided_by`) or *emergency* (by the lead `decided_by`); empty while there is none. `session_id` is the
    session of the access, `home_session_id` the agent's own sign-in, which it never outlives. The agent's name and role
    are kept as the customer saw them.
    """

    __tablename__ = "support_access"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "consent_id"],
            ["support_consent.organisation_id", "support_consent.id"],
            ondelete="RESTRICT",
        ),
        CheckConstraint("state in ('waiting', 'ready', 'declined', 'withdrawn', 'started', 'ended')", name="state"),
        CheckConstraint("consent in ('', 'standing', 'approved', 'emergency')", name="consent"),
        Index(None, "agent_id", "asked_at"),
        Index(
            "ix_support_access_open",
            "state",
            "asked_at",
            sqlite_where=text("state in ('waiting', 'ready', 'started')"),
            postgresql_where=text("state in ('waiting', 'ready', 'started')"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    agent_id: Mapped[str] = mapped_column(Id)
    agent_name: Mapped[str] = mapped_column(String(120))
    agent_role: Mapped[str] = mapped_column(String(8))
    user_id: Mapped[str] = mapped_column(Id)
    category: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    ticket: Mapped[str] = mapped_column(String(TICKET_LENGTH))
    is_emergency: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10))
    consent: Mapped[str] = mapped_column(String(10), default="")
    consent_id: Mapped[str | None] = mapped_column(Id)
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(Id)
    valid_until: Mapped[datetime | None]
    session_id: Mapped[str | None] = mapped_column(Id)
    home_session_id: Mapped[str | None] = mapped_column(Id)
    started_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    write_at: Mapped[datetime | None]
    write_reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(String(16), default="")


class SupportLink(Base):
    """A link in an admin's mail that leads to a request, until it is decided; the row has the token's hash only."""

    __tablename__ = "support_link"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "access_id"],
            ["support_access.organisation_id", "support_access.id"],
            ondelete="CASCADE",
        ),
        Index(None, "organisation_id", "access_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    access_id: Mapped[str] = mapped_column(Id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
