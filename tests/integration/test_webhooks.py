"""Webhooks: signed ones make the ledger read again soon, anything else has no effect (R-120 to R-127)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import func, insert, select, update
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from link4web import clock
from link4web.connections.models import CallLimit, Connection, WebhookEvent
from link4web.connections.syncing import SYNC
from link4web.connections.webhooks import READ_AGAIN
from link4web.database import db, writing
from link4web.outbox.models import OutboxRow
from link4web.schedule import run_schedule
from link4web.settings import SIMULATOR_WEBHOOK_KEY
from link4web.simulators.webhooks import signature
from link4web.simulators.xero.demo import TIN_SHED
from tests.ledger import API, CONTACTS, Books, Xero, books, simulators, xero

__all__ = ["books", "simulators", "xero"]

STRANGER = "11111111-aaaa-4bbb-8ccc-222222222222"


def body_of(*resources: str, tenant: str = TIN_SHED, category: str = "CONTACT") -> bytes:
    events = [
        {
            "resourceId": resource,
            "eventDateUtc": "2026-11-22T01:02:03.456",
            "eventType": "UPDATE",
            "eventCategory": category,
            "tenantId": tenant,
        }
        for resource in resources
    ]
    told = {"events": events, "firstEventSequence": 1, "lastEventSequence": len(events), "entropy": "S0m3R4nd0mt3xt"}
    return json.dumps(told).encode()


def deliver(books: Books, body: bytes, signed: str | None = None, **kwargs: Any) -> TestResponse:
    """As the provider posts it: no cookie, no form."""
    signed = signature(SIMULATOR_WEBHOOK_KEY, body) if signed is None else signed
    headers = {"x-xero-signature": signed, "Content-Type": "application/json"}
    return books.town.app.test_client().post("/webhooks/xero", data=body, headers=headers, **kwargs)


def number_of(books: Books, what: Any, *conditions: Any) -> int:
    return int(books.inside(lambda: db.session.scalar(select(func.count()).select_from(what).where(*conditions)) or 0))


def jobs(books: Books) -> int:
    return number_of(books, OutboxRow, OutboxRow.kind == READ_AGAIN)


def settle(books: Books) -> None:
    """Let the moment in which events are gathered pass, and the worker finish."""
    books.town.later(seconds=10)
    books.town.work()
    books.town.later(seconds=30)
    books.town.work()


def test_a_change_in_the_ledger_shows_without_anybody_pressing_anything(books: Books, xero: Xero) -> None:
    changed = books.one("can-invite")
    xero.user("change", changed.external_id, fields={"EmailAddress": "moved@elsewhere.example"})
    told = deliver(books, body_of(changed.external_id))
    assert (told.status_code, told.data, told.headers.get("Set-Cookie")) == (200, b"", None)
    settle(books)
    assert books.customer(changed.name).email == "moved@elsewhere.example"


def test_a_webhook_is_followed_to_what_it_made_us_read(books: Books, xero: Xero) -> None:
    """R-193: by ids alone, from the request over its jobs to the calls of the ledger."""
    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        deliver(books, body_of(books.one("can-invite").external_id))
        settle(books)

    def asked_for(kind: str, **by: str) -> str:
        found = [
            line
            for line in lines
            if (line["event"], line.get("kind")) == ("queued", kind) and by.items() <= line.items()
        ]
        assert len(found) == 1 and len(found[0]["jobs"]) == 1, found
        return str(found[0]["jobs"][0])

    told = next(line["request"] for line in lines if line["event"] == "webhook")
    sync = asked_for(SYNC, job=asked_for(READ_AGAIN, request=told))
    assert any(line["event"] == "http.sent" and line.get("job") == sync for line in lines)


@pytest.mark.parametrize("wrong", ["", "bm9uc2Vuc2U=", "other key", "re-encoded", "bit"])
def test_what_is_not_signed_has_no_effect(books: Books, wrong: str) -> None:
    body = body_of("0b0b0b0b-1c1c-4d4d-8e8e-2f2f2f2f2f2f")
    signed = signature("another key", body) if wrong == "other key" else wrong
    if wrong == "re-encoded":
        signed, body = signature(SIMULATOR_WEBHOOK_KEY, body), body.replace(b": ", b":")
    if wrong == "bit":
        signed, body = signature(SIMULATOR_WEBHOOK_KEY, body), body[:-2] + bytes([body[-2] ^ 1]) + body[-1:]
    told = deliver(books, body, signed)
    assert (told.status_code, told.data, told.headers.get("Set-Cookie")) == (401, b"", None)
    assert (number_of(books, WebhookEvent), jobs(books)) == (0, 0)


def test_intent_to_receive(books: Books) -> None:
    """Xero sends bodies without events, some of them signed wrong, and wants 200 and 401 (R-121)."""
    body = body_of()
    right, wrong = deliver(books, body), deliver(books, body, signature("wrong", body))
    assert (right.status_code, wrong.status_code, jobs(books)) == (200, 401, 0)


def test_the_same_event_fifty_times_at_once_is_one(books: Books) -> None:
    body = body_of("0b0b0b0b-1c1c-4d4d-8e8e-2f2f2f2f2f2f")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: deliver(books, body).status_code, range(50)))
    assert set(answers) == {200}
    assert (number_of(books, WebhookEvent), jobs(books)) == (1, 1)
    settle(books)
    books.town.later(minutes=30)
    assert deliver(books, body).status_code == 200
    assert jobs(books) == 1


def test_an_unknown_ledger_is_recorded_and_nothing_else(books: Books) -> None:
    assert deliver(books, body_of("0b0b0b0b-1c1c-4d4d-8e8e-2f2f2f2f2f2f", tenant=STRANGER)).status_code == 200
    assert (number_of(books, WebhookEvent), jobs(books)) == (1, 0)


def test_a_storm_is_one_reading(books: Books, xero: Xero) -> None:
    resources = [f"{number:08x}-1c1c-4d4d-8e8e-2f2f2f2f2f2f" for number in range(5000)]
    for start in range(0, len(resources), 500):
        assert deliver(books, body_of(*resources[start : start + 500])).status_code == 200
    assert number_of(books, WebhookEvent) == 5000
    xero.forget_log()
    settle(books)
    # storms last longer than the moment in which they are gathered: two jobs, at most two readings of changes
    assert 1 <= xero.calls(CONTACTS) <= 2
    assert number_of(books, WebhookEvent, WebhookEvent.done_at.is_(None)) == 0


def test_a_file_in_which_people_work_all_the_time_is_read_twice_a_minute(books: Books, xero: Xero) -> None:
    """The first notice leads to a reading at once, and what the last one is about is here half a minute later."""
    changed = books.one("can-invite")
    xero.forget_log()
    read = []
    for second in range(0, 120, 4):
        xero.user("change", changed.external_id, fields={"EmailAddress": f"moved{second}@elsewhere.example"})
        deliver(books, body_of(f"{second:08x}-1c1c-4d4d-8e8e-2f2f2f2f2f2f"))
        books.town.later(seconds=4)
        books.town.work()
        read.append(xero.calls(CONTACTS))
    assert read[0] == 1
    assert 4 <= read[-1] <= 5
    books.town.later(seconds=30)
    books.town.work()
    assert books.customer(changed.name).email == "moved116@elsewhere.example"
    assert number_of(books, WebhookEvent, WebhookEvent.done_at.is_(None)) == 0


def test_what_changes_during_a_reading_is_read_afterwards(books: Books, xero: Xero) -> None:
    changed = books.one("can-invite")
    books.person.post(f"{books.base}/sync")
    deliver(books, body_of(changed.external_id))
    books.town.later(seconds=10)
    books.town.work()
    xero.user("change", changed.external_id, fields={"EmailAddress": "late@elsewhere.example"})
    settle(books)
    assert books.customer(changed.name).email == "late@elsewhere.example"


def test_lost_events_are_repaired_by_the_schedule(books: Books, xero: Xero) -> None:
    """R-126: nothing is told, and the daily look finds it all the same."""
    changed = books.one("can-invite")
    xero.user("change", changed.external_id, fields={"EmailAddress": "untold@elsewhere.example"})
    books.town.later(hours=25)
    with books.town.app.app_context():
        run_schedule()
    books.town.work()
    assert books.customer(changed.name).email == "untold@elsewhere.example"


def change(books: Books, what: Any) -> None:
    """Change the database as a worker would."""

    def run() -> None:
        with writing():
            db.session.execute(what)

    books.inside(run)


def test_notices_about_a_file_that_can_not_be_read_yet_wait_as_one(books: Books) -> None:
    """A day's limit may last for hours, with a notice every few seconds: they must not all keep asking."""
    change(books, update(Connection).values(sync_state="waiting", sync_resumes_at=clock.now() + timedelta(hours=10)))
    for number in range(10):
        deliver(books, body_of(f"{number:08x}-1c1c-4d4d-8e8e-2f2f2f2f2f2f"))
        books.town.later(seconds=2)
    books.town.later(seconds=10)
    books.town.work()
    assert number_of(books, OutboxRow, OutboxRow.kind == READ_AGAIN, OutboxRow.state == "ready") == 1
    assert number_of(books, WebhookEvent, WebhookEvent.done_at.is_(None)) == 10
    books.town.later(minutes=10)
    assert books.town.work() == 0


def test_a_notice_that_comes_while_a_sync_is_ending_is_not_lost(books: Books, xero: Xero) -> None:
    """The sync has said that it is over, but its row is not put away yet: another one can't be asked for."""
    ending = update(OutboxRow).where(OutboxRow.kind == SYNC)
    change(books, ending.values(state="running", lease_until=clock.now() + timedelta(hours=1), finished_at=None))
    changed = books.one("can-invite")
    xero.user("change", changed.external_id, fields={"EmailAddress": "late@elsewhere.example"})
    deliver(books, body_of(changed.external_id))
    settle(books)
    change(books, ending.values(state="done", lease_until=None, finished_at=clock.now()))
    settle(books)
    assert books.customer(changed.name).email == "late@elsewhere.example"


def test_a_file_that_has_used_half_of_its_calls_is_read_less_often(books: Books, xero: Xero) -> None:
    """Somebody who works in the ledger all day must not use up the calls that people here need."""
    key, today = f"xero:{(books.row().file_hmac or b'').hex()}", clock.now().date()
    change(books, insert(CallLimit).values(key=key, next_at=0, day=today, used=3000))
    books.sync()
    xero.forget_log()
    deliver(books, body_of("0b0b0b0b-1c1c-4d4d-8e8e-2f2f2f2f2f2f"))
    settle(books)
    assert xero.calls(CONTACTS) == 0
    books.town.later(minutes=5)
    books.town.work()
    assert xero.calls(CONTACTS) == 1


@pytest.mark.parametrize(("categories", "looks_at_sales"), [(["CONTACT"], False), (["CONTACT", "INVOICE"], True)])
def test_sales_are_looked_at_when_a_notice_is_about_them(
    books: Books, xero: Xero, categories: list[str], looks_at_sales: bool
) -> None:
    """Most notices are about contacts, and looking at sales costs two calls more."""
    books.sync()
    xero.forget_log()
    for category in categories:
        deliver(books, body_of("0b0b0b0b-1c1c-4d4d-8e8e-2f2f2f2f2f2f", category=category))
    settle(books)
    asked = [one["path"] for one in xero.log() if one["path"].startswith(API)]
    assert (asked == [CONTACTS]) is not looks_at_sales
    assert asked.count(f"{API}/Invoices") == looks_at_sales
