"""Finished rows do not pile up: they are deleted once nobody asks about them any more.

So a row is no lasting proof that something was done. Whoever must not do a thing twice keeps that where the thing is: a
batch is prepared once by its state, an invitation is sent while it is queued, and asks for a new one by `asked_at`.
"""

from datetime import timedelta

from sqlalchemy import delete, or_, select

from link4web import clock
from link4web.database import changed_rows, db, writing
from link4web.outbox.models import OutboxRow

SETTLED, KEPT = ("done", "cancelled"), timedelta(days=30)
#: What went wrong is kept until nobody can clear it up any more.
TROUBLED, TROUBLE_KEPT = ("unknown", "dead"), timedelta(days=180)
CHUNK = 500


def forget_finished() -> bool:
    """Delete old finished rows, at most CHUNK in one transaction; whether there may be more."""
    now = clock.now()
    old = or_(
        OutboxRow.state.in_(SETTLED) & (OutboxRow.finished_at < now - KEPT),
        OutboxRow.state.in_(TROUBLED) & (OutboxRow.finished_at < now - TROUBLE_KEPT),
    )
    some = select(OutboxRow.id).where(OutboxRow.finished_at < now - KEPT, old).limit(CHUNK)
    with writing():
        gone = db.session.execute(
            delete(OutboxRow).where(OutboxRow.id.in_(some), old).execution_options(synchronize_session=False)
        )
    return changed_rows(gone) == CHUNK
