"""What has happened to a customer, from the audit trail, in the words of its accounting system."""

from typing import Any

from sqlalchemy import select

from link4web import tenancy
from link4web.accounts.models import User
from link4web.audit.models import AuditEvent
from link4web.customers.remarks import REFUSED, refusal_code, what_of
from link4web.customers.words import VALUES
from link4web.database import db

ADDED = "contact.added"
WORDS = {
    ADDED: "Added to {provider} from here by {who}",
    "customer.number": "Business number entered",
    "customer.email": "E-mail address entered",
    "customer.invite_anyway": "Chosen to be invited, whatever the ledger says",
    "customer.draft_asked": "Draft invoice asked for",
    "customer.draft_removed": "Draft invoice removed",
    "customer.write_back": "Asked for the {what} to be written to {provider}",
    "customer.written_back": "The {what} was written to {provider}",
    "customer.write_back_failed": "The {what} could not be written to {provider}",
    "invitation.sent": "Invitation sent",
    "invitation.bounced": "Their mail server refused the invitation",
    "invitation.unknown": "Not known whether the invitation arrived",
    "invitation.joined": "Joined",
    "invitation.declined": "Declined",
    "invitation.stopped": "Asked for no more e-mails",
    "invitation.resumed": "Wants e-mails again",
}


def events_of(customer_id: str, provider: str, limit: int = 30) -> list[dict[str, Any]]:
    """The newest events first, as `components/parts.html` shows a timeline. `provider` is the ledger's own name."""
    rows = db.session.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.reason, AuditEvent.details, User.name)
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
            "words": _words(action, details, provider, name),
            "detail": ", ".join(filter(None, ("" if action == ADDED else name, reason))) or None,
            "tone": None,
            "is_next": False,
            "code": refusal_code(reason) if action == REFUSED else None,
        }
        for at, action, reason, details, name in rows
    ]


def _words(action: str, details: str, provider: str, name: str | None) -> str:
    what = VALUES.get(what_of(details), "change")
    return WORDS.get(action, action).format(provider=provider, what=what, who=name or "somebody who has left")
