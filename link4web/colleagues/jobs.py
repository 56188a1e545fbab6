"""The mails of letting somebody in: the invitation, and the answer to whoever sent it.

The token in a link is made when the mail is: no row ever holds it.
"""

from flask import g

from link4web import clock, outbox, tenancy
from link4web.accounts import tokens, words
from link4web.accounts.models import Organisation, User
from link4web.colleagues.accepting import NOTICE
from link4web.colleagues.inviting import MAIL, OF_EVERYBODY
from link4web.colleagues.models import MembershipInvitation
from link4web.database import db, writing
from link4web.invitations import suppressions
from link4web.invitations.caps import DAY, Cap, Full, take_under
from link4web.invitations.message import neutral
from link4web.mail.compose import compose, stop_headers
from link4web.mail.delivery import deliver_about, deliver_to
from link4web.outbox import GiveUp, Job, Later
from link4web.web.filters import day
from link4web.web.links import link_to

STOPPED = "address wants no such mail"


def send_invitation(job: Job) -> None:
    """Send the mail that lets somebody in, unless it was taken back meanwhile."""
    token, stop = tokens.new_token(), tokens.new_token()
    try:
        with writing():
            invitation, organisation = _invitation(job)
            if invitation.state != "open" or invitation.expires_at <= clock.now() or organisation.closed_at is not None:
                raise GiveUp("invitation is closed")
            if suppressions.holds(invitation.email):
                raise GiveUp(STOPPED)
            if job.attempts == 1:
                take_under([Cap("colleague-mailbox", invitation.email, OF_EVERYBODY, DAY, "")])
            invitation.token_hash, invitation.stop_hash = tokens.token_hash(token), tokens.token_hash(stop)
            inviter = db.session.get_one(User, invitation.invited_by)
            outbox.begin_flight(job)
    except Full as full:
        raise Later("mailbox has had enough", at=full.until, counts=False) from None
    name, stop_link = neutral(organisation.name), link_to("colleague.open_stop", token=stop)
    message = compose(
        "colleague_invitation",
        invitation.email,
        f"{name} invites you to work with them",
        headers=stop_headers(stop_link),
        organisation=name,
        inviter=neutral(inviter.name),
        role=words.ROLES_IN_SENTENCES[invitation.role],
        may=words.may_words(invitation.rights),
        until=day(invitation.expires_at),
        link=link_to("colleague.open_link", token=token),
        stop_link=stop_link,
    )
    where = organisation.id
    deliver_about("membership_invitation", invitation.id, "colleague_invitation", message, chain=where)


def not_sent(job: Job, state: str, code: str) -> None:
    """A mail that can't be sent, or nobody knows: the list says so. Inside the outbox's last transaction."""
    invitation = db.session.get(MembershipInvitation, (tenancy.organisation_id(), job.payload["invitation"]))
    if invitation is not None and invitation.state == "open":
        refused = "refused" if code.startswith("mail: refused") else "unreachable"
        invitation.problem = "unknown" if state == "unknown" else "stopped" if code == STOPPED else refused


def tell_answer(job: Job) -> None:
    """Tell whoever sent the invitation how it was answered."""
    with writing():
        invitation, organisation = _invitation(job)
        inviter = db.session.get(User, invitation.invited_by)
        person = db.session.get(User, invitation.answered_by) if invitation.answered_by else None
        if inviter is None or not inviter.is_active:
            raise GiveUp("account is gone")
        outbox.begin_flight(job)
    where = neutral(organisation.name)
    if person is not None:
        subject = f"{neutral(person.name)} works in {where} now"
        role, may = words.ROLES_IN_SENTENCES[invitation.role], words.may_words(invitation.rights)
        sentences = [
            f"{neutral(person.name)} ({person.email}) has accepted your invitation to {where}.",
            f"They are {role} there, and may {may}.",
        ]
    else:
        subject = f"Your invitation to {where} was declined"
        sentences = [f"{invitation.email} has said no to your invitation. Nothing was changed."]
    message = compose(
        "access",
        inviter.email,
        subject,
        name=neutral(inviter.name),
        sentences=sentences,
        link=link_to("colleagues.index", organisation=organisation.id),
        link_words="See the users",
    )
    deliver_to(inviter.id, "colleague_answer", message, chain=organisation.id)


def _invitation(job: Job) -> tuple[MembershipInvitation, Organisation]:
    where = tenancy.organisation_id()
    invitation = db.session.get(MembershipInvitation, (where, job.payload["invitation"]))
    if invitation is None:
        raise GiveUp("invitation is gone")
    organisation = g.organisation = db.session.get_one(Organisation, where)
    return invitation, organisation


def register_jobs() -> None:
    """Tell the outbox who sends these mails."""
    outbox.handles(MAIL, send_invitation, settled=not_sent)
    outbox.handles(NOTICE, tell_answer)
