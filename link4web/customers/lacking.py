"""What stands between a customer and an invitation, in SQL, and the chosen ones that lack the same in their order."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select, tuple_

from link4web.customers import selection as selections
from link4web.customers import services, states
from link4web.customers.models import Customer, Selection
from link4web.database import db

#: What a pop-up at the row can put right.
FIXABLE = (states.NEEDS_NUMBER, states.NEEDS_EMAIL, states.BOUNCED)
_READINESS = (states.NEEDS_NUMBER, states.NEEDS_EMAIL)


def lacks(*, number_optional: bool) -> tuple[tuple[ColumnElement[bool], Any], ...]:
    """Conditions for a CASE and the state each stands for, in their order; nothing is lacking where none is true.

    A state alone does not say it: an expired invitation may be sent again, but not without an address.
    """
    return (
        (Customer.state.not_in(states.INVITABLE), Customer.state),
        (Customer.email_key == "", states.NEEDS_EMAIL),
        (and_(Customer.number == "", literal(not number_optional)), states.NEEDS_NUMBER),
    )


def count_chosen(selection: Selection, lacking: str) -> int:
    """How many of the chosen lack this."""
    counts = [select(func.count()).where(*those) for those in _chosen_lacking(selection, lacking)]
    return sum(db.session.scalar(one) or 0 for one in counts)


def first_chosen(selection: Selection, lacking: str, *, behind: Customer | None = None) -> Customer | None:
    """The first of the chosen by name that lacks this, or the next one behind a customer; None behind the last."""
    place = tuple_(Customer.name_key, Customer.id)
    found: list[Customer] = []
    for those in _chosen_lacking(selection, lacking):
        wanted = select(Customer).where(*those).order_by(Customer.name_key, Customer.id).limit(1)
        if behind is not None:
            wanted = wanted.where(place > tuple_(behind.name_key, behind.id))
        found += db.session.scalars(wanted)
    return min(found, key=lambda row: (row.name_key.encode(), row.id), default=None)


def _chosen_lacking(selection: Selection, lacking: str) -> Iterator[list[ColumnElement[bool]]]:
    """One state each, so that an index leads to them in their order: together they would be looked for among all.

    Those that become invitable or not while a changed rule is applied are left to the queue.
    """
    chosen = selections.conditions(selection)
    yield [*chosen, Customer.state == lacking]
    if lacking not in _READINESS:
        return
    reason = case(*lacks(number_optional=services.number_is_optional()), else_=literal(""))
    yield [*chosen, Customer.state == states.EXPIRED, reason == lacking]
