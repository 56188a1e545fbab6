"""What the invited business does with its link: look, join, say no, stop the mails. Looking changes nothing else.

The link's token proves the mailbox it was sent to and names one mail, which may stand for several customers.
"""

from dataclasses import dataclass

from sqlalchemy import update

from link4web import clock, outbox, tenancy
from link4web.accounts import organisations, passwords, register
from link4web.accounts.models import Membership, Organisation, User
from link4web.accounts.newcomers import HasAccount, NewPerson
from link4web.accounts.register import Finding
from link4web.accounts.services import find_user, prove_mailbox
from link4web.accounts.sessions import Person
from link4web.audit import record
from link4web.customers import keys
from link4web.customers import services as customers
from link4web.customers.models import Customer
from link4web.database import changed_rows, db, end_reading, writing
from link4web.ids import is_id, new_id
from link4web.invitations import batches, tokens
from link4web.invitations.landing import Closed, Landing, closed_as, group, known, landing, read
from link4web.invitations.models import CustomerInvitation, NetworkLink
from link4web.registers.numbers import BusinessNumber

JOINED_NOTICE = "invitations.joined_notice"
ASKED_NOTICE = "invitations.asked_notice"


class NotYours(Exception):
    """The person is no member of the organisation they want to join as."""


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


def join(hashed: bytes, who: Person | NewPerson, business: str | NewBusiness) -> Joined:
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
        token = known(tokens.find(hashed, "join"))
        with tenancy.acting_for(token.organisation_id):
            pairs = group(token, for_update=True)
            found = read(token)
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
    user = find_user(found.email_key)
    if user is not None and user.verified_at is not None:
        raise HasAccount
    passwords.check_strength(who.password, who.name, found.email_key)
    end_reading()
    return passwords.hash_password(who.password)


def _person(who: Person | NewPerson, email_key: str, password_hash: str) -> User:
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
    db.session.flush()
    if user.email == email_key:
        prove_mailbox(user, by="invitation")
    return user


def _organisation(business: str | NewBusiness, user: User, finding: Finding | None) -> Organisation:
    if isinstance(business, NewBusiness):
        country = "NZ" if business.number.scheme == "NZBN" else "AU"
        return organisations.create_organisation(user.id, business.name, country, business.number, finding=finding)
    if not is_id(business) or business == tenancy.organisation_id():
        raise NotYours
    if db.session.get(Membership, (business, user.id)) is None:
        raise NotYours
    organisation = db.session.get_one(Organisation, business)
    if organisation.closed_at is not None:
        raise NotYours
    return organisation


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
        token = known(tokens.find(hashed, "join"))
        with tenancy.acting_for(token.organisation_id):
            pairs = group(token, for_update=True)
            found = read(token)
            _answer(pairs, "declined", problem=answer)
    return found.inviter_name


def ask_again(hashed: bytes) -> str:
    """Ask the inviter for a new invitation once the old one has run out; the inviter's name.

    Raises:
        Closed: the link is of no invitation that has run out.
    """
    with writing():
        token = known(tokens.find(hashed, "join"))
        with tenancy.acting_for(token.organisation_id):
            inviter = db.session.get_one(Organisation, token.organisation_id)
            state = closed_as(token, group(token)[0][0])
            if state != "expired":
                raise Closed(state or "unknown", inviter.name)
            if _ask_once(token.invitation_id):
                outbox.add(
                    ASKED_NOTICE,
                    token.invitation_id,
                    organisation_id=token.organisation_id,
                    payload={"invitation": token.invitation_id},
                )
    return inviter.name


def _ask_once(invitation_id: str) -> bool:
    """Note that a new invitation is asked for; False when it was before."""
    asked = db.session.execute(
        update(CustomerInvitation)
        .where(CustomerInvitation.id == invitation_id, CustomerInvitation.asked_at.is_(None))
        .values(asked_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return changed_rows(asked) == 1
