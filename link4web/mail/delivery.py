"""A mail as the effect of an outbox row: tried again when refused for now, *unknown* when the answer got lost."""

from email.message import EmailMessage

from flask import current_app

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
