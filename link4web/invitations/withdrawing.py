"""Withdraw all that is out, because the organisation is being closed: the links say so from then on."""

from sqlalchemy import func, select, update

from link4web import outbox, tenancy
from link4web.audit import record
from link4web.database import db, writing
from link4web.invitations.batches import SEND, restore, revoke
from link4web.invitations.models import OPEN_STATES, CustomerInvitation, InvitationBatch
from link4web.invitations.words import WITHDRAWN

CHUNK = 200


def number_open() -> int:
    """How many invitations of the organisation acted for are still out or on their way."""
    count = select(func.count()).select_from(CustomerInvitation).where(CustomerInvitation.state.in_(OPEN_STATES))
    return db.session.scalar(count) or 0


def withdraw_some() -> bool:
    """Withdraw at most CHUNK; whether there may be more. Batches that are being written end here."""
    with writing():
        db.session.execute(
            update(InvitationBatch)
            .where(InvitationBatch.state == "preparing")
            .values(state="undone")
            .execution_options(synchronize_session=False)
        )
        rows = db.session.execute(
            select(CustomerInvitation.id, CustomerInvitation.customer_id, CustomerInvitation.lead_id)
            .where(CustomerInvitation.state.in_(OPEN_STATES))
            .order_by(CustomerInvitation.id)
            .limit(CHUNK)
            .with_for_update()
        ).all()
        if rows:
            outbox.cancel(SEND, sorted({row.lead_id for row in rows}))
            revoke([row.id for row in rows], WITHDRAWN)
            restore(sorted(row.customer_id for row in rows))
            record("invitations.withdrawn", chain=tenancy.organisation_id(), number=len(rows))
    return len(rows) == CHUNK
