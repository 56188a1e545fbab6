"""What the invited person does with the link: look, accept, say no. Looking changes nothing (R-102).

The link's token proves the mailbox it was sent to, and nothing else: it opens what the inviter may still give (R-103).
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from link4web import clock, outbox, tenancy
from link4web.accounts import memberships, passwords
from link4web.accounts.models import Membership, Organisation, User
from link4web.accounts.newcomers import HasAccount, NewPerson
from link4web.accounts.services import find_user, prove_mailbox
from link4web.audit import record
from link4web.colleagues.models import MembershipInvitation
from link4web.database import db, end_reading, writing
from link4web.ids import new_id
from link4web.web.rights import Rights

NOTICE = "colleagues.answer_notice"


class Closed(Exception):
    """The link can't be used (any more). `state`: *unknown, expired, superseded, withdrawn, accepted* or *declined*."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class NotYours(Exception):
    """Whoever is signed in has another address than the invited one (R-101)."""


@dataclass(frozen=True)
class Offer:
    """An open invitation, as the invited person may see it. Dates are the organisation's."""

    organisation_id: str
    invitation_id: str
    organisation_name: str
    inviter_name: str
    email: str
    rights: Rights
    sent_on: date
    until: date
    has_account: bool


def offer(hashed: bytes) -> Offer:
    """The invitation behind a link.

    Raises:
        Closed: it can't be used.
    """
    invitation = _known(hashed)
    organisation = db.session.get_one(Organisation, invitation.organisation_id)
    inviter = _inviter(invitation)
    user, zone = find_user(invitation.email), ZoneInfo(organisation.timezone)
    return Offer(
        organisation_id=organisation.id,
        invitation_id=invitation.id,
        organisation_name=organisation.name,
        inviter_name=inviter.name,
        email=invitation.email,
        rights=invitation.rights,
        sent_on=invitation.created_at.astimezone(zone).date(),
        until=invitation.expires_at.astimezone(zone).date(),
        has_account=user is not None and user.verified_at is not None,
    )


def accept(hashed: bytes, who: str | NewPerson) -> tuple[User, str]:
    """Come in: `who` is the id of the signed-in person, or somebody new; the person, and the organisation's id.

    Raises:
        Closed: the link can't be used (any more), or the inviter may not give this any more.
        HasAccount: the invited address has a verified sign-in, and nobody is signed in.
        NotYours: another address is signed in.
        WeakPassword: with a sentence for the person.
    """
    password_hash = _hashed(who, offer(hashed)) if isinstance(who, NewPerson) else ""
    with writing():
        invitation = _known(hashed)
        organisation_id = invitation.organisation_id
        memberships.hold(organisation_id)
        with tenancy.acting_for(organisation_id):
            db.session.refresh(invitation, with_for_update=True)
            _inviter(_open(invitation))
            user = _person(who, invitation.email, password_hash)
            memberships.admit(organisation_id, user.id, invitation.rights)
            _answer(invitation, "accepted", user.id)
    return user, organisation_id


def decline(hashed: bytes) -> None:
    """Say no.

    Raises:
        Closed: the link can't be used (any more).
    """
    with writing():
        invitation = _known(hashed)
        with tenancy.acting_for(invitation.organisation_id):
            db.session.refresh(invitation, with_for_update=True)
            _answer(_open(invitation), "declined", None)


# nobody is a member yet, so no organisation can be entered before the row is found
_OF_TOKEN = select(MembershipInvitation).where(MembershipInvitation.token_hash == bindparam("token_hash"))


def _known(hashed: bytes) -> MembershipInvitation:
    with tenancy.system("an invitation's link names its organisation by the hash of its token"):
        found = db.session.scalars(_OF_TOKEN, {"token_hash": hashed}).first()
    if found is None:
        raise Closed("unknown")
    return _open(found)


def _open(invitation: MembershipInvitation) -> MembershipInvitation:
    if invitation.state != "open":
        raise Closed(invitation.state)
    if invitation.expires_at <= clock.now():
        raise Closed("expired")
    if db.session.get_one(Organisation, invitation.organisation_id).closed_at is not None:
        raise Closed("withdrawn")
    return invitation


def _inviter(invitation: MembershipInvitation) -> User:
    """Who sent it, if they may still let somebody in with these rights."""
    inviter = db.session.get(User, invitation.invited_by)
    membership = db.session.get(Membership, (invitation.organisation_id, invitation.invited_by))
    if inviter is None or not inviter.is_active or not memberships.may_give(membership, invitation.rights):
        raise Closed("withdrawn")
    return inviter


def _hashed(who: NewPerson, found: Offer) -> str:
    if found.has_account:
        raise HasAccount
    passwords.check_strength(who.password, who.name, found.email, found.organisation_name)
    end_reading()
    return passwords.hash_password(who.password)


def _person(who: str | NewPerson, email: str, password_hash: str) -> User:
    """Whoever accepts. An account of the address that nobody has proved becomes theirs, with their password (R-104)."""
    if not isinstance(who, NewPerson):
        user = db.session.get_one(User, who)
        if user.email != email or user.verified_at is None or not user.is_active:
            raise NotYours
        return user
    found = find_user(email)
    if found is not None and (found.verified_at is not None or not found.is_active):
        raise HasAccount
    user = found or User(id=new_id(), email=email, created_at=clock.now())
    user.name, user.password_hash = who.name, password_hash
    db.session.add(user)
    db.session.flush()
    prove_mailbox(user, by="invitation")
    return user


def _answer(invitation: MembershipInvitation, state: str, user_id: str | None) -> None:
    invitation.state, invitation.answered_at, invitation.answered_by = state, clock.now(), user_id
    db.session.flush()
    where = invitation.organisation_id
    outbox.add(NOTICE, invitation.id, organisation_id=where, payload={"invitation": invitation.id})
    record(
        f"colleague.{state}",
        chain=where,
        kind="membership_invitation",
        object_id=invitation.id,
        person=user_id or "",
        role=invitation.role,
    )
