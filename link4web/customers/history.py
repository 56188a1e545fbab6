"""What has happened to a customer, from the audit trail."""

from typing import Any

from sqlalchemy import select

from link4web import tenancy
from link4web.accounts.models import User
from link4web.audit.models import AuditEvent
from link4web.customers.words import ENDED
from link4web.database import db

WORDS = {
    "customer.number": "Business number entered",
    "customer.email": "E-mail address entered",
    "customer.invite_anyway": "Chosen to be invited, whatever the ledger says",
    "customer.draft_asked": "Draft invoice asked for",
    "customer.draft_removed": "Draft invoice removed",
    "customer.write_back": "Written back to the accounting system",
    "customer.write_back_failed": "Could not be written back",
    "invitation.sent": "Invitation sent",
    "invitation.bounced": "Their mail server refused the invitation",
    "invitation.unknown": "Not known whether the invitation arrived",
    "invitation.joined": "Joined",
    "invitation.declined": "Declined",
    "invitation.stopped": "Asked for no more e-mails",
    "invitation.resumed": "Wants e-mails again",
}


def write_back_code(reason: str | None) -> str:
    """What support calls a value that could not be written back, from what the trail says of it."""
    return "WRITE-BACK-ENDED" if reason == ENDED else "WRITE-BACK-FAILED"


def events_of(customer_id: str, limit: int = 30) -> list[dict[str, Any]]:
    """The newest events first, as `components/parts.html` shows a timeline."""
    rows = db.session.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.reason, User.name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(
            AuditEvent.chain == tenancy.organisation_id(),
            AuditEvent.object_kind == "customer",
            AuditEvent.object_id == customer_id,
        )
        .order_by(AuditEvent.position.desc())
        .limit(limit)
    )
    return [
        {
            "at": at,
            "when": "",
            "words": WORDS.get(action, action),
            "detail": ", ".join(filter(None, (name, reason))) or None,
            "tone": None,
            "is_next": False,
            "code": write_back_code(reason) if action == "customer.write_back_failed" else None,
        }
        for at, action, reason, name in rows
    ]
