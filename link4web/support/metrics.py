"""What staff keep an eye on, with the limit beyond which each needs somebody (R-194)."""

import math
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select

from link4web import clock, tally, tenancy
from link4web.audit.models import AuditEvent
from link4web.audit.trail import SYSTEM
from link4web.connections.membership import FOREIGN
from link4web.connections.models import Connection
from link4web.database import db
from link4web.invitations.models import CustomerInvitation
from link4web.outbox.drain import open_rows
from link4web.outbox.models import OutboxRow
from link4web.settings import Settings
from link4web.web.filters import number

#: How old the oldest due row of a kind may be.
OLDEST = timedelta(minutes=10)
LONGEST = "10 minutes"
WEEK = timedelta(days=7)
FAILED_SIGN_INS, BOUNCES, FORGED, LOST, FAILURES = 50, 20, 10, 5, 5
#: How many pages of organisations that are not theirs people may ask for in a day.
FOREIGN_PAGES = 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: How old a backup may be: one a day, and the time it takes.
OLDEST_BACKUP = timedelta(hours=26)
#: What somebody does to prove that it is them, and how it ends when it went well.
PROOFS = ("account.sign_in", "account.code", "account.confirmed")
PROVED = ("done", "half")


@dataclass(frozen=True)
class Metric:
    """A number in words, and whether it is beyond its limit. `key` and `value` are what `/metrics` calls it."""

    name: str
    words: str
    limit: str
    is_alarm: bool
    key: str
    value: float


def look() -> list[Metric]:
    """All of them, now."""
    return [
        *_queues(),
        _stuck("dead"),
        _stuck("unknown"),
        *_ledgers(),
        _bounces(),
        _forged(),
        _failures(),
        _sign_ins(),
        _kept_out(),
        _backup(),
    ]


def _queues() -> list[Metric]:
    """The age of the oldest due row, kind by kind; a kind without due rows has none."""
    now = clock.now()
    due = select(OutboxRow.kind, func.count(), func.min(OutboxRow.due_at)).where(
        OutboxRow.state.in_(("ready", "running")), OutboxRow.due_at <= now
    )
    found = []
    for kind, many, oldest in db.session.execute(due.group_by(OutboxRow.kind).order_by(OutboxRow.kind)):
        age = now - oldest
        minutes = int(age.total_seconds() // 60)
        words = f"{number(many)} due, the oldest for {minutes} minutes"
        key, seconds = f"queue_age_seconds:{kind}", age.total_seconds()
        found.append(Metric(f"Queue {kind}", words, LONGEST, age > OLDEST, key, seconds))
    return found or [Metric("Queues", "Nothing is due", LONGEST, False, "queue_age_seconds:", 0)]


def _stuck(state: str) -> Metric:
    rows = [(kind, many) for kind, one, many in open_rows() if one == state]
    words = ", ".join(f"{number(many)} {kind}" for kind, many in rows) or "None"
    return Metric(f"Rows that are {state}", words, "none", bool(rows), f"rows_{state}", sum(many for _, many in rows))


def _ledgers() -> list[Metric]:
    with tenancy.system("support staff count connections that the providers have ended, over all organisations"):
        lost = db.session.scalar(select(func.count()).select_from(Connection).where(Connection.state == "reconnect"))
        failed = db.session.scalar(
            select(func.count())
            .select_from(Connection)
            .where(Connection.state == "active", Connection.sync_state == "failed")
        )
    return [
        _above("Refreshes that failed for good", "connections_to_reconnect", lost or 0, LOST, " to reconnect"),
        _above("Syncs that stopped", "syncs_failed", failed or 0, LOST),
    ]


def _bounces() -> Metric:
    with tenancy.system("support staff count mails that came back, over all organisations"):
        back = db.session.scalar(
            select(func.count())
            .select_from(CustomerInvitation)
            .where(CustomerInvitation.state == "bounced", CustomerInvitation.created_at > clock.now() - WEEK)
        )
    return _above("Invitations that bounced in 7 days", "invitations_bounced", back or 0, BOUNCES)


def _forged() -> Metric:
    return _above("Webhooks refused today", "webhooks_refused", tally.counted("webhook.refused"), FORGED)


def _failures() -> Metric:
    return _above("Answers that failed today", "answers_failed", tally.counted("answer.failed"), FAILURES)


def _sign_ins() -> Metric:
    """Passwords and codes that did not fit, at the sign-in and wherever they are asked for once more."""
    since = clock.now() - DAY
    recent = select(AuditEvent.position).where(AuditEvent.chain == SYSTEM, AuditEvent.at > since)
    first = db.session.scalar(recent.order_by(AuditEvent.at, AuditEvent.position).limit(1)) or 0
    refused = select(func.count()).where(
        AuditEvent.chain == SYSTEM,
        AuditEvent.action.in_(PROOFS),
        AuditEvent.position >= first,  # an index has actions by position; the day alone would read all other events
        AuditEvent.at > since,
        AuditEvent.outcome.not_in(PROVED),
    )
    many = db.session.scalar(refused) or 0
    return _above("Sign-ins that failed in 24 hours", "sign_ins_refused", many, FAILED_SIGN_INS)


def _kept_out() -> Metric:
    """What ours has tried is a fault, once is enough; what people ask for may be a page they had before they left."""
    ours, theirs = tally.counted("tenancy.refused"), tally.counted(FOREIGN)
    name, key = "Jobs and requests kept out of another organisation today", "foreign_organisation_refused"
    limit = f"{FOREIGN_PAGES} asked for by people, none by our fault"
    words = f"{number(theirs)} asked for by people, {number(ours)} by our fault" if ours or theirs else "0"
    return Metric(name, words, limit, ours > 0 or theirs > FOREIGN_PAGES, key, ours + theirs)


def _backup() -> Metric:
    """The age of the file that the operator's backup touches; where it is, nobody needs to have said at home."""
    settings: Settings = current_app.extensions["settings"]
    name, key, limit = "Last backup", "backup_age_seconds", f"{OLDEST_BACKUP // HOUR} hours"
    if settings.backup_marker is None:
        words = "Unknown: nobody has said where (LINK4WEB_BACKUP_MARKER)"
        return Metric(name, words, limit, not settings.is_home, key, math.nan)
    try:
        made = settings.backup_marker.stat().st_mtime
    except OSError:
        return Metric(name, "Unknown: there is none where LINK4WEB_BACKUP_MARKER says", limit, True, key, math.nan)
    age = timedelta(seconds=max(0.0, clock.timestamp() - made))
    return Metric(name, f"{number(age // HOUR)} hours", limit, age > OLDEST_BACKUP, key, age.total_seconds())


def _above(name: str, key: str, many: int, limit: int, more: str = "") -> Metric:
    """A plain number, which is an alarm above its limit."""
    return Metric(name, f"{number(many)}{more}", str(limit), many > limit, key, many)
