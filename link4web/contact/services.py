"""Take a message to support: once, within limits, with its mails asked for in the same transaction."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta

from flask import g
from sqlalchemy import delete, select

from link4web import clock, outbox
from link4web.accounts.slowing import network_of
from link4web.audit import record
from link4web.audit.trail import SYSTEM
from link4web.contact.asked import Finding
from link4web.contact.models import ContactMessage
from link4web.database import changed_rows, db, insert_for, writing
from link4web.ids import new_id
from link4web.invitations.caps import HOUR, Cap, take_under

MAIL = "contact.mail"
KEPT = timedelta(days=90)
# no letters and digits that are taken for one another on the telephone
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PER_PERSON, PER_ADDRESS, PER_NETWORK, OF_VISITORS = 10, 5, 10, 300


def write(
    *,
    key: str,
    message: str,
    email: str,
    person_id: str | None,
    network: str,
    subject: str,
    about: Mapping[str, str],
    findings: list[Finding],
) -> str:
    """Keep a message and ask for its mails; its id. The same form sent again is the same message (R-166).

    `person_id`: who wrote it, when their address is confirmed; they get a copy. `network`: where it came from.
    `about`: what the form says it is about.

    Raises:
        invitations.caps.Full: too many from this person, to this address, from this network or in all.
    """
    digest = hashlib.sha256(json.dumps([key, person_id, email, message, sorted(about.items())]).encode()).digest()
    row = {
        "id": new_id(),
        "reference": _reference(),
        "digest": digest,
        "person_id": person_id,
        "email": email,
        "message": message,
        "subject": subject,
        "findings": [list(finding) for finding in findings],
        "copied": person_id is not None,
        "created_at": clock.now(),
    }
    with writing():
        fresh = insert_for(ContactMessage).values(row).on_conflict_do_nothing(index_elements=["digest"])
        if db.session.scalar(fresh.returning(ContactMessage.id)) is None:
            return db.session.scalars(select(ContactMessage.id).where(ContactMessage.digest == digest)).one()
        take_under(_caps(person_id, email, network))
        _ask_for_mails(str(row["id"]), person_id)
        record(
            "contact.written",
            chain=g.organisation.id if g.organisation else SYSTEM,
            kind="contact_message",
            object_id=str(row["id"]),
            reference=row["reference"],
            code=about.get("code", ""),
            attached=bool(findings),
        )
    return str(row["id"])


def _reference() -> str:
    """What people quote: 40 random bits, so that nobody learns from one how many there are (R-046)."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"L4W-{drawn[:4]}-{drawn[4:]}"


def _caps(person_id: str | None, email: str, network: str) -> list[Cap]:
    """Somebody signed in answers for themselves; whoever is not shares limits, so that no mailbox is flooded."""
    if person_id:
        return [Cap("contact-person", person_id, PER_PERSON, HOUR, f"{PER_PERSON} messages an hour")]
    return [
        Cap("contact-address", email, PER_ADDRESS, HOUR, f"{PER_ADDRESS} messages an hour"),
        Cap("contact-network", network_of(network), PER_NETWORK, HOUR, f"{PER_NETWORK} messages an hour"),
        Cap("contact-visitors", "", OF_VISITORS, HOUR, f"{OF_VISITORS} messages an hour from visitors"),
    ]


def _ask_for_mails(message_id: str, person_id: str | None) -> None:
    for to in ("support", "writer") if person_id else ("support",):
        outbox.add(
            MAIL, f"{message_id}:{to}", organisation_id=None, payload={"message": message_id, "to": to}, priority=2
        )


def find(message_id: str) -> ContactMessage | None:
    """A message that has been written."""
    return db.session.get(ContactMessage, message_id)


def forget_old() -> int:
    """Delete what has long been answered, inside ``writing()``; how many."""
    return changed_rows(
        db.session.execute(delete(ContactMessage).where(ContactMessage.created_at < clock.now() - KEPT))
    )
