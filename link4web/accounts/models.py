"""People, organisations and who may enter which."""

from datetime import date, datetime

from flask_login import UserMixin
from sqlalchemy import JSON, BigInteger, Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id, UtcDateTime
from link4web.ids import new_id
from link4web.web.rights import Rights

EMAIL_LENGTH = 254
NAME_LENGTH = 255


class User(UserMixin, Base):  # type: ignore[misc]  # flask-login publishes no types
    """A person who signs in. `email` is in canonical form (see `mail.address`)."""

    __tablename__ = "user"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255))
    verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None


class SessionRow(Base):
    """A browser session. The cookie carries the token, the row only its hash; `id` stays when the token changes.

    `proved_at`: when the person last typed the password here, and the code where they have codes (R-009);
    `second_factor_at`: when a code was last typed here, None in a session that needed none (R-006).
    """

    __tablename__ = "session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[str] = mapped_column(Id)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    data: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(45))
    device: Mapped[str] = mapped_column(String(200))
    proved_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]


class SecondFactor(Base):
    """What somebody's authenticator app makes codes from, sealed for this person; a code of `last_step` is used up."""

    __tablename__ = "second_factor"

    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    """One of the codes for whoever has no phone at hand; its row goes when it is used. `name`: how it begins."""

    __tablename__ = "recovery_code"

    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(4), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(255))


class Organisation(Base):
    """A business that signs in here. `number` is its own ABN (AU) or NZBN (NZ), digits only.

    `address` is the line that customers see, made from the `OrganisationAddress` once there is one. `closed_at`: an
    admin has closed it; nobody enters any more, and its rows are deleted when `accounts.closed.KEPT` is over.
    """

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("country in ('AU', 'NZ')", name="country"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    country: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(String(13))
    number_status: Mapped[str] = mapped_column(String(16), default="unchecked")
    register_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    number_checked_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(500), default="")
    invite_without_number: Mapped[bool] = mapped_column(Boolean, default=False)
    invitation_message: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by: Mapped[str | None] = mapped_column(Id)

    @property
    def number_scheme(self) -> str:
        return "NZBN" if self.country == "NZ" else "ABN"


class Membership(Base):
    """A person's place in an organisation. An admin may everything, whatever is ticked."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint("role in ('admin', 'user', 'adviser')", name="role"),)

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))
    may_edit: Mapped[bool] = mapped_column(Boolean, default=False)
    may_approve: Mapped[bool] = mapped_column(Boolean, default=False)
    may_send: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]

    @property
    def rights(self) -> Rights:
        return Rights(self.role, self.may_edit, self.may_approve, self.may_send)


#: What `web.access.Rights` is made of, in its order.
RIGHTS = (Membership.role, Membership.may_edit, Membership.may_approve, Membership.may_send)


class MailToken(Base):
    """A link sent by mail that proves a mailbox: to verify an address, to choose a new password, to change addresses.

    `email`, for a change alone: the new address (*email*), or the old one that comes back (*undo*). `change_id` names
    the change, since the row exists before its mail and its token are made.
    """

    __tablename__ = "mail_token"
    __table_args__ = (CheckConstraint("purpose in ('verify', 'reset', 'email', 'undo')", name="purpose"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH))
    change_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class NewsChoice(Base):
    """How a person wants to hear of a kind of news; *at once* where there is no row. See `news.KINDS`."""

    __tablename__ = "news_choice"
    __table_args__ = (CheckConstraint("how in ('at once', 'daily', 'off')", name="how"),)

    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    how: Mapped[str] = mapped_column(String(8))


class NewsItem(Base):
    """News that waits for a person's daily mail about an organisation. `digest`: the mail that takes it along."""

    __tablename__ = "news_item"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    said: Mapped[str] = mapped_column(String(500))
    link: Mapped[str] = mapped_column(String(500))
    digest: Mapped[str | None] = mapped_column(String(80), index=True)
    at: Mapped[datetime]


class SignInAttempt(Base):
    """Failed sign-ins, counted per account and per network, so that guessing gets slower.

    `noted_at`: when the trail was last told that tries had to wait here.
    """

    __tablename__ = "sign_in_attempt"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    noted_at: Mapped[datetime | None]


class RegisterAnswer(Base):
    """What a business register last said about a number; shared by all organisations (public data)."""

    __tablename__ = "register_answer"

    scheme: Mapped[str] = mapped_column(String(4), primary_key=True)
    number: Mapped[str] = mapped_column(String(13), primary_key=True)
    found: Mapped[bool]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    status: Mapped[str] = mapped_column(String(16), default="")
    details: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    gst_from: Mapped[date | None]
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)


Index("ix_session_seen_at", SessionRow.seen_at)
