"""Another e-mail address to sign in with: active once the new mailbox is proved, and undone from the old one (R-010).

Nothing that the page shows tells whether the new address has a sign-in already (R-004): its owner gets a mail instead.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from link4web import clock, outbox
from link4web.accounts import notices, tokens
from link4web.accounts.models import MailToken, User
from link4web.accounts.sessions import end_sessions_of
from link4web.audit import record
from link4web.audit.models import AuditEvent
from link4web.database import changed_rows, db, writing
from link4web.ids import new_id
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import GiveUp, Job
from link4web.web.links import link_to

CHANGE_MAIL = "accounts.change_mail"
SUBJECTS = {"email": "Confirm your new e-mail address", "undo": "Your sign-in has another e-mail address"}
LINKS = {"email": "addresses.open_change", "undo": "addresses.open_undo"}


ASKED = "account.email_asked"
MOST_AN_HOUR = 5


class TooOften(Exception):
    """Somebody has asked for other addresses too often within an hour."""


@dataclass(frozen=True)
class Change:
    """A change of address that a mailed link stands for: from the present address to `email`."""

    user: User
    email: str


def ask(user_id: str, email: str) -> None:
    """Mail a link to the new address; until it is opened there and confirmed, the old one stays (R-010).

    Raises:
        TooOften: so many mails to addresses that nobody has proved go out in an hour, and no more.
    """
    with writing():
        db.session.get_one(User, user_id, with_for_update=True)
        lately = select(func.count()).select_from(AuditEvent).where(AuditEvent.actor_id == user_id)
        lately = lately.where(AuditEvent.action == ASKED, AuditEvent.at > clock.now() - timedelta(hours=1))
        if (db.session.scalar(lately) or 0) >= MOST_AN_HOUR:
            raise TooOften
        taken = db.session.scalars(select(User).where(User.email == email)).first()
        db.session.execute(delete(MailToken).where(MailToken.user_id == user_id, MailToken.purpose == "email"))
        change = _prepare(user_id, "email", email)
        if taken is None:
            _mail(change, "email", change)
        else:
            notices.tell(taken.id, "address_wanted", once=user_id)
        record("account.email_asked", kind="user", object_id=user_id)


def asked(user_id: str) -> str:
    """The new address that waits for its confirmation; empty when none does."""
    waiting = select(MailToken.email).where(
        MailToken.user_id == user_id, MailToken.purpose == "email", MailToken.expires_at > clock.now()
    )
    return db.session.scalar(waiting.limit(1)) or ""


def keep(user_id: str) -> None:
    """Take the wish for another address back; its link no longer works."""
    with writing():
        db.session.execute(delete(MailToken).where(MailToken.user_id == user_id, MailToken.purpose == "email"))


def change_of(hashed: bytes, purpose: str) -> Change | None:
    """What this link would do; None when it doesn't work (any more)."""
    user = tokens.owner(hashed, purpose)
    row = db.session.get(MailToken, hashed) if user else None
    return Change(user, row.email) if user and row and row.email else None


def confirm(hashed: bytes, user_id: str, *, keep_session: bytes) -> bool:
    """Sign in with the new address from now on; False when the link doesn't work or the address is taken by now.

    Other sessions end, older links stop working, and the old address gets a mail with a way back.
    """
    try:
        with writing():
            change = change_of(hashed, "email")
            if change is None or change.user.id != user_id or tokens.use(hashed, "email") is None:
                return False
            user, old = change.user, change.user.email
            user.email, user.verified_at = change.email, user.verified_at or clock.now()
            db.session.flush()
            tokens.forget_all(user.id)
            end_sessions_of(user.id, but=keep_session)
            _mail(_prepare(user.id, "undo", old), "undo", new_id())
            record("account.email_changed", kind="user", object_id=user.id)
    except IntegrityError:
        return False  # somebody else has it, since a moment ago
    return True


def undo(hashed: bytes) -> bool:
    """Give the sign-in its old address back and end every session; False when the link doesn't work any more.

    Links to addresses that came later stop working, those to earlier ones go on: the first owner has the last word.
    """
    with writing():
        change = change_of(hashed, "undo")
        row = db.session.get(MailToken, hashed)
        if change is None or row is None:
            return False
        since = row.created_at
        # whoever took the address meanwhile without proving the mailbox gives way to whoever has opened its mail
        unproved = delete(User).where(User.email == change.email, User.verified_at.is_(None), User.id != change.user.id)
        db.session.execute(unproved)
        if db.session.scalar(select(User.id).where(User.email == change.email)) not in (None, change.user.id):
            return False
        change.user.email = change.email
        later = MailToken.created_at >= since
        db.session.execute(
            delete(MailToken).where(MailToken.user_id == change.user.id, MailToken.purpose == "undo", later)
        )
        tokens.forget_all(change.user.id)
        end_sessions_of(change.user.id)
        notices.tell(change.user.id, "address_back")
        record("account.email_undone", kind="user", object_id=change.user.id)
    return True


def _prepare(user_id: str, purpose: str, email: str) -> str:
    """The row of a link whose token comes with its mail; the id of the change."""
    change, now = new_id(), clock.now()
    db.session.add(
        MailToken(
            token_hash=secrets.token_bytes(32),
            user_id=user_id,
            purpose=purpose,
            email=email,
            change_id=change,
            created_at=now,
            expires_at=now + tokens.LIFETIME[purpose],
        )
    )
    db.session.flush()
    return change


def _mail(change: str, purpose: str, key: str) -> None:
    payload = {"change": change, "purpose": purpose}
    outbox.add(CHANGE_MAIL, f"{purpose}:{key}", organisation_id=None, payload=payload, priority=1)


def send_mail(job: Job) -> None:
    """Mail a link to the new address, or the way back to the old one."""
    purpose = job.payload["purpose"]
    with writing():
        row = db.session.scalars(select(MailToken).where(MailToken.change_id == job.payload["change"])).first()
        user = db.session.get(User, row.user_id) if row else None
        if row is None or row.email is None or user is None or not user.is_active:
            raise GiveUp("change is gone")
        email, present, name = row.email, user.email, plain_name(user.name, "there")
        token = _fresh_token(row)
        outbox.begin_flight(job)
    link = link_to(LINKS[purpose], token=token)
    template = "change_email" if purpose == "email" else "email_changed"
    message = compose(template, email, SUBJECTS[purpose], name=name, present=present, email=email, link=link)
    deliver_to(user.id, template, message)


def _fresh_token(row: MailToken) -> str:
    """The row under a new token: no row ever holds one, and a mail that is sent twice works with its last link."""
    token = tokens.new_token()
    kept = {
        name: getattr(row, name) for name in ("user_id", "purpose", "email", "change_id", "created_at", "expires_at")
    }
    assert changed_rows(db.session.execute(delete(MailToken).where(MailToken.token_hash == row.token_hash)))
    db.session.expunge(row)
    db.session.add(MailToken(token_hash=tokens.token_hash(token), **kept))
    return token
