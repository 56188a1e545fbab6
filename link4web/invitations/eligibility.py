"""Who of a selection gets an invitation, and why the others do not: one SQL expression for review, list and sending.

The review page counts by it, the list behind a count filters by it and the preparing job writes by it, so that the
three can never disagree.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, Select, String, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from link4web import clock, tenancy
from link4web.customers import states
from link4web.customers.lacking import lacks
from link4web.customers.models import Customer
from link4web.invitations.models import CustomerInvitation, Suppression

WILL = ""
RECENTLY = "recently"
OFTEN = "often"

#: One address gets at most one invitation in this time, and at most MOST in all without a reaction (R-106).
PAUSE = timedelta(hours=24)
MOST = 3
EVERYBODY = "*"


def left_out(*, number_optional: bool, batch_id: str = "") -> ColumnElement[str]:
    """Why a customer is left out: a state of `customers.states`, RECENTLY, OFTEN, or WILL for one who is invited.

    `batch_id`: mails of this batch do not count as earlier ones (customers of one batch may share an address).
    """
    tried = _tried(batch_id)
    return case(
        *lacks(number_optional=number_optional),
        (is_suppressed(Customer.email_key), states.UNSUBSCRIBED),
        (Customer.email_key.in_(_said_no()), states.DECLINED),
        (Customer.email_key.in_(tried.where(CustomerInvitation.created_at > clock.now() - PAUSE)), RECENTLY),
        (Customer.email_key.in_(_without_reaction(tried)), OFTEN),
        else_=literal(WILL, String),
    )


def is_suppressed(email_key: InstrumentedAttribute[str] | str) -> ColumnElement[bool]:
    """Whether an address wants no invitations from this organisation, or from anybody (R-111)."""
    return exists().where(
        Suppression.email_key == email_key,
        or_(Suppression.scope == EVERYBODY, Suppression.scope == tenancy.organisation_id()),
    )


def _said_no() -> Select[str]:
    """Addresses that have declined: another customer of the same address is not asked again."""
    return select(CustomerInvitation.email_key).where(
        CustomerInvitation.organisation_id == tenancy.organisation_id(), CustomerInvitation.state == "declined"
    )


def _tried(batch_id: str) -> Select[str]:
    """Addresses that a mail of ours went to, or is about to; one row a mail."""
    taken_back = and_(CustomerInvitation.state == "revoked", CustomerInvitation.sent_at.is_(None))
    return select(CustomerInvitation.email_key).where(
        CustomerInvitation.organisation_id == tenancy.organisation_id(),
        CustomerInvitation.lead_id == CustomerInvitation.id,
        CustomerInvitation.batch_id != batch_id,
        ~taken_back,
    )


def _without_reaction(tried: Select[str]) -> Select[str]:
    reacted = or_(CustomerInvitation.opened_at.is_not(None), CustomerInvitation.answered_at.is_not(None))
    return tried.where(~reacted).group_by(CustomerInvitation.email_key).having(func.count() >= MOST)
