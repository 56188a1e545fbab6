"""The invitation behind a link: what the invited business may see, or why the link can't be used any more."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from link4web import clock, tenancy
from link4web.accounts.models import Organisation, User
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.invitations import tokens
from link4web.invitations.models import OPEN_STATES, CustomerInvitation, InvitationBatch, InvitationToken
from link4web.invitations.sending import number_words
from link4web.registers.numbers import BusinessNumber, Scheme


class Closed(Exception):
    """The link can't be used (any more). `state`: *unknown, expired, superseded, revoked, joined* or *declined*."""

    def __init__(self, state: str, inviter_name: str = "") -> None:
        super().__init__(state)
        self.state = state
        self.inviter_name = inviter_name


@dataclass(frozen=True, kw_only=True)
class Landing:
    """An open invitation, as the invited business may see it.

    `number` is what the inviter has on file; `country` where the business is, as far as we know; `inviter_number` in
    words; `others` the names of further customers behind the address. Dates are the inviter's, as in the mail.
    """

    organisation_id: str
    invitation_id: str
    email: str
    email_key: str
    sent_on: date
    until: date
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


def landing(hashed: bytes) -> Landing:
    """The invitation behind a *join* link.

    Raises:
        Closed: the link can't be used.
    """
    token = known(tokens.find(hashed, "join"))
    with tenancy.acting_for(token.organisation_id):
        return read(token)


def known(token: InvitationToken | None) -> InvitationToken:
    """The token that was looked up.

    Raises:
        Closed: *unknown*, there is none.
    """
    if token is None:
        raise Closed("unknown")
    return token


def read(token: InvitationToken) -> Landing:
    """The open invitation a token names, as its organisation (``tenancy.acting_for``).

    Raises:
        Closed: the link can't be used.
    """
    inviter = db.session.get_one(Organisation, token.organisation_id)
    (invitation, customer), *more = group(token)
    if (state := closed_as(token, invitation)) != "":
        raise Closed(state, inviter.name)
    number, zone = _number_of(customer), ZoneInfo(inviter.timezone)
    return Landing(
        organisation_id=token.organisation_id,
        invitation_id=invitation.id,
        email=invitation.email,
        email_key=invitation.email_key,
        sent_on=(invitation.sent_at or invitation.created_at).astimezone(zone).date(),
        until=invitation.expires_at.astimezone(zone).date(),
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


def group(token: InvitationToken, *, for_update: bool = False) -> list[tuple[CustomerInvitation, Customer]]:
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


def closed_as(token: InvitationToken, invitation: CustomerInvitation) -> str:
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
