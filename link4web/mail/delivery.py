"""A mail as the effect of an outbox row: tried again when refused for now, *unknown* when the answer got lost."""

from email.message import EmailMessage

from flask import current_app

from link4web.audit import record
from link4web.audit.trail import SYSTEM
from link4web.database import writing
from link4web.mail.post import MailRefused, MailUnknown, Post
from link4web.outbox import GiveUp, Later, Unknown


def post() -> Post:
    """The application's mail server."""
    server: Post = current_app.extensions["post"]
    return server


def deliver(message: EmailMessage) -> None:
    """Send now; call it after the job has been marked in flight.

    Raises:
        Later, GiveUp, Unknown: how it ended otherwise, for the outbox.
    """
    try:
        post().send(message)
    except MailUnknown:
        raise Unknown("mail: no answer after hand-over") from None
    except MailRefused as refused:
        if refused.permanent:
            raise GiveUp(f"mail: refused with {refused.code}") from None
        raise Later(f"mail: {refused.code or 'not reachable'}") from None


def deliver_to(user_id: str, what: str, message: EmailMessage, *, chain: str = SYSTEM) -> None:
    """`deliver`, and a line in the trail: which person was sent which kind of mail (R-190). Nothing of the mail itself.

    Raises:
        Later, GiveUp, Unknown: as `deliver`; then there is no line, and the outbox keeps what happened.
    """
    deliver(message)
    with writing():
        record("mail.sent", chain=chain, kind="user", object_id=user_id, what=what)
