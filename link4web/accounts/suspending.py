"""Keeping somebody out, and letting them in again: for whoever runs this service, by commands (R-024)."""

from link4web import clock
from link4web.accounts import tokens
from link4web.accounts.models import User
from link4web.accounts.sessions import end_sessions_of
from link4web.audit import record
from link4web.database import db, writing


def suspend(user_id: str) -> bool:
    """End every session of a person and let nothing open a new one; False when they are suspended already.

    Links that were mailed before do not work again after `restore`.
    """
    with writing():
        user = db.session.get_one(User, user_id, with_for_update=True, populate_existing=True)
        if user.disabled_at is not None:
            return False
        user.disabled_at = clock.now()
        end_sessions_of(user_id)
        tokens.forget_all(user_id)
        record("account.suspended", kind="user", object_id=user_id, by="command")
    return True


def restore(user_id: str) -> bool:
    """Let somebody sign in again who was suspended; False for everybody else, and where the account was deleted."""
    with writing():
        user = db.session.get_one(User, user_id, with_for_update=True, populate_existing=True)
        was_deleted = not user.password_hash
        if user.disabled_at is None or was_deleted:
            return False
        user.disabled_at = None
        record("account.restored", kind="user", object_id=user_id, by="command")
    return True
