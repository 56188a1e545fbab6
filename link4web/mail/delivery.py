"""A mail as the effect of an outbox row: tried again when refused for now, *unknown* when the answer got lost."""

from collections.abc import Callable
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


def deliver(message: EmailMessage, *, note: Callable[[], object]) -> None:
    """Send now; call it after the job has been marked in flight.

    `note` puts the mail into the trail, and keeps whatever else follows from it, in a transaction of its own: once the
    mail server has taken it, and never before (R-190).

    Raises:
        Later, GiveUp, Unknown: how it ended otherwise, for the outbox, which keeps what happened; nothing was noted.
    """
    try:
        post().send(message)
    except MailUnknown:
        raise Unknown("mail: no answer after hand-over") from None
    except MailRefused as refused:
        if refused.permanent:
            raise GiveUp(f"mail: refused with {refused.code}") from None
        raise Later(f"mail: {refused.code or 'not reachable'}") from None
    with writing():
        note()


def deliver_to(user_id: str, what: str, message: EmailMessage, *, chain: str = SYSTEM) -> None:
    """`deliver`; the trail says which person was sent which kind of mail, and nothing of the mail itself.

    Raises:
        Later, GiveUp, Unknown: as `deliver`.
    """
    deliver_about("user", user_id, what, message, chain=chain)


def deliver_about(kind: str, object_id: str, what: str, message: EmailMessage, *, chain: str = SYSTEM) -> None:
    """`deliver_to` where no person of ours gets it: the trail says what the mail is about, not whom it went to.

    Raises:
        Later, GiveUp, Unknown: as `deliver`.
    """
    deliver(message, note=lambda: record("mail.sent", chain=chain, kind=kind, object_id=object_id, what=what))
