"""The mails of a message: one to support, whose answer goes to whoever wrote, and a copy to them."""

from email.message import EmailMessage

from flask import current_app

from link4web import outbox
from link4web.accounts.models import User
from link4web.contact.models import ContactMessage
from link4web.contact.services import MAIL
from link4web.database import db, writing
from link4web.mail.compose import compose
from link4web.mail.delivery import deliver_about
from link4web.outbox import GiveUp, Job


def send_mail(job: Job) -> None:
    """Send one of the mails."""
    with writing():
        written = db.session.get(ContactMessage, job.payload["message"])
        if written is None:
            raise GiveUp("message is gone")
        person = db.session.get(User, written.person_id) if written.person_id else None
        to_support = job.payload["to"] == "support"
        mail = _to_support(written, person) if to_support else _copy(written, person)
        outbox.begin_flight(job)
    deliver_about("contact_message", job.payload["message"], "contact" if to_support else "contact_copy", mail)


def _to_support(written: ContactMessage, person: User | None) -> EmailMessage:
    return compose(
        "contact",
        current_app.config["SUPPORT_EMAIL"],
        f"[{written.reference}] {written.subject or 'A message'}",
        reply_to=written.email,
        written=written,
        person=person,
    )


def _copy(written: ContactMessage, person: User | None) -> EmailMessage:
    if person is None or person.disabled_at is not None:
        raise GiveUp("account is gone")
    return compose("contact_copy", person.email, f"[{written.reference}] Your message to us", written=written)


def register_jobs() -> None:
    """Tell the outbox who sends what people write to support."""
    outbox.handles(MAIL, send_mail)
