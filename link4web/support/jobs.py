"""The mails about an access, and what is due by the clock. A link's token is made when the mail is: no row holds it."""

from datetime import timedelta

from flask import g
from sqlalchemy import select

from link4web import clock, outbox
from link4web.accounts import tokens
from link4web.accounts.models import Organisation, User
from link4web.database import db, writing
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import GiveUp, Job
from link4web.support import accesses, consent, report_mail, words
from link4web.support.accesses import ASKED_FOR, LEAD, MAIL
from link4web.support.history import changes_in
from link4web.support.models import SupportAccess, SupportLink
from link4web.support.sessions import close_left_open
from link4web.web.filters import moment
from link4web.web.links import link_to

CLOSE = "support.close"
TEMPLATES = {"asked": "support_asked", LEAD: "support_emergency"}
SUBJECTS = {
    "asked": "May support look into {organisation}?",
    LEAD: "An emergency waits for you: {organisation}",
    "emergency": "Support may enter {organisation} without waiting for you",
    "started": "Support is in {organisation} now",
    "ended": "Support has left {organisation}",
}


def send_mail(job: Job) -> None:
    """Tell one person one thing about an access."""
    what = job.payload["what"]
    with writing():
        access, user = accesses.find(job.payload["access"]), db.session.get(User, job.payload["user"])
        if access is None or user is None or user.disabled_at is not None:
            raise GiveUp("nobody to tell")
        if what in ("asked", LEAD) and not accesses.is_open_for_answer(access):
            return  # somebody was faster
        link = _link(access, user, what)
        changed = changes_in(access) if what == "ended" else 0
        outbox.begin_flight(job)
    organisation = g.organisation = db.session.get_one(Organisation, access.organisation_id)
    person = db.session.get(User, access.user_id)
    by = db.session.get(User, access.decided_by) if access.decided_by else None
    message = compose(
        TEMPLATES.get(what, "support_notice"),
        user.email,
        SUBJECTS[what].format(organisation=plain_name(organisation.name, "your organisation")),
        name=plain_name(user.name, "there"),
        what=what,
        access=access,
        agent=f"{plain_name(access.agent_name, 'A colleague')}, {words.ROLES[access.agent_role]}",
        organisation_name=plain_name(organisation.name, "your organisation"),
        person_name=plain_name(person.name, "a colleague") if person else "a colleague",
        category=words.CATEGORIES[access.category],
        consent=words.CONSENTS[access.consent].format(name=by.name if by else "an admin"),
        why_over=words.ENDED.get(access.ended_why, ""),
        changed=changed,
        until=moment(access.asked_at + ASKED_FOR),
        at={"started": moment(access.started_at), "ended": moment(access.ended_at)}.get(what, ""),
        ends=moment(access.ends_at),
        link=link,
        is_admin=user.id in consent.admins(organisation.id),
    )
    deliver_to(user.id, f"support_{what}", message, chain=organisation.id)


def _link(access: SupportAccess, user: User, what: str) -> str:
    """To the request itself, for whoever may answer; else to the history, of the organisation or one's own."""
    if what == LEAD:
        return link_to("support.access", organisation=access.organisation_id, access=access.id)
    if what != "asked":
        if user.id not in consent.admins(access.organisation_id):
            return link_to("own_visits.show")
        return link_to("support_settings.show", organisation=access.organisation_id)
    token = tokens.new_token()
    db.session.add(
        SupportLink(
            token_hash=tokens.token_hash(token),
            organisation_id=access.organisation_id,
            access_id=access.id,
            user_id=user.id,
            expires_at=access.asked_at + ASKED_FOR,
        )
    )
    return link_to("support_answer.open_link", token=token)


def asked_by(hashed: bytes) -> SupportLink | None:
    """What a mailed link leads to, while it is to be decided."""
    open_now = select(SupportLink).where(SupportLink.token_hash == hashed, SupportLink.expires_at > clock.now())
    return db.session.scalars(open_now).first()


def close(_: Job) -> None:
    """End what nobody has left."""
    close_left_open()


def schedule() -> None:
    """Queue what is due by the clock; cheap when nothing is."""
    outbox.ask_every(CLOSE, timedelta(minutes=5))
    report_mail.schedule()


def register_jobs() -> None:
    """Tell the outbox who sends these mails and closes what is left open."""
    outbox.handles(MAIL, send_mail)
    outbox.handles(CLOSE, close)
    report_mail.register_jobs()
