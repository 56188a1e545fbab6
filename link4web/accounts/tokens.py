"""Tokens that travel in mails: random, stored hashed, used once, superseded by the next one."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from link4web import clock
from link4web.accounts.models import MailToken, User
from link4web.database import changed_rows, db

LIFETIME = {
    "verify": timedelta(days=2),
    "reset": timedelta(minutes=30),
    "email": timedelta(days=1),
    "undo": timedelta(days=7),
}


def token_hash(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def issue(user_id: str, purpose: str) -> str:
    """A fresh token inside ``writing()``; older ones of the same purpose stop working."""
    db.session.execute(delete(MailToken).where(MailToken.user_id == user_id, MailToken.purpose == purpose))
    token, now = new_token(), clock.now()
    db.session.add(
        MailToken(
            token_hash=token_hash(token),
            user_id=user_id,
            purpose=purpose,
            created_at=now,
            expires_at=now + LIFETIME[purpose],
        )
    )
    return token


def owner(hashed: bytes, purpose: str) -> User | None:
    """Whose unused, unexpired token this is."""
    return db.session.scalars(
        select(User)
        .join(MailToken, MailToken.user_id == User.id)
        .where(
            MailToken.token_hash == hashed,
            MailToken.purpose == purpose,
            MailToken.used_at.is_(None),
            MailToken.expires_at > clock.now(),
            User.disabled_at.is_(None),
        )
    ).first()


def forget_all(user_id: str) -> None:
    """Let no link that was mailed to this person work any more, inside ``writing()``.

    Those that bring an old address back stay: a thief who has changed the address changes the password next.
    """
    db.session.execute(delete(MailToken).where(MailToken.user_id == user_id, MailToken.purpose != "undo"))


def use(hashed: bytes, purpose: str) -> User | None:
    """Use the token up, inside ``writing()``; its owner, or None when it doesn't work (any more)."""
    user = owner(hashed, purpose)
    if user is None:
        return None
    used = db.session.execute(delete(MailToken).where(MailToken.token_hash == hashed))
    return user if changed_rows(used) else None
