"""Mails about a person's own account. The token in a link is made when the mail is: no row ever holds it."""

from datetime import timedelta

from link4web import outbox
from link4web.accounts import access_mails, addresses, bank, cleanup, news, tokens
from link4web.accounts.models import User
from link4web.accounts.notices import MAIL, NOTICES
from link4web.accounts.services import NOBODY
from link4web.database import db, writing
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import GiveUp, Job
from link4web.web.links import link_to

SUBJECTS = {
    "verify": "Confirm your e-mail address",
    "already_registered": "You already have a Link4web account",
    "reset": "Choose a new password",
    "password_changed": "Your password was changed",
}
LINKS = {"verify": "accounts.open_verify", "reset": "accounts.open_reset"}
FORGET = "accounts.forget_old"


def send_mail(job: Job) -> None:
    """Send one account mail."""
    template = job.payload["template"]
    if template == NOBODY:
        return  # somebody asked for a reset of an address we don't know; the row keeps the request as slow as others
    with writing():
        user = db.session.get(User, job.payload["user"])
        if user is None or user.disabled_at is not None:
            raise GiveUp("account is gone")
        email, name = user.email, plain_name(user.name, "there")
        token = tokens.issue(user.id, template) if template in LINKS else ""
        outbox.begin_flight(job)
    link = link_to(LINKS[template], token=token) if token else link_to("accounts.sign_in")
    if notice := NOTICES.get(template):
        message = compose("security_notice", email, notice.subject, name=name, said=notice.said, link=link)
    else:
        message = compose(template, email, SUBJECTS[template], name=name, link=link)
    deliver_to(job.payload["user"], template, message)


def forget_old(_: Job) -> None:
    """Delete what has run out."""
    cleanup.forget_old()


def schedule() -> None:
    """Queue what is due by the clock; cheap when nothing is."""
    outbox.ask_every(FORGET, timedelta(hours=1))


def register_jobs() -> None:
    """Tell the outbox who handles account mails and the clean-up."""
    outbox.handles(MAIL, send_mail)
    outbox.handles(FORGET, forget_old)
    outbox.handles(news.DIGEST, news.send_digest)
    outbox.handles(addresses.CHANGE_MAIL, addresses.send_mail)
    outbox.handles(access_mails.MAIL, access_mails.send)
    outbox.handles(bank.CHANGED_MAIL, bank.send_changed_mail)
