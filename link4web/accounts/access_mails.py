"""Mails about who may enter an organisation, to the person whose access changes or to those who look after it."""

from dataclasses import dataclass

from flask import g

from link4web import outbox, tenancy
from link4web.accounts import words
from link4web.accounts.models import Membership, Organisation, User
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import Job
from link4web.web.links import link_to

MAIL = "accounts.access_mail"


@dataclass(frozen=True)
class _Letter:
    subject: str
    sentences: tuple[str, ...]


LETTERS = {
    "changed": _Letter(
        "Your access to {organisation} was changed",
        (
            "{by} has changed what you may do in {organisation}.",
            "You are {role} there now. You may {may}.",
        ),
    ),
    "removed": _Letter(
        "Your access to {organisation} has ended",
        (
            "{by} has taken you out of {organisation}. You can’t open it any more.",
            "What you did there stays in its history. Your other organisations are not touched.",
        ),
    ),
    "signed_out": _Letter(
        "You were signed out",
        (
            "{by}, an admin of {organisation}, has signed you out everywhere.",
            "Your password is the same: sign in to go on.",
        ),
    ),
    "left": _Letter(
        "Somebody has left {organisation}",
        ("{by} has left {organisation}, and can’t open it any more.", "What they did there stays in its history."),
    ),
}


def ask(letter: str, organisation_id: str, to: str, *, by: str) -> None:
    """Ask for one of `LETTERS` to a person, inside ``writing()``. `by`: who has done it."""
    payload = {"letter": letter, "user": to, "by": by}
    outbox.add(MAIL, new_id(), organisation_id=organisation_id, payload=payload, priority=1)


def send(job: Job) -> None:
    """Send one of these mails, in the words of what is so by now."""
    to, by = (db.session.get(User, job.payload[who]) for who in ("user", "by"))
    where = g.organisation = db.session.get_one(Organisation, tenancy.organisation_id())
    membership = db.session.get(Membership, (where.id, job.payload["user"]))
    if to is None or not to.is_active or (membership is None and job.payload["letter"] in ("changed", "left")):
        return
    facts = {
        "by": plain_name(by.name, "Somebody") if by else "Somebody",
        "organisation": plain_name(where.name, "your organisation"),
        "role": words.ROLES_IN_SENTENCES[membership.role] if membership else "",
        "may": words.may_words(membership.rights) if membership else "",
    }
    letter = LETTERS[job.payload["letter"]]
    message = compose(
        "access",
        to.email,
        letter.subject.format(**facts),
        name=plain_name(to.name, "there"),
        sentences=[sentence.format(**facts) for sentence in letter.sentences],
        link=link_to("accounts.sign_in"),
    )
    with writing():
        outbox.begin_flight(job)
    deliver_to(to.id, f"access_{job.payload['letter']}", message, chain=where.id)
