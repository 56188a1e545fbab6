"""A batch of invitations: asked for in one short request, written in chunks, taken back while nothing has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from link4web import clock, outbox, tenancy
from link4web.accounts.models import Organisation
from link4web.audit import record
from link4web.customers import selection as selections
from link4web.customers import services as customers
from link4web.customers.models import Customer, Selection
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.invitations.eligibility import WILL, left_out
from link4web.invitations.models import CustomerInvitation, InvitationBatch

PREPARE = "invitations.prepare"
SEND = "invitations.send"
TAKE_BACK = "invitations.take_back"
CHUNK = 200
LIFETIME = timedelta(days=60)
#: Who says that the mail is welcome, and on what ground; kept with every invitation (R-107).
CONSENT = "business relationship, stated by the sender"


@dataclass(frozen=True)
class Asked:
    """`batch_id` of the press; `is_new` False when the same press had been made before."""

    batch_id: str
    is_new: bool


def ask(selection: Selection, *, key: str, message: str, user_id: str, selected: int) -> Asked:
    """Invite what is selected: one short transaction now, the rows follow. A key works once (R-166)."""
    selection_id, kept = selection.id, _copy(selection)  # read now: a press that is faster deletes the row
    with writing():
        batch_id = _open(key, kept, message=message, user_id=user_id, selected=selected)
        if batch_id is None:
            return Asked(_batch_with(key), is_new=False)
        db.session.add(kept)
        db.session.execute(delete(Selection).where(Selection.id == selection_id))
        outbox.add(PREPARE, batch_id, organisation_id=tenancy.organisation_id(), payload={"batch": batch_id})
    return Asked(batch_id, is_new=True)


def ask_one(connection_id: str, customer_id: str, *, user_id: str) -> Asked:
    """Invite one customer at once, with the message that all begin with.

    The batch then has one invitation, or none when something stands in the way.
    """
    with writing():
        only = selections.single(connection_id, customer_id)
        message = db.session.get_one(Organisation, tenancy.organisation_id()).invitation_message or ""
        batch_id = _open(new_id(), only, message=message, user_id=user_id, selected=1)
        assert batch_id is not None
        db.session.flush()
        prepare_chunk(batch_id)
    return Asked(batch_id, is_new=True)


def _copy(selection: Selection) -> Selection:
    """The selection as it is now, which further ticks on the page can't change."""
    kept_id = new_id()
    return Selection(
        id=kept_id,
        organisation_id=selection.organisation_id,
        connection_id=selection.connection_id,
        session_key=f"batch-{kept_id}",
        queue=selection.queue,
        search=selection.search,
        mode=selection.mode,
        ids=list(selection.ids),
        kept=list(selection.kept),
        seen_count=selection.seen_count,
        updated_at=clock.now(),
    )


def _open(key: str, selection: Selection, *, message: str, user_id: str, selected: int) -> str | None:
    now, batch_id = clock.now(), new_id()
    row = {
        "organisation_id": tenancy.organisation_id(),
        "id": batch_id,
        "connection_id": selection.connection_id,
        "key": key,
        "message": message,
        "state": "preparing",
        "selection_id": selection.id,
        "prepared_after": "",
        "created_by": user_id,
        "created_at": now,
        "due_at": now + timedelta(seconds=current_app.config["UNDO_SECONDS"]),
        "selected": selected,
        "queued": 0,
        "mails": 0,
        "skipped": 0,
    }
    if not _insert(InvitationBatch, [row], InvitationBatch.id):
        return None
    record(
        "invitations.asked",
        chain=tenancy.organisation_id(),
        kind="invitation_batch",
        object_id=batch_id,
        selected=selected,
        basis=CONSENT,
    )
    return batch_id


def _insert(model: type[Any], rows: list[dict[str, Any]], *columns: Any) -> list[Any]:
    """Insert what does not exist yet; `columns` of the rows that were new."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(model).on_conflict_do_nothing().returning(*columns)
    return list(db.session.execute(statement, rows).all())


def _batch_with(key: str) -> str:
    return db.session.scalars(select(InvitationBatch.id).where(InvitationBatch.key == key)).one()


def get(batch_id: str, *, for_update: bool = False) -> InvitationBatch:
    """The batch, read anew; `for_update` holds it until the end of the running ``writing()``.

    Raises:
        sqlalchemy.exc.NoResultFound: there is none in the present organisation.
    """
    wanted = select(InvitationBatch).where(InvitationBatch.id == batch_id)
    if for_update:
        wanted = wanted.with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def find(batch_id: str, connection_id: str) -> InvitationBatch | None:
    """The connection's batch with this id."""
    return db.session.scalars(
        select(InvitationBatch).where(InvitationBatch.id == batch_id, InvitationBatch.connection_id == connection_id)
    ).first()


def with_key(key: str, connection_id: str) -> str | None:
    """The id of the batch that a review page's key has been used for."""
    return db.session.scalars(
        select(InvitationBatch.id).where(InvitationBatch.key == key, InvitationBatch.connection_id == connection_id)
    ).first()


def obstacle(connection_id: str, customer_id: str) -> str:
    """Why a single customer can't be invited now (see `eligibility.left_out`); empty when nothing stands in the way."""
    reason = left_out(number_optional=customers.number_is_optional())
    return db.session.scalars(
        select(reason).where(Customer.connection_id == connection_id, Customer.id == customer_id)
    ).one()


def prepare_chunk(batch_id: str) -> bool:
    """Write the next invitations of a batch, at most CHUNK, inside one ``writing()``. False when all are written."""
    with writing():
        batch = get(batch_id, for_update=True)
        selection = db.session.get(Selection, (batch.organisation_id, batch.selection_id))
        if batch.state != "preparing":
            return False
        if selection is None:
            batch.state = "ready"
            return False
        rows = _candidates(batch, selection)
        made = _invite(batch, [row for row in rows if row.left_out == WILL])
        batch.queued += made
        batch.skipped += len(rows) - made
        if rows:
            batch.prepared_after = rows[-1].id
        if len(rows) == CHUNK:
            return True
        batch.state = "ready"
        selections.clear(selection)
    return False


def _candidates(batch: InvitationBatch, selection: Selection) -> list[Any]:
    reason = left_out(number_optional=customers.number_is_optional(), batch_id=batch.id).label("left_out")
    return list(
        db.session.execute(
            select(Customer.id, Customer.email, Customer.email_key, reason)
            .where(*selections.conditions(selection), Customer.id > batch.prepared_after)
            .order_by(Customer.id)
            .limit(CHUNK)
        ).all()
    )


def _invite(batch: InvitationBatch, rows: Sequence[Any]) -> int:
    """Queue an invitation for each customer and a mail for each address; the number of invitations that are new.

    An address whose mail of this batch has left gets no second one: who is met later behind it is left out.
    """
    leads = _leads_so_far(batch.id, [row.email_key for row in rows])
    may_join = outbox.waiting(SEND, sorted(leads.values()))
    written_to = {email_key for email_key, lead in leads.items() if lead not in may_join}
    values = [_invitation(batch, row, leads) for row in rows if row.email_key not in written_to]
    if not values:
        return 0
    # the unique index on open invitations decides when two presses meet at one customer
    made = _insert(CustomerInvitation, values, CustomerInvitation.customer_id, CustomerInvitation.lead_id)
    customers.set_invitation_state([row.customer_id for row in made], "queued")
    batch.mails += outbox.add_many(
        SEND,
        [{"key": lead, "payload": {"lead": lead}} for lead in sorted({row.lead_id for row in made})],
        organisation_id=batch.organisation_id,
        due_at=batch.due_at,
    )
    return len(made)


def _leads_so_far(batch_id: str, email_keys: list[str]) -> dict[str, str]:
    rows = db.session.execute(
        select(CustomerInvitation.email_key, CustomerInvitation.lead_id)
        .where(CustomerInvitation.batch_id == batch_id, CustomerInvitation.email_key.in_(email_keys))
        .distinct()
    )
    return dict(rows.all())


def _invitation(batch: InvitationBatch, row: Any, leads: dict[str, str]) -> dict[str, Any]:
    invitation_id = new_id()
    return {
        "organisation_id": batch.organisation_id,
        "id": invitation_id,
        "connection_id": batch.connection_id,
        "customer_id": row.id,
        "batch_id": batch.id,
        "lead_id": leads.setdefault(row.email_key, invitation_id),
        "email": row.email,
        "email_key": row.email_key,
        "state": "queued",
        "problem": "",
        "consent_basis": CONSENT,
        "invited_by": batch.created_by,
        "created_at": batch.created_at,
        "expires_at": batch.created_at + LIFETIME,
    }


def may_undo(batch: InvitationBatch) -> bool:
    """Whether nothing of the batch has left yet."""
    return batch.state in ("preparing", "ready") and clock.now() < batch.due_at


def undo(batch_id: str) -> bool:
    """Take a batch back; False when its time is up. What is many is undone by a job, but none of it is sent."""
    with writing():
        batch = get(batch_id, for_update=True)
        if not may_undo(batch):
            return False
        batch.state = "undone"
        record("invitations.undone", chain=batch.organisation_id, kind="invitation_batch", object_id=batch_id)
        if take_back_chunk(batch_id):
            outbox.add(TAKE_BACK, batch_id, organisation_id=batch.organisation_id, payload={"batch": batch_id})
    return True


def take_back_chunk(batch_id: str) -> bool:
    """Revoke queued invitations of an undone batch, at most CHUNK; whether there are more."""
    with writing():
        rows = db.session.execute(
            select(CustomerInvitation.id, CustomerInvitation.customer_id, CustomerInvitation.lead_id)
            .where(CustomerInvitation.batch_id == batch_id, CustomerInvitation.state == "queued")
            .order_by(CustomerInvitation.id)
            .limit(CHUNK)
        ).all()
        outbox.cancel(SEND, sorted({row.lead_id for row in rows}))
        revoke([row.id for row in rows], "taken back")
        restore([row.customer_id for row in rows])
    return len(rows) == CHUNK


def note_exported(batch_id: str) -> None:
    """Somebody takes the batch with its addresses along (R-190)."""
    with writing():
        record("invitations.exported", chain=tenancy.organisation_id(), kind="invitation_batch", object_id=batch_id)


def note(action: str, customer_ids: Sequence[str], *, reason: str = "") -> None:
    """Write into the history of these customers, inside ``writing()``."""
    for customer_id in customer_ids:
        record(action, chain=tenancy.organisation_id(), kind="customer", object_id=customer_id, reason=reason)


def revoke(invitation_ids: Sequence[str], problem: str) -> None:
    """End invitations that were never sent, inside ``writing()``."""
    db.session.execute(
        update(CustomerInvitation)
        .where(CustomerInvitation.id.in_(invitation_ids))
        .values(state="revoked", problem=problem)
        .execution_options(synchronize_session=False)
    )


def restore(customer_ids: Sequence[str]) -> None:
    """Give customers the state back they had before an invitation that was never sent, inside ``writing()``."""
    had_expired = set(
        db.session.scalars(
            select(CustomerInvitation.customer_id).where(
                CustomerInvitation.customer_id.in_(customer_ids), CustomerInvitation.state == "expired"
            )
        )
    )
    customers.set_invitation_state([one for one in customer_ids if one in had_expired], "expired")
    customers.set_invitation_state([one for one in customer_ids if one not in had_expired], "")


def send_now(batch_id: str) -> bool:
    """End the wait; False when the batch was undone or is on its way already."""
    with writing():
        batch = get(batch_id, for_update=True)
        if not may_undo(batch):
            return False
        batch.due_at = clock.now()
        leads = db.session.scalars(
            select(CustomerInvitation.lead_id)
            .where(CustomerInvitation.batch_id == batch_id, CustomerInvitation.state == "queued")
            .distinct()
        ).all()
        outbox.hasten(SEND, list(leads))
        record("invitations.hastened", chain=batch.organisation_id, kind="invitation_batch", object_id=batch_id)
    return True
