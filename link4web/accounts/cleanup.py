"""Forget what has run out: sessions, mailed links, counts of wrong passwords, news that no mail has taken."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from link4web import clock
from link4web.accounts import slowing
from link4web.accounts.models import MailToken, NewsItem, SessionRow, SignInAttempt
from link4web.database import Base, changed_rows, db, writing

CHUNK = 500
SESSION_ENDS_AFTER = timedelta(hours=12)
NEWS_KEPT = timedelta(days=7)  # a daily mail takes it long before
TRIES_KEPT = timedelta(days=30)


def forget_old() -> int:
    """Delete it in small transactions; the number of rows. Nothing that could still be used is among them."""
    now = clock.now()
    return (
        _delete(SessionRow, SessionRow.token_hash, SessionRow.seen_at < now - SESSION_ENDS_AFTER)
        + _delete(MailToken, MailToken.token_hash, MailToken.expires_at < now)
        + _delete(NewsItem, NewsItem.id, NewsItem.at < now - NEWS_KEPT)
        + _delete(SignInAttempt, SignInAttempt.key, slowing.may_be_forgotten(now - TRIES_KEPT))
    )


def _delete(table: type[Base], key: InstrumentedAttribute[Any], condition: ColumnElement[bool]) -> int:
    total = 0
    while True:
        with writing():
            some = select(key).where(condition).limit(CHUNK)
            gone = changed_rows(db.session.execute(delete(table).where(key.in_(some))))
        total += gone
        if gone < CHUNK:
            return total
