"""Work that is due by the clock, once over all processes: the period is part of the row's key."""

from datetime import timedelta

from sqlalchemy import select

from link4web import clock
from link4web.database import db, end_reading, writing
from link4web.outbox import queue
from link4web.outbox.models import OutboxRow


def ask_every(kind: str, period: timedelta) -> bool:
    """Ask for `kind` when this period has not had it yet. Missed periods are caught up by one run (R-167)."""
    key = f"every:{int(clock.timestamp() // period.total_seconds())}"
    asked = db.session.scalar(select(OutboxRow.id).where(OutboxRow.kind == kind, OutboxRow.key == key))
    end_reading()
    if asked:
        return False
    with writing():
        return queue.add(kind, key, organisation_id=None, priority=9)
