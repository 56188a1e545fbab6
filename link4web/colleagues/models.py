"""Invitations to work in an organisation. Whoever is in stands in `accounts.models.Membership`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from link4web.accounts.models import EMAIL_LENGTH
from link4web.database import Base, Id
from link4web.ids import new_id
from link4web.tenancy import TenantMixin
from link4web.web.rights import Rights


class MembershipInvitation(TenantMixin, Base):
    """One mail to one address (in canonical form), with what the person will be here.

    A resend makes a new row, and the older is *superseded*. What has run out stays *open*: see `expires_at`.
    `token_hash` is empty until the mail is made, and so is `stop_hash`, of the link that stops such mails; the tokens
    themselves are kept nowhere. `problem`: why the mail did not arrive, as far as we know: *refused, unreachable,
    unknown*; *stopped* when the address wants none; or empty. `consent_basis`: on what ground it was written to; None
    where nobody was asked yet.
    """

    __tablename__ = "membership_invitation"
    __table_args__ = (
        CheckConstraint("role in ('admin', 'user', 'adviser')", name="role"),
        CheckConstraint("state in ('open', 'accepted', 'declined', 'withdrawn', 'superseded')", name="state"),
        Index("ix_membership_invitation_stop_hash", "stop_hash", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    role: Mapped[str] = mapped_column(String(16))
    may_edit: Mapped[bool]
    may_approve: Mapped[bool]
    may_send: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    problem: Mapped[str] = mapped_column(String(16), default="")
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    stop_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    consent_basis: Mapped[str | None] = mapped_column(String(60))
    invited_by: Mapped[str] = mapped_column(Id)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(Id)

    @property
    def rights(self) -> Rights:
        return Rights(self.role, self.may_edit, self.may_approve, self.may_send)
