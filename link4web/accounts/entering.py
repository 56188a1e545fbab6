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


def begin(user: User) -> bool:
    """After the password: sign in, or begin to. True when a code has to follow.

    Either way a new token and a new anti-forgery token (R-021, R-028); only what leads on is kept.
    """
    needs_code = codes.standing(user.id) is not None
    _anew(user)
    if needs_code:
        session[_NAME] = {"user": user.id, "at": clock.now().isoformat(), "proof": _proof(user)}
    else:
        login_user(user)
        sessions.prove(code=False)
    return needs_code


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
        record("account.sign_in", kind="user", object_id=found.user.id, by="code")
    _anew(found.user)
    login_user(found.user)
    sessions.prove(code=True)
    return True


def _anew(user: User) -> None:
    keep = {name: session[name] for name in KEPT if name in session} | kept.carry_over(user.id)
    session.clear()
    session.update(keep)
    sessions.rotate()


def _proof(user: User) -> str:
    return hashlib.sha256(user.password_hash.encode()).hexdigest()
