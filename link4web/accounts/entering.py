"""How a session begins: with the password alone, or half, until a security code has been typed as well (R-006).

Half a sign-in is nobody's session: it only knows whose password was typed, so that no page can take it for a whole one.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import session
from flask_login import login_user

from link4web import clock
from link4web.accounts import codes
from link4web.accounts.models import User
from link4web.audit import record
from link4web.database import db, writing
from link4web.web import kept, sessions

WANTED = "wanted"  # where somebody was going who had no account yet, or none that was confirmed
EMAIL_CHANGE = "email_change"  # the link that was opened, which may come before the sign-in
KEPT = ("join", "join_email", "colleague", WANTED, EMAIL_CHANGE)
HALF_LASTS = timedelta(minutes=10)
_NAME = "half"


@dataclass(frozen=True)
class Half:
    """Somebody whose password was typed in this browser, and whose code is still to come."""

    user: User


def begin(user: User, *, by: str = "password") -> bool:
    """After the password: sign in, or begin to. True when a code has to follow. `by`: what has led here, for the trail.

    Either way a new token and a new anti-forgery token (R-021, R-028); only what leads on is kept.
    """
    needs_code = codes.standing(user.id) is not None
    _anew(user)
    if needs_code:
        session[_NAME] = {"user": user.id, "at": clock.now().isoformat(), "proof": _proof(user)}
    else:
        log_in(user, by=by)
        sessions.prove(code=False)
    return needs_code


def log_in(user: User, *, by: str) -> None:
    """Let a session be this person's from now on; the caller gives it a new token (R-021).

    Every sign-in that is whole passes here or through `complete`, so none begins that the trail doesn't have (R-190).
    """
    with writing():
        _note(user, by)
    login_user(user)


def half() -> Half | None:
    """Who is half signed in here: for ten minutes, and while the password is the one that was typed."""
    noted = session.get(_NAME)
    if not noted or clock.now() - datetime.fromisoformat(noted["at"]) > HALF_LASTS:
        return None
    user = db.session.get(User, noted["user"])
    if user is None or not user.is_active or _proof(user) != noted["proof"]:
        return None
    return Half(user)


def complete() -> bool:
    """After the code: a whole session, with a token of its own once more (R-021).

    False when the half before it counts no more: a new password may have been chosen while the code was checked.
    """
    with writing():
        found = half()
        if found is None:
            return False
        _note(found.user, "code")
    _anew(found.user)
    login_user(found.user)
    sessions.prove(code=True)
    return True


def _note(user: User, by: str) -> None:
    record("account.sign_in", kind="user", object_id=user.id, by=by)


def _anew(user: User) -> None:
    keep = {name: session[name] for name in KEPT if name in session} | kept.carry_over(user.id)
    session.clear()
    session.update(keep)
    sessions.rotate()


def _proof(user: User) -> str:
    return hashlib.sha256(user.password_hash.encode()).hexdigest()
