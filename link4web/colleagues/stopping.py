"""Stop the mails that invite to work somewhere: one press, no sign-in, whatever became of them (R-107, R-109).

It is the same stop as in an invitation to a customer: the address gets neither kind.
"""

from sqlalchemy import bindparam, select

from link4web import tenancy
from link4web.accounts.models import Organisation
from link4web.audit import record
from link4web.colleagues.accepting import Closed
from link4web.colleagues.models import MembershipInvitation
from link4web.database import db, writing
from link4web.invitations import stopping
from link4web.invitations.stopping import Stop

_OF_TOKEN = select(MembershipInvitation).where(MembershipInvitation.stop_hash == bindparam("stop_hash"))


def stop_of(hashed: bytes) -> Stop:
    """Whose mails a link stops; it never runs out.

    Raises:
        Closed: *unknown*.
    """
    return _found(hashed)[0]


def stop(hashed: bytes, *, everybody: bool) -> Stop:
    """Send the address no more invitations, from this organisation or from anybody, from this moment on.

    Raises:
        Closed: *unknown*.
    """
    with writing():
        found, invitation = _found(hashed)
        stopping.hold_back(found, everybody=everybody)
        _note("colleague.stopped", invitation)
    return found


def go_on(hashed: bytes) -> Stop:
    """Take a stop back: pressed by mistake.

    Raises:
        Closed: *unknown*.
    """
    with writing():
        found, invitation = _found(hashed)
        stopping.resume(found.email, found.inviter_id)
        _note("colleague.resumed", invitation)
    return found


def _found(hashed: bytes) -> tuple[Stop, MembershipInvitation]:
    with tenancy.system("a link that stops mails names its organisation by the hash of its token"):
        invitation = db.session.scalars(_OF_TOKEN, {"stop_hash": hashed}).first()
    if invitation is None:
        raise Closed("unknown")
    organisation = db.session.get_one(Organisation, invitation.organisation_id)
    return Stop(invitation.email, organisation.id, organisation.name), invitation


def _note(action: str, invitation: MembershipInvitation) -> None:
    record(action, chain=invitation.organisation_id, kind="membership_invitation", object_id=invitation.id)
