"""Addresses that want no invitations: from one organisation, or from anybody (R-109 to R-111)."""

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from link4web import clock
from link4web.database import db
from link4web.invitations.eligibility import EVERYBODY, is_suppressed
from link4web.invitations.models import Suppression


def add(email_key: str, scope: str, reason: str) -> None:
    """Send this address no more invitations, inside ``writing()``; `scope` an organisation's id or EVERYBODY."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    row = {"email_key": email_key, "scope": scope, "reason": reason, "created_at": clock.now()}
    db.session.execute(dialect.insert(Suppression).values(row).on_conflict_do_nothing())


def lift(email_key: str, organisation_id: str) -> None:
    """Take both kinds of stop back, inside ``writing()``; only the address itself may ask for that."""
    db.session.execute(
        delete(Suppression).where(
            Suppression.email_key == email_key, Suppression.scope.in_((EVERYBODY, organisation_id))
        )
    )


def holds(email_key: str) -> bool:
    """Whether the present organisation may not write to this address; ask inside the transaction that sends."""
    return bool(db.session.scalar(select(is_suppressed(email_key))))
