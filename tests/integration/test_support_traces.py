"""What support does in somebody's account carries both identities, and what follows by itself carries none (R-069)."""

import pytest
import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

from link4web.audit.models import AuditEvent
from link4web.connections.syncing import SYNC
from link4web.customers.ledger import WRITE_BACK
from link4web.database import db
from link4web.outbox.models import OutboxRow
from link4web.schedule import run_schedule
from tests.ledger import Books, books, simulators, xero
from tests.people import Person
from tests.supporters import Case, case_of

__all__ = ["books", "simulators", "xero"]

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
JOINERY, CAFE = "33102417032", "53004085616"
PEOPLE = tuple[str | None, str | None]


def rows(case: Case) -> dict[str, tuple[str, PEOPLE, str]]:
    """Every outbox row: its kind, whose it is, and all of it as text."""
    with case.town.app.app_context():
        found = db.session.scalars(select(OutboxRow)).all()
        columns = OutboxRow.__table__.columns.keys()
        return {
            row.id: (row.kind, (row.actor_id, row.on_behalf_of_id), str([getattr(row, name) for name in columns]))
            for row in found
        }


def touched(case: Case, before: dict[str, tuple[str, PEOPLE, str]]) -> dict[str, PEOPLE]:
    """Whose the rows are that have come or changed since, by their kind."""
    return {kind: whose for row, (kind, whose, text) in rows(case).items() if before.get(row, ("", (), ""))[2] != text}


def events(case: Case) -> dict[tuple[str, int], tuple[str, PEOPLE]]:
    with case.town.app.app_context():
        found = db.session.scalars(select(AuditEvent)).all()
        return {(row.chain, row.position): (row.action, (row.actor_id, row.on_behalf_of_id)) for row in found}


def save_number(person: Person, books: Books, customer: str, number: str) -> None:
    """Type a number, and ask for it in the ledger too."""
    form = {"number": number, "sure": number, "write": "y"}
    assert person.post(f"{books.base}/{customer}/abn", form).status_code == 303


def test_both_identities_on_all_that_a_visit_brings_about(books: Books) -> None:
    """R-069: also where somebody else had asked for the same before; a sync by the clock is nobody's."""
    town = books.town
    case = case_of(town, books.person)
    both, customer = (case.agent.user_id, case.owner.user_id), books.one("needs-number").id
    save_number(case.owner, books, customer, JOINERY)
    books.sync()
    case.entered()
    case.may_write()
    town.work()  # the mails about the visit
    rows_before, events_before = rows(case), events(case)
    save_number(case.agent, books, customer, CAFE)
    case.agent.post(f"{books.base}/sync")
    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        town.work()
    assert {(line["actor"], line["on_behalf_of"]) for line in lines if line.get("kind") in (SYNC, WRITE_BACK)} == {both}
    came = touched(case, rows_before)
    assert {SYNC, WRITE_BACK} <= came.keys()
    assert set(came.values()) == {both}, came
    new = {key: event for key, event in events(case).items() if key not in events_before}
    assert {"customer.number", "customer.write_back"} <= {action for action, _ in new.values()}
    assert {whose for _, whose in new.values()} == {both}, new
    case.leave()
    later = rows(case)
    town.later(hours=25)
    with town.app.app_context():
        run_schedule()
    town.work()
    assert touched(case, later)[SYNC] == (None, None)


@on_sqlite
def test_a_sync_that_waits_is_asked_for_by_whoever_presses_last(books: Books) -> None:
    """R-069: what somebody else has asked for, and support asks for again."""
    case = case_of(books.town, books.person)
    case.entered()
    case.may_write()
    books.person.post(f"{books.base}/sync")
    before = rows(case)
    case.agent.post(f"{books.base}/sync")
    assert touched(case, before)[SYNC] == (case.agent.user_id, case.owner.user_id)


@on_sqlite
def test_every_line_of_the_log_has_both(books: Books) -> None:
    """R-069: of a request in a visit, and none where nobody acts on behalf of another."""
    case = case_of(books.town, books.person).entered()
    case.may_write()
    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        case.agent.post(f"{books.base}/sync")
    assert {"queued", "request"} <= {line["event"] for line in lines}
    both = {(case.agent.user_id, case.owner.user_id)}
    assert {(line["actor"], line["on_behalf_of"]) for line in lines} == both
    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        case.owner.get(books.base)
        books.town.visitor().get("/sign-in")
    assert {(line["actor"], line["on_behalf_of"]) for line in lines} == {(case.owner.user_id, None), (None, None)}


@on_sqlite
def test_support_writes_into_a_ledger_only_where_the_customer_has_allowed_it(books: Books) -> None:
    """R-064: neither offered nor done before that, and support's own wish allows nothing."""
    case = case_of(books.town, books.person)
    one, other = [row.id for row in books.customers().values() if row.state == "needs-number"][:2]
    case.entered()
    case.may_write()
    for page in ("abn", "email"):
        assert 'name="write"' not in case.agent.get(f"{books.base}/{one}/{page}").text
        assert 'name="write"' in case.owner.get(f"{books.base}/{one}/{page}").text
    save_number(case.agent, books, one, JOINERY)
    form = {"email": "accounts@drycreek.example", "write": "y"}
    assert case.agent.post(f"{books.base}/{one}/email", form).status_code == 303
    assert WRITE_BACK not in {kind for kind, _, _ in rows(case).values()}
    assert not books.row().may_write_back
    save_number(case.owner, books, other, CAFE)
    assert 'name="write"' in case.agent.get(f"{books.base}/{one}/abn").text
    before = rows(case)
    save_number(case.agent, books, one, CAFE)
    assert touched(case, before)[WRITE_BACK] == (case.agent.user_id, case.owner.user_id)


@on_sqlite
def test_what_was_asked_for_in_a_visit_is_done_although_it_is_over(books: Books) -> None:
    """R-072: with both identities, in the organisation it was asked for, though the customer has ended the visit."""
    case = case_of(books.town, books.person)
    customer = books.one("needs-number")
    save_number(case.owner, books, books.one("needs-number").id, JOINERY)
    books.town.work()
    case.entered()
    case.may_write()
    save_number(case.agent, books, customer.id, CAFE)
    before = rows(case)
    assert case.owner.post(f"{case.settings}/{case.access}", {"answer": "end"}).status_code == 303
    books.town.work()
    assert touched(case, before)[WRITE_BACK] == (case.agent.user_id, case.owner.user_id)
    assert books.customer(customer.name).ledger_number == CAFE
