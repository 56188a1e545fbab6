"""Reads of single customers, and of contacts that are none."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class SkippedPage:
    """Some of the skipped contacts, and whether there are others on either side."""

    rows: list[SkippedContact]
    has_previous: bool
    has_next: bool


def skipped(connection_id: str, *, after: str = "", before: str = "", size: int = 50) -> SkippedPage:
    """Contacts that could not be read, with the reason: those behind or before an id of the ledger, else the first."""
    wanted = select(SkippedContact).where(SkippedContact.connection_id == connection_id)
    key = SkippedContact.external_id
    if before and not after:
        rows = list(db.session.scalars(wanted.where(key < before).order_by(key.desc()).limit(size + 1)))
        if len(rows) > size:
            return SkippedPage(rows[:size][::-1], has_previous=True, has_next=True)
        after = ""  # there is no full page before it, so the first one it is
    rows = list(db.session.scalars(wanted.where(key > after).order_by(key).limit(size + 1)))
    if after and not rows:
        return skipped(connection_id, size=size)
    return SkippedPage(rows[:size], has_previous=bool(after), has_next=len(rows) > size)


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
