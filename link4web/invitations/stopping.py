"""Stop these mails: one press, no sign-in, from the moment it is pressed (R-109, R-110)."""

from dataclasses import dataclass

from sqlalchemy import select

from link4web import tenancy
from link4web.accounts.models import Organisation
from link4web.customers import services as customers
from link4web.database import db, writing
from link4web.invitations import batches, suppressions, tokens
from link4web.invitations.eligibility import EVERYBODY
from link4web.invitations.landing import known
from link4web.invitations.models import OPEN_STATES, CustomerInvitation


@dataclass(frozen=True)
class Stop:
    """What a *stop* link is about."""

    email: str
    inviter_id: str
    inviter_name: str


def stop_of(hashed: bytes, purpose: str = "stop") -> Stop:
    """Whose mails a link stops; the *join* link of the same mail will do as well.

    Raises:
        Closed: *unknown*; a stop link never runs out otherwise.
    """
    token = known(tokens.find(hashed, purpose))
    inviter = db.session.get_one(Organisation, token.organisation_id)
    return Stop(token.email_key, inviter.id, inviter.name)


def stop(hashed: bytes, purpose: str = "stop", *, everybody: bool) -> Stop:
    """Send the address no more invitations, from this inviter or from anybody. Holds from this moment on (R-109).

    An invitation that has arrived stays open: its link is not a mail.
    """
    with writing():
        found = stop_of(hashed, purpose)
        hold_back(found, everybody=everybody)
    return found


def hold_back(found: Stop, *, everybody: bool) -> None:
    """What `stop` does, inside ``writing()``, for whatever link it was that they pressed."""
    suppressions.add(found.email, EVERYBODY if everybody else found.inviter_id, "asked by link")
    with tenancy.acting_for(found.inviter_id):
        stopped = [customer_id for customer_id, _ in _open_invitations(found.email)]
        customers.set_invitation_state(stopped, "unsubscribed")
        batches.note("invitation.stopped", stopped)


def go_on(hashed: bytes, purpose: str = "stop") -> Stop:
    """Take a stop back: pressed by mistake. Invitations that are open stand as before."""
    with writing():
        found = stop_of(hashed, purpose)
        resume(found.email, found.inviter_id)
    return found


def resume(email_key: str, inviter_id: str) -> None:
    """Let an address have mails of this inviter again, inside ``writing()``, and of anybody."""
    suppressions.lift(email_key, inviter_id)
    with tenancy.acting_for(inviter_id):
        for customer_id, state in _open_invitations(email_key):
            customers.set_invitation_state([customer_id], state)
            batches.note("invitation.resumed", [customer_id])


def _open_invitations(email_key: str) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(CustomerInvitation.customer_id, CustomerInvitation.state)
        .where(CustomerInvitation.email_key == email_key, CustomerInvitation.state.in_(OPEN_STATES))
        .order_by(CustomerInvitation.customer_id)
    )
    return [(customer_id, state) for customer_id, state in rows]
