"""What the invited business does with its link: look, join, say no, stop the mails. Looking changes nothing else.

The link's token proves the mailbox it was sent to and names one mail, which may stand for several customers.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from link4web import clock, outbox, tenancy
from link4web.accounts import organisations, passwords, register
from link4web.accounts.models import Membership, Organisation, User
from link4web.accounts.register import Finding
from link4web.accounts.services import find_user
from link4web.audit import record
from link4web.customers import keys
from link4web.customers import services as customers
from link4web.customers.models import Customer
from link4web.database import db, end_reading, writing
from link4web.ids import new_id
from link4web.invitations import batches, suppressions, tokens
from link4web.invitations.eligibility import EVERYBODY
from link4web.invitations.models import (
    OPEN_STATES,
    CustomerInvitation,
    InvitationBatch,
    InvitationToken,
    NetworkLink,
)
from link4web.invitations.sending import number_words
from link4web.registers.numbers import BusinessNumber, Scheme

JOINED_NOTICE = "invitations.joined_notice"
ASKED_NOTICE = "invitations.asked_notice"


class Closed(Exception):
    """The link can't be used (any more). `state`: *unknown, expired, superseded, revoked, joined* or *declined*."""

    def __init__(self, state: str, inviter_name: str = "") -> None:
        super().__init__(state)
        self.state = state
        self.inviter_name = inviter_name


class HasAccount(Exception):
    """The invited address has a sign-in here already: its owner signs in first."""


class NotYours(Exception):
    """The person is no member of the organisation they want to join as."""


@dataclass(frozen=True, kw_only=True)
class Landing:
    """An open invitation, as the invited business may see it.

    `number` is what the inviter has on file; `country` where the business is, as far as we know; `inviter_number` in
    words; `others` the names of further customers behind the address.
    """

    organisation_id: str
    invitation_id: str
    email: str
    email_key: str
    sent_at: datetime
    until: datetime
    was_opened: bool
    name: str
    person: str
    number: BusinessNumber | None
    country: str
    inviter_name: str
    inviter_number: str
    inviter_address: str
    sender: str
    message: str
    others: list[str]


@dataclass(frozen=True)
class NewPerson:
    """Who joins without a sign-in; the address is the invited one, which the link proves."""

    name: str
    password: str


@dataclass(frozen=True)
class NewBusiness:
    """A business that is not here yet."""

    name: str
    number: BusinessNumber


@dataclass(frozen=True)
class Joined:
    """Who has joined whom."""

    user: User
    organisation: Organisation
    inviter_name: str


def landing(hashed: bytes) -> Landing:
    """The invitation behind a *join* link.

    Raises:
        Closed: the link can't be used.
    """
    token = _known(tokens.find(hashed, "join"))
    with tenancy.acting_for(token.organisation_id):
        return _landing(token)


def _known(token: InvitationToken | None) -> InvitationToken:
    if token is None:
        raise Closed("unknown")
    return token


def _landing(token: InvitationToken) -> Landing:
    inviter = db.session.get_one(Organisation, token.organisation_id)
    (invitation, customer), *more = _group(token)
    if (state := _closed_as(token, invitation)) != "":
        raise Closed(state, inviter.name)
    number = _number_of(customer)
    return Landing(
        organisation_id=token.organisation_id,
        invitation_id=invitation.id,
        email=invitation.email,
        email_key=invitation.email_key,
        sent_at=invitation.sent_at or invitation.created_at,
        until=invitation.expires_at,
        was_opened=invitation.opened_at is not None,
        name=customer.name,
        person=customer.person,
        number=number,
        country=_country_of(customer, number) or inviter.country,
        inviter_name=inviter.name,
        inviter_number=number_words(inviter),
        inviter_address=inviter.address,
        sender=db.session.get_one(User, invitation.invited_by).name,
        message=db.session.get_one(InvitationBatch, (token.organisation_id, invitation.batch_id)).message,
        others=[other.name for _, other in more],
    )


def _number_of(customer: Customer) -> BusinessNumber | None:
    scheme: Scheme = "NZBN" if customer.number_scheme == "NZBN" else "ABN"
    return BusinessNumber(scheme, customer.number) if customer.number else None


def _country_of(customer: Customer, number: BusinessNumber | None) -> str:
    if number is not None:
        return "NZ" if number.scheme == "NZBN" else "AU"
    return customer.country if customer.country in ("AU", "NZ") else ""


def _group(token: InvitationToken, *, for_update: bool = False) -> list[tuple[CustomerInvitation, Customer]]:
    """The invitations that one mail stands for, the token's own first."""
    own = db.session.get_one(CustomerInvitation, (token.organisation_id, token.invitation_id))
    wanted = (
        select(CustomerInvitation, Customer)
        .join(
            Customer,
            (Customer.organisation_id == CustomerInvitation.organisation_id)
            & (Customer.id == CustomerInvitation.customer_id),
        )
        .where(CustomerInvitation.lead_id == own.lead_id)
        .where((CustomerInvitation.id == own.id) | CustomerInvitation.state.in_(OPEN_STATES))
        .order_by(CustomerInvitation.id != own.id, CustomerInvitation.id)
    )
    if for_update:
        wanted = wanted.with_for_update(of=CustomerInvitation).execution_options(populate_existing=True)
    return [(invitation, customer) for invitation, customer in db.session.execute(wanted)]


def _closed_as(token: InvitationToken, invitation: CustomerInvitation) -> str:
    """Why the link can't be used; empty when it can."""
    if invitation.state in ("joined", "declined"):
        return invitation.state
    if token.revoked_at is not None:
        return "superseded"
    if invitation.state == "expired" or min(token.expires_at, invitation.expires_at) <= clock.now():
        return "expired"
    return "" if invitation.state in OPEN_STATES else "revoked"


def note_opened(found: Landing) -> None:
    """Remember the first time the page was shown."""
    if found.was_opened:
        return
    with tenancy.acting_for(found.organisation_id), writing():
        db.session.execute(
            update(CustomerInvitation)
            .where(CustomerInvitation.id == found.invitation_id, CustomerInvitation.opened_at.is_(None))
            .values(opened_at=clock.now())
            .execution_options(synchronize_session=False)
        )


def join(hashed: bytes, who: User | NewPerson, business: str | NewBusiness) -> Joined:
    """Join the network: `who` with `business`, the id of an organisation of theirs or a new one.

    Everything happens in one transaction, so a second press finds the invitation used.

    Raises:
        Closed: the link can't be used (any more).
        HasAccount: the invited address has a verified sign-in, and nobody is signed in.
        NotYours: not a member of that organisation.
        WeakPassword: with a sentence for the person.
    """
    password_hash = _hashed(who, landing(hashed)) if isinstance(who, NewPerson) else ""
    finding = register.look_up(business.number) if isinstance(business, NewBusiness) else None
    end_reading()
    with writing():
        token = _known(tokens.find(hashed, "join"))
        with tenancy.acting_for(token.organisation_id):
            pairs = _group(token, for_update=True)
            found = _landing(token)
            user = _person(who, found.email_key, password_hash)
            organisation = _organisation(business, user, finding)
            _answer(pairs, "joined", joined_organisation_id=organisation.id)
            _link(pairs, token.organisation_id, organisation)
            _learn_number(pairs, organisation)
            outbox.add(
                JOINED_NOTICE,
                found.invitation_id,
                organisation_id=token.organisation_id,
                payload={"invitation": found.invitation_id},
            )
    return Joined(user, organisation, found.inviter_name)


def _hashed(who: NewPerson, found: Landing) -> str:
    known = find_user(found.email_key)
    if known is not None and known.verified_at is not None:
        raise HasAccount
    passwords.check_strength(who.password, who.name, found.email_key)
    end_reading()
    return passwords.hash_password(who.password)


def _person(who: User | NewPerson, email_key: str, password_hash: str) -> User:
    """The person who joins. The link proves the invited mailbox, so an account of that address counts as verified."""
    user = find_user(email_key) if isinstance(who, NewPerson) else db.session.get_one(User, who.id)
    if isinstance(who, NewPerson):
        if user is None:
            user = User(id=new_id(), email=email_key, created_at=clock.now())
            db.session.add(user)
        elif user.verified_at is not None or user.disabled_at is not None:
            raise HasAccount
        user.name, user.password_hash = who.name, password_hash
    assert user is not None
    if user.email == email_key and user.verified_at is None:
        user.verified_at = clock.now()
        record("account.verified", kind="user", object_id=user.id, by="invitation")
    db.session.flush()
    return user


def _organisation(business: str | NewBusiness, user: User, finding: Finding | None) -> Organisation:
    if isinstance(business, NewBusiness):
        country = "NZ" if business.number.scheme == "NZBN" else "AU"
        return organisations.create_organisation(user.id, business.name, country, business.number, finding=finding)
    if db.session.get(Membership, (business, user.id)) is None or business == tenancy.organisation_id():
        raise NotYours
    return db.session.get_one(Organisation, business)


def _answer(
    pairs: list[tuple[CustomerInvitation, Customer]],
    state: str,
    *,
    problem: str = "",
    joined_organisation_id: str | None = None,
) -> None:
    """Write the answer to all invitations of the mail and to their customers, inside ``writing()``."""
    db.session.execute(
        update(CustomerInvitation)
        .where(CustomerInvitation.id.in_([invitation.id for invitation, _ in pairs]))
        .values(state=state, problem=problem, answered_at=clock.now(), joined_organisation_id=joined_organisation_id)
        .execution_options(synchronize_session=False)
    )
    customer_ids = sorted(customer.id for _, customer in pairs)
    customers.set_invitation_state(customer_ids, state)
    batches.note(f"invitation.{state}", customer_ids, reason=problem)


def _link(pairs: list[tuple[CustomerInvitation, Customer]], inviter_id: str, joined: Organisation) -> None:
    for _, customer in pairs:
        db.session.merge(
            NetworkLink(inviter_id=inviter_id, joined_id=joined.id, customer_id=customer.id, created_at=clock.now())
        )
    record("network.joined", chain=joined.id, kind="organisation", object_id=inviter_id)


def _learn_number(pairs: list[tuple[CustomerInvitation, Customer]], joined: Organisation) -> None:
    """Keep the number they gave for the customer the mail was for; not for other names behind the same address."""
    if joined.number is None:
        return
    number = BusinessNumber("NZBN" if joined.country == "NZ" else "ABN", joined.number)
    name_key = keys.name_key(pairs[0][1].name)
    for _, customer in pairs:
        if customer.name_key == name_key:
            customers.record_number_from_customer(customer.id, number)


def decline(hashed: bytes, answer: str) -> str:
    """Say no; the inviter's name. `answer`: the reason in plain words, may be empty.

    Raises:
        Closed: the link can't be used (any more).
    """
    with writing():
        token = _known(tokens.find(hashed, "join"))
        with tenancy.acting_for(token.organisation_id):
            pairs = _group(token, for_update=True)
            found = _landing(token)
            _answer(pairs, "declined", problem=answer)
    return found.inviter_name


def ask_again(hashed: bytes) -> str:
    """Ask the inviter for a new invitation once the old one has run out; the inviter's name.

    Raises:
        Closed: the link is of no invitation that has run out.
    """
    with writing():
        token = _known(tokens.find(hashed, "join"))
        with tenancy.acting_for(token.organisation_id):
            inviter = db.session.get_one(Organisation, token.organisation_id)
            state = _closed_as(token, _group(token)[0][0])
            if state != "expired":
                raise Closed(state or "unknown", inviter.name)
            outbox.add(
                ASKED_NOTICE,
                token.invitation_id,
                organisation_id=token.organisation_id,
                payload={"invitation": token.invitation_id},
            )
    return inviter.name


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
    token = _known(tokens.find(hashed, purpose))
    inviter = db.session.get_one(Organisation, token.organisation_id)
    return Stop(token.email_key, inviter.id, inviter.name)


def stop(hashed: bytes, purpose: str = "stop", *, everybody: bool) -> Stop:
    """Send the address no more invitations, from this inviter or from anybody. Holds from this moment on (R-109).

    An invitation that has arrived stays open: its link is not a mail.
    """
    with writing():
        found = stop_of(hashed, purpose)
        suppressions.add(found.email, EVERYBODY if everybody else found.inviter_id, "asked by link")
        with tenancy.acting_for(found.inviter_id):
            stopped = [customer_id for customer_id, _ in _open_invitations(found.email)]
            customers.set_invitation_state(stopped, "unsubscribed")
            batches.note("invitation.stopped", stopped)
    return found


def go_on(hashed: bytes, purpose: str = "stop") -> Stop:
    """Take a stop back: pressed by mistake. Invitations that are open stand as before."""
    with writing():
        found = stop_of(hashed, purpose)
        suppressions.lift(found.email, found.inviter_id)
        with tenancy.acting_for(found.inviter_id):
            for customer_id, state in _open_invitations(found.email):
                customers.set_invitation_state([customer_id], state)
                batches.note("invitation.resumed", [customer_id])
    return found


def _open_invitations(email_key: str) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(CustomerInvitation.customer_id, CustomerInvitation.state)
        .where(CustomerInvitation.email_key == email_key, CustomerInvitation.state.in_(OPEN_STATES))
        .order_by(CustomerInvitation.customer_id)
    )
    return [(customer_id, state) for customer_id, state in rows]
