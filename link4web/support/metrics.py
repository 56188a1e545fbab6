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
WEEK = timedelta(days=7)
FAILED_SIGN_INS, BOUNCES, FORGED, LOST = 50, 20, 10, 5
#: So many of the latest events are looked at for failed sign-ins.
LOOKED_AT = 5000


@dataclass(frozen=True)
class Metric:
    """A number in words, and whether it is beyond its limit."""

    name: str
    words: str
    limit: str
    is_alarm: bool


def look() -> list[Metric]:
    """All of them, now."""
    return [*_queues(), _stuck("dead"), _stuck("unknown"), *_ledgers(), _bounces(), _forged(), _sign_ins()]


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
        found.append(Metric(f"Queue {kind}", words, f"{int(OLDEST.total_seconds() // 60)} minutes", age > OLDEST))
    return found or [Metric("Queues", "Nothing is due", f"{int(OLDEST.total_seconds() // 60)} minutes", is_alarm=False)]


def _stuck(state: str) -> Metric:
    rows = [(kind, many) for kind, one, many in open_rows() if one == state]
    words = ", ".join(f"{number(many)} {kind}" for kind, many in rows) or "None"
    return Metric(f"Rows that are {state}", words, "none", bool(rows))


def _ledgers() -> list[Metric]:
    with tenancy.system("support staff count connections that the providers have ended, over all organisations"):
        lost = db.session.scalar(select(func.count()).select_from(Connection).where(Connection.state == "reconnect"))
        failed = db.session.scalar(
            select(func.count())
            .select_from(Connection)
            .where(Connection.state == "active", Connection.sync_state == "failed")
        )
    return [
        Metric("Refreshes that failed for good", f"{number(lost or 0)} to reconnect", str(LOST), (lost or 0) > LOST),
        Metric("Syncs that stopped", number(failed or 0), str(LOST), (failed or 0) > LOST),
    ]


def _bounces() -> Metric:
    with tenancy.system("support staff count mails that came back, over all organisations"):
        back = db.session.scalar(
            select(func.count())
            .select_from(CustomerInvitation)
            .where(CustomerInvitation.state == "bounced", CustomerInvitation.created_at > clock.now() - WEEK)
        )
    return Metric("Invitations that bounced in 7 days", number(back or 0), str(BOUNCES), (back or 0) > BOUNCES)


def _forged() -> Metric:
    refused = tally.counted("webhook.refused")
    return Metric("Webhooks refused today", number(refused), str(FORGED), refused > FORGED)


def _sign_ins() -> Metric:
    last = db.session.scalar(select(AuditHead.position).where(AuditHead.chain == SYSTEM)) or 0
    failed = db.session.scalar(
        select(func.count())
        .select_from(AuditEvent)
        .where(
            AuditEvent.chain == SYSTEM,
            AuditEvent.position > last - LOOKED_AT,
            AuditEvent.at > clock.now() - timedelta(days=1),
            AuditEvent.action == "account.sign_in",
            AuditEvent.outcome == "refused",
        )
    )
    words = f"{number(failed or 0)} among the latest {number(min(last, LOOKED_AT))} events"
    limit = str(FAILED_SIGN_INS)
    return Metric("Sign-ins that failed in 24 hours", words, limit, (failed or 0) > FAILED_SIGN_INS)
