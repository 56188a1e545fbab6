"""Reads of single customers."""

from sqlalchemy import select, tuple_

from link4web.customers.models import Customer, LedgerDraft, SkippedContact
from link4web.database import db
from link4web.folding import fold


def get(connection_id: str, customer_id: str) -> Customer | None:
    """The customer of this connection with this id."""
    return db.session.scalars(
        select(Customer).where(Customer.connection_id == connection_id, Customer.id == customer_id)
    ).first()


def by_external_id(connection_id: str, external_id: str) -> Customer | None:
    """The customer that is this contact in the ledger."""
    return db.session.scalars(
        select(Customer).where(Customer.connection_id == connection_id, Customer.external_id == external_id)
    ).first()


def sharing_number(row: Customer, scheme: str, digits: str, limit: int) -> list[str]:
    """Names of other customers in the same ledger that have this number, but for archived ones.

    Branches of one business may well share it, so this is worth a word and no refusal.
    """
    others = select(Customer.name).where(
        Customer.connection_id == row.connection_id,
        Customer.number == digits,
        Customer.number != "",  # lets the index be used, which leaves those without one out
        Customer.number_scheme == scheme,
        Customer.ledger_status == "active",
        Customer.id != row.id,
    )
    return list(db.session.scalars(others.order_by(Customer.name_key, Customer.id).limit(limit)))


def next_in_state(connection_id: str, state: str, after: Customer) -> Customer | None:
    """The next customer by name in a state, behind `after`; the first one when there is none behind."""
    waiting = (
        select(Customer)
        .where(Customer.connection_id == connection_id, Customer.state == state, Customer.id != after.id)
        .order_by(Customer.name_key, Customer.id)
        .limit(1)
    )
    behind = waiting.where(tuple_(Customer.name_key, Customer.id) > tuple_(after.name_key, after.id))
    return db.session.scalars(behind).first() or db.session.scalars(waiting).first()


def skipped(connection_id: str, limit: int = 200) -> list[SkippedContact]:
    """Contacts that could not be read, with the reason."""
    return list(
        db.session.scalars(
            select(SkippedContact)
            .where(SkippedContact.connection_id == connection_id)
            .order_by(SkippedContact.external_id)
            .limit(limit)
        )
    )


def left_out(connection_id: str, name: str, limit: int = 5) -> list[str]:
    """Why contacts of this name, or a part of it, are not among the customers (see `base.records.Skipped`)."""
    wanted, found = fold(name), []
    named = select(SkippedContact.reason).where(
        SkippedContact.connection_id == connection_id, SkippedContact.reason.startswith("“", autoescape=True)
    )
    for reason in db.session.scalars(named.order_by(SkippedContact.external_id)):
        if wanted in fold(reason[1:].partition("”")[0]):
            found.append(reason)
        if len(found) == limit:
            break
    return found


def open_draft(customer_id: str) -> LedgerDraft | None:
    """The newest draft invoice made for a customer."""
    return db.session.scalars(
        select(LedgerDraft).where(LedgerDraft.customer_id == customer_id).order_by(LedgerDraft.created_at.desc())
    ).first()
