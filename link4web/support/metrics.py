"""What staff keep an eye on, with the limit beyond which each needs somebody (R-194)."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from link4web import clock, tally, tenancy
from link4web.audit.models import AuditEvent, AuditHead
from link4web.audit.trail import SYSTEM
from link4web.connections.models import Connection
from link4web.database import db
from link4web.invitations.models import CustomerInvitation
from link4web.outbox.drain import open_rows
from link4web.outbox.models import OutboxRow
from link4web.web.filters import number

#: How old the oldest due row of a kind may be.
OLDEST = timedelta(minutes=10)
LONGEST = "10 minutes"
WEEK = timedelta(days=7)
FAILED_SIGN_INS, BOUNCES, FORGED, LOST, FAILURES = 50, 20, 10, 5, 5
#: So many of the latest events are looked at for refusals.
LOOKED_AT = 5000


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
        _refused("Sign-ins that failed", "sign_ins_refused", "account.sign_in", FAILED_SIGN_INS),
        _refused("Jobs kept out of another organisation", "foreign_organisation_refused", "tenancy.refused", 0),
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


def _refused(name: str, key: str, action: str, limit: int) -> Metric:
    """Refusals of a day, among the latest events of the system's chain."""
    last = db.session.scalar(select(AuditHead.position).where(AuditHead.chain == SYSTEM)) or 0
    refused = db.session.scalar(
        select(func.count())
        .select_from(AuditEvent)
        .where(
            AuditEvent.chain == SYSTEM,
            AuditEvent.position > last - LOOKED_AT,
            AuditEvent.at > clock.now() - timedelta(days=1),
            AuditEvent.action == action,
            AuditEvent.outcome == "refused",
        )
    )
    among = f" among the latest {number(min(last, LOOKED_AT))} events"
    return _above(f"{name} in 24 hours", key, refused or 0, limit, among)


def _above(name: str, key: str, many: int, limit: int, more: str = "") -> Metric:
    """A plain number, which is an alarm above its limit."""
    return Metric(name, f"{number(many)}{more}", str(limit), many > limit, key, many)
