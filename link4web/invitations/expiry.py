"""Invitations run out after 60 days without an answer."""

from sqlalchemy import ColumnElement, select

from link4web import clock, tenancy
from link4web.customers import services as customers
from link4web.database import db, end_reading, writing
from link4web.invitations.models import OPEN_STATES, CustomerInvitation

CHUNK = 200


def expire_due() -> int:
    """Let what is due run out, at most CHUNK for each organisation; how many. One index look-up when none is due."""
    with tenancy.system("invitations of all organisations run out by the clock"):
        due = db.session.scalars(
            select(CustomerInvitation.organisation_id).where(*_is_due()).distinct().limit(CHUNK)
        ).all()
    end_reading()
    return sum(_expire(organisation_id) for organisation_id in due)


def _is_due() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return CustomerInvitation.state.in_(OPEN_STATES), CustomerInvitation.expires_at <= clock.now()


def _expire(organisation_id: str) -> int:
    with tenancy.acting_for(organisation_id), writing():
        rows = db.session.scalars(
            select(CustomerInvitation)
            .where(*_is_due())
            .order_by(CustomerInvitation.expires_at)
            .limit(CHUNK)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        for invitation in rows:
            invitation.state = "expired"
        db.session.flush()
        customers.set_invitation_state(sorted(invitation.customer_id for invitation in rows), "expired")
    return len(rows)
