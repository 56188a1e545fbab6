"""Contacts into customers: found by index, stored as SQLAlchemy would store them, in the organisation’s name."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from link4web import tenancy
from link4web.customers import intake
from link4web.customers.intake import Intake
from link4web.customers.models import Customer, SkippedContact
from link4web.database import db, writing
from link4web.mail.address import email_key
from link4web.providers.base.records import RemoteContact, Skipped
from link4web.tenancy import NoOrganisation
from tests.ledger import Books, books, simulators, xero

__all__ = ["books", "simulators", "xero"]

SYDNEY = timezone(timedelta(hours=11))
ODD = ["o’brien@shop.example", "ann@münchen.example", "ANN+tax@Shop.example", "a..b@shop.example", "ann@shop", "@x.au"]


def contact(**fields: Any) -> RemoteContact:
    given: dict[str, Any] = {"external_id": str(uuid4()), "name": "Tāwhai Timber", "is_customer": True}
    return RemoteContact(**given | fields)


@pytest.fixture
def inside(books: Books) -> Iterator[Intake]:
    """An intake into the connection of these books."""
    with books.town.app.app_context(), tenancy.acting_for(books.person.organisation_id):
        yield Intake(books.connection, 2, "AU")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_known_contacts_are_looked_up_one_by_one(inside: Intake) -> None:
    """Anything that made SQLite walk over the organisation here cost a large first sync most of its time."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "customer.external_id IN" in statement:
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    inside.take([contact() for _ in range(3)])
    event.remove(db.engine, "before_cursor_execute", note)
    [(statement, parameters)] = asked
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    [step] = [row.detail for row in plan]
    assert step.startswith("SEARCH customer USING INDEX")
    assert step.endswith("(organisation_id=? AND connection_id=? AND external_id=?)")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_known_contacts_are_looked_up_one_by_one_without_statistics_as_well(inside: Intake) -> None:
    """PostgreSQL has none of a new organisation, and then walked over all of its customers for every two hundred."""
    many = [contact() for _ in range(600)]
    before = rows_read()
    for _ in range(2):
        inside.take(many)
    # each of those that are known is read by its ledger's id and by its own
    assert rows_read() - before <= 2 * len(many)


def rows_read() -> int:
    """How many entries of the customers' indexes PostgreSQL has read so far."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        connection.commit()
        read = "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'customer'"
        return int(connection.exec_driver_sql(read).scalar_one())


def test_rows_are_stored_as_sqlalchemy_would_store_them(inside: Intake) -> None:
    """A sync's rows go past it, straight to the driver."""
    updated = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=SYDNEY)
    many = {"person": "Ōrākei “Ed” O'Neill", "tax_number": "51 824 753 556", "email": "ed@tawhai.example"}
    quick, slow = contact(updated_at=updated, **many), contact(updated_at=updated, **many)
    bare = contact(name="Bare")
    inside.take([quick, bare])
    with writing():
        db.session.add(Customer(**inside.new_row(slow)))
    db.session.expire_all()
    rows = {row.external_id: row for row in db.session.scalars(select(Customer))}
    own = {"id", "external_id", "state_since", "created_at", "updated_at"}
    columns = [name for name in Customer.__table__.columns.keys() if name not in own]  # noqa: SIM118 (not a mapping)
    one, other = rows[quick.external_id], rows[slow.external_id]
    assert [getattr(one, name) for name in columns] == [getattr(other, name) for name in columns]
    assert one.ledger_updated_at == updated
    assert rows[bare.external_id].ledger_updated_at is None
    assert one.created_at.tzinfo is UTC
    assert other.created_at - one.created_at < timedelta(minutes=1)


def test_rows_past_the_gate_belong_to_the_organisation_acted_for(inside: Intake) -> None:
    """R-042."""
    row = inside.new_row(contact())
    with writing():
        tenancy.insert_many(Customer, [row | {"organisation_id": "another"}], {})
    assert db.session.scalars(select(Customer.id).where(Customer.id == row["id"])).one()
    tenancy.enter(None)
    with pytest.raises(NoOrganisation):
        tenancy.insert_many(Customer, [row], {})


def test_customers_that_come_together_begin_alike_and_are_all_different(inside: Intake) -> None:
    contacts = [contact() for _ in range(250)]
    inside.take(contacts)
    brought = [one.external_id for one in contacts]
    ids = db.session.scalars(select(Customer.id).where(Customer.external_id.in_(brought))).all()
    assert len(set(ids)) == 250
    assert len({one[:8] for one in ids}) == 2  # two hundred in a transaction


@given(
    st.sampled_from(ODD)
    | st.emails()
    | st.from_regex(r"[A-Za-z0-9._+-]{1,70}@([a-z0-9-]{1,9}\.){1,9}(com|net|info|example|test|au)", fullmatch=True)
    | st.from_regex(intake._PLAIN_ADDRESS, fullmatch=True)
)
def test_the_short_way_with_plain_addresses_says_what_the_long_way_says(address: str) -> None:
    assert intake._email_key(address) == email_key(address)


def test_unreadable_contacts_without_an_identifier_are_each_counted(inside: Intake) -> None:
    """A walk that counts them as one finds fewer contacts than the ledger has, each time anew."""
    for page in (1, 2, 2):
        inside.skip([Skipped(external_id="", reason="no identifier"), Skipped(external_id="", reason="nor this")], page)
    assert db.session.scalar(select(func.count()).select_from(SkippedContact)) == 4
