"""Invite somebody to work in an organisation, send it again, take it back.

Nothing here looks whether an address has an account: what the admin sees, and how long it takes, is the same (R-004).
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from link4web import clock, outbox
from link4web.accounts.memberships import AboveOwn, Refused, colleagues_of, hold, may_give
from link4web.accounts.models import User
from link4web.audit import record
from link4web.colleagues import words
from link4web.colleagues.models import MembershipInvitation
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.invitations.caps import DAY, Cap, take_under
from link4web.web.filters import number
from link4web.web.rights import Rights

MAIL = "colleagues.invitation_mail"
LIFETIME = timedelta(days=7)
PER_PERSON, PER_ORGANISATION, PER_ADDRESS = 30, 60, 3
#: Who says that the mail is welcome, and on what ground; kept with every invitation (R-107).
CONSENT = "works with the sender, stated by the sender"
#: So many of these mails one address gets a day from everybody; what is over it leaves a day later, unseen.
OF_EVERYBODY = 6


class Member(Refused):
    """Somebody with this address works in the organisation already."""

    sentence = words.MEMBER


class Gone(Refused):
    """The invitation is not open any more."""

    sentence = words.GONE


def invite(organisation_id: str, email: str, rights: Rights, *, by: str) -> MembershipInvitation:
    """Invite an address (in canonical form); an earlier invitation to it ends.

    Raises:
        Refused: `Member` or `AboveOwn`.
        invitations.caps.Full: too many from this person or organisation, or to this address.
    """
    with writing():
        if not may_give(hold(organisation_id).get(by), rights):
            raise AboveOwn
        if email in {one.email for one in colleagues_of(organisation_id)}:
            raise Member
        return _send(organisation_id, email, rights, by)


def resend(organisation_id: str, invitation_id: str, *, by: str) -> MembershipInvitation:
    """Send it anew, from whoever presses: a new link, seven days more; the older link ends.

    Raises:
        Refused: `Gone`, `Member` or `AboveOwn`.
        invitations.caps.Full: as in `invite`.
    """
    with writing():
        hold(organisation_id)
        found = _open(invitation_id)
        return invite(organisation_id, found.email, found.rights, by=by)


def withdraw(organisation_id: str, invitation_id: str, *, by: str) -> str:
    """Take it back, its link ends; the address it went to.

    Raises:
        Refused: `Gone` or `AboveOwn`.
    """
    with writing():
        held = hold(organisation_id)
        found = _open(invitation_id)
        if not may_give(held.get(by), found.rights):
            raise AboveOwn
        _end(found, "withdrawn")
    return found.email


def withdraw_all() -> None:
    """Take back all that is open in the organisation acted for, inside ``writing()``: it closes."""
    still_open = select(MembershipInvitation).where(MembershipInvitation.state == "open").with_for_update()
    for one in db.session.scalars(still_open.execution_options(populate_existing=True)):
        _end(one, "withdrawn")


def is_known(organisation_id: str, invitation_id: str) -> bool:
    """Whether there is or was such an invitation."""
    return db.session.get(MembershipInvitation, (organisation_id, invitation_id)) is not None


def pending() -> Sequence[tuple[MembershipInvitation, str]]:
    """What is open in the organisation acted for, the newest first, each with the name of whoever sent it.

    What has run out is among it: it can be sent again.
    """
    rows = db.session.execute(
        select(MembershipInvitation, User.name)
        .outerjoin(User, User.id == MembershipInvitation.invited_by)
        .where(MembershipInvitation.state == "open")
        .order_by(MembershipInvitation.created_at.desc(), MembershipInvitation.id)
    )
    return [(invitation, name or "somebody who has left") for invitation, name in rows]


def _open(invitation_id: str) -> MembershipInvitation:
    found = db.session.scalars(
        select(MembershipInvitation)
        .where(MembershipInvitation.id == invitation_id, MembershipInvitation.state == "open")
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Gone
    return found


def _send(organisation_id: str, email: str, rights: Rights, by: str) -> MembershipInvitation:
    _take(organisation_id, email, by)
    older = select(MembershipInvitation).where(
        MembershipInvitation.email == email, MembershipInvitation.state == "open"
    )
    for one in db.session.scalars(older.execution_options(populate_existing=True)):
        _end(one, "superseded")
    now = clock.now()
    made = MembershipInvitation(
        organisation_id=organisation_id,
        id=new_id(),
        email=email,
        **rights._asdict(),
        state="open",
        consent_basis=CONSENT,
        invited_by=by,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    db.session.add(made)
    db.session.flush()
    outbox.add(MAIL, made.id, organisation_id=organisation_id, payload={"invitation": made.id}, priority=2)
    about = {"kind": "membership_invitation", "object_id": made.id}
    record("colleague.invited", chain=organisation_id, **about, role=made.role, basis=CONSENT)
    return made


def _end(invitation: MembershipInvitation, state: str) -> None:
    invitation.state, invitation.answered_at = state, clock.now()
    db.session.flush()
    where = invitation.organisation_id
    record(f"colleague.{state}", chain=where, kind="membership_invitation", object_id=invitation.id)


def _take(organisation_id: str, email: str, by: str) -> None:
    """Count it under what a person, an organisation, and an organisation for one address may send (R-049, R-106)."""
    take_under(
        [
            Cap("colleague-person", by, PER_PERSON, DAY, f"{number(PER_PERSON)} invitations to colleagues a day"),
            Cap(
                "colleague-organisation",
                organisation_id,
                PER_ORGANISATION,
                DAY,
                f"{number(PER_ORGANISATION)} invitations to colleagues a day for one organisation",
            ),
            Cap(
                "colleague-address",
                f"{organisation_id}:{email}",
                PER_ADDRESS,
                DAY,
                f"{PER_ADDRESS} invitations a day to one address",
            ),
        ]
    )
