"""The sync: complete, resumable, never deleting on a bad answer, and honest on the page."""

import json
import re
import threading
import time
from typing import Any

import pytest
import requests
from sqlalchemy import func, select, update

from link4web.connections.syncing import SYNC
from link4web.customers.counting import counts
from link4web.customers.intake import Intake
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.outbox import drain
from link4web.outbox.models import OutboxRow
from link4web.providers.base.records import Skipped
from link4web.providers.xero.client import XeroClient
from link4web.schedule import run_schedule
from link4web.worker import Worker
from tests.ledger import API, CONTACTS, SMALL, Books, Xero, books, everything_stored, simulators, words, xero
from tests.people import Person, Town

__all__ = ["books", "simulators", "xero"]


def counts_fit(books: Books) -> bool:
    def compare() -> bool:
        rows = db.session.execute(select(Customer.state, func.count()).group_by(Customer.state)).all()
        return {state: number for state, number in counts(books.connection).items() if number} == dict(rows)

    return bool(books.inside(compare))


def names_in_xero(books: Books) -> int:
    described = books.xero.control("seed", contacts=0, organisation="Tin Shed")
    return int(described["contacts"])


def test_every_contact_comes_once(books: Books) -> None:
    assert len(books.customers()) == 24
    assert counts_fit(books)
    shown = words(books.page())
    assert "Synced today" in shown and "24 new" in shown


def connected(town: Town, owner: Person, xero: Xero) -> Books:
    return Books(town, owner, owner.connect_xero(file=SMALL), xero)


def test_contacts_that_come_and_go_during_the_walk_are_all_found(town: Town, owner: Person, xero: Xero) -> None:
    xero.seed(2300)
    books = connected(town, owner, xero)
    names = [f"Arrived Meanwhile {number}" for number in range(12)]
    walking = threading.Event()

    def meddle() -> None:
        for place, name in enumerate(names):
            made = xero.user("add", fields={"Name": name})
            xero.user("change", name, fields={"EmailAddress": f"late{place}@meanwhile.example"})
            if place % 3 == 0:
                xero.user("archive", made["ContactID"])
            walking.wait(0.05)

    xero.fail(kind="slow", delay=0.3, count=4, path=CONTACTS)
    meddler = threading.Thread(target=meddle)
    meddler.start()
    town.work()
    meddler.join()
    books.sync()
    known = books.customers()
    assert len(known) == names_in_xero(books) == 2312
    assert counts_fit(books)
    assert [known[name].ledger_status for name in names[:4]] == ["archived", "active", "active", "archived"]
    assert all(known[name].email for name in names)


def test_a_sync_goes_on_where_a_killed_worker_stopped(town: Town, owner: Person, xero: Xero) -> None:
    xero.seed(2300)
    books = connected(town, owner, xero)

    class Killed(BaseException):
        pass

    def die_at(page: int) -> None:
        """The worker is gone in the middle of a request: nothing of its own is cleaned up."""
        asked = XeroClient.contacts

        def contacts(self: XeroClient, number: int, **more: Any) -> Any:
            if number == page:
                raise Killed
            return asked(self, number, **more)

        setattr(XeroClient, "contacts", contacts)  # noqa: B010 (a dying worker can't be had otherwise in this process)
        try:
            with pytest.raises(Killed), town.app.app_context():
                drain("customers.sync")
        finally:
            setattr(XeroClient, "contacts", asked)  # noqa: B010

    die_at(3)
    row = books.row()
    assert (row.sync_state, row.sync_phase, row.sync_page, row.sync_seen) == ("running", "walk", 2, 2000)
    assert "2,000 of about 2,300 contacts" in words(books.page())
    assert town.work() == 0
    xero.forget_log()
    town.later(seconds=130)
    town.work()
    walked = [one["query"] for one in xero.log() if one["path"] == CONTACTS and "page=1&" in one["query"]]
    assert len(walked) == 1  # the catch-up read, not the walk
    assert len(books.customers()) == 2300 and counts_fit(books)
    assert "2,300 new" in words(books.page())


def test_changes_between_a_stop_and_its_resumption_are_not_lost(town: Town, owner: Person, xero: Xero) -> None:
    xero.seed(1500)
    books = connected(town, owner, xero)
    xero.fail(path=CONTACTS, kind="slow", count=1)
    xero.fail(path=CONTACTS, status=400, body="{}")
    town.work()
    row = books.row()
    assert (row.sync_state, row.sync_phase, row.sync_page) == ("failed", "walk", 1)
    early = min(books.customers().values(), key=lambda one: one.external_id)
    xero.user("change", early.external_id, fields={"EmailAddress": "changed@meanwhile.example"})
    town.later(minutes=20)
    books.sync()
    assert len(books.customers()) == 1500 and counts_fit(books)
    assert books.customer(early.name).email == "changed@meanwhile.example"


def test_archived_merged_and_restored_are_noticed(books: Books, xero: Xero) -> None:
    first, second, third = [row for row in books.customers().values() if row.state == "can-invite"][:3]
    xero.user("archive", first.external_id)
    xero.user("merge", second.external_id, into=third.external_id)
    books.sync()
    assert books.customer(first.name).state == books.customer(second.name).state == "archived"
    assert third.name in words(books.person.get(f"{books.base}/{second.id}").text)
    assert f"{first.name} is archived in Xero" in books.page(f"?q={first.name}")
    xero.user("restore", first.external_id)
    books.sync()
    assert books.customer(first.name).state == "can-invite"
    assert counts_fit(books)


def test_an_erased_contact_is_explained(books: Books, xero: Xero) -> None:
    gone = books.one("can-invite")
    xero.user("erase", gone.external_id)
    books.sync()
    assert "was erased in Xero" in books.person.get(f"{books.base}/{gone.id}").text


def test_a_customer_by_sales_invoice_alone_is_found(books: Books, xero: Xero) -> None:
    """Becoming a customer does not change the contact's own date (Xero developer documentation, "Contacts")."""
    xero.switch(draft_makes_customer=True)
    made = xero.user("add", fields={"Name": "Saltbush Lane Picture House", "EmailAddress": "box@saltbush.example"})
    books.sync()
    assert books.customer("Saltbush Lane Picture House").state == "not-customer"
    books.town.later(minutes=20)
    xero.user("draft", made["ContactID"])
    books.person.sign_in()
    books.sync()
    assert books.customer("Saltbush Lane Picture House").state == "needs-number"
    assert counts_fit(books)


def test_nothing_new_is_one_call_and_changes_no_row(books: Books, xero: Xero) -> None:
    def stored() -> list[Any]:
        tables = [db.metadata.tables[name] for name in ("customer", "customer_count", "skipped_contact")]
        trail = db.metadata.tables["audit_event"]
        of_people = trail.select().where(trail.c.action != "audit.anchored")
        asked = [*(table.select() for table in tables), of_people]
        return [sorted(map(str, db.session.connection().execute(one))) for one in asked]

    books.sync()
    books.town.later(minutes=40)
    before, synced_at = books.inside(stored), books.row().synced_at
    assert synced_at
    xero.forget_log()
    with books.town.app.app_context():
        run_schedule()
    books.town.work()
    assert [one["path"] for one in xero.log() if one["path"].startswith(API)] == [CONTACTS]
    assert books.inside(stored) == before
    assert synced_at < (books.row().synced_at or synced_at)
    assert "Synced today" in words(books.page())


def test_the_news_of_a_sync_are_links_that_show_them(books: Books, xero: Xero) -> None:
    xero.user("add", fields={"Name": "Brand New Bindery"})
    changed = books.one("can-invite")
    xero.user("change", changed.external_id, fields={"EmailAddress": "moved@elsewhere.example"})
    books.sync()
    shown = words(books.page())
    assert "1 new" in shown and "1 changed" in shown
    assert "Brand New Bindery" in books.page("?sync=new")
    assert changed.name not in books.page("?sync=new")
    assert changed.name.replace("&", "&amp;") in books.page("?sync=changed")
    assert books.page("?sync=gone") and books.page("?sync=junk")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "html", "status": 200},
        {"kind": "html", "status": 502},
        {"kind": "reset"},
        {"kind": "half"},
        {"status": 200, "body": "{}"},
        {"status": 200, "body": '{"Contacts": 7}'},
        {"status": 200, "body": "not json"},
        {"status": 503, "body": "The Organisation is offline"},
        {"status": 500},
    ],
    ids=lambda fault: "-".join(str(value)[:12] for value in fault.values()),
)
def test_a_bad_answer_deletes_nothing_and_is_said(books: Books, xero: Xero, fault: dict[str, Any]) -> None:
    before = {row.id: row.state for row in books.customers().values()}
    xero.fail(path=CONTACTS, count=1, **fault)
    books.person.post(f"{books.base}/sync")
    with books.town.app.app_context():
        drain("customers.sync")
    row = books.row()
    assert row.sync_state == "waiting" and row.sync_message
    assert row.sync_message.split(".")[0] in books.page()
    assert {row.id: row.state for row in books.customers().values()} == before
    books.town.later(minutes=10)
    books.town.work()
    assert books.row().sync_state == "idle"


@pytest.mark.parametrize("body", ['{"Contacts": []}', '{"Contacts": [], "pagination": {"itemCount": 0}}'])
def test_an_empty_walk_takes_nothing_away(books: Books, xero: Xero, body: str) -> None:
    books.town.later(days=8)
    books.person.sign_in()
    xero.fail(path=CONTACTS, count=2, status=200, body=body)
    books.sync()
    assert "fewer contacts than it has" in books.page()
    assert all(row.ledger_status != "gone" for row in books.customers().values())
    books.sync()
    assert "Synced today" in words(books.page()) or books.row().sync_state == "idle"
    assert len(books.customers()) == 24 and counts_fit(books)


def test_a_first_walk_that_stops_short_is_no_success(town: Town, owner: Person, xero: Xero) -> None:
    books = connected(town, owner, xero)
    short = '{"Contacts": [], "pagination": {"page": 1, "pageCount": 1, "itemCount": 24}}'
    xero.fail(path=CONTACTS, count=2, status=200, body=short)
    town.work()
    row = books.row()
    assert (row.sync_state, row.sync_error, row.synced_at) == ("failed", "SYNC-SHORT", None)
    books.sync()
    assert len(books.customers()) == 24 and books.row().sync_state == "idle"


def test_a_contact_that_is_truly_absent_is_marked_and_comes_back(books: Books) -> None:
    lost = books.one("can-invite")
    books.inside(lambda: _rename_external(lost.id))
    books.town.later(days=8)
    books.person.sign_in()
    books.sync()
    known = books.inside(lambda: db.session.get(Customer, (books.person.organisation_id, lost.id)))
    assert (known.ledger_status, known.state) == ("gone", "archived")
    assert "1 gone" in words(books.page()) and counts_fit(books)
    assert "is no longer in Xero" in books.person.get(f"{books.base}/{lost.id}").text


def _rename_external(customer_id: str) -> None:
    with writing():
        db.session.execute(
            update(Customer)
            .where(Customer.id == customer_id)
            .values(external_id="00000000-0000-4000-8000-000000000009")
        )


def test_being_slowed_down_waits_as_asked(books: Books, xero: Xero) -> None:
    xero.fail(path=CONTACTS, status=429, headers={"Retry-After": "40", "X-Rate-Limit-Problem": "minute"}, count=1)
    books.sync()
    row = books.row()
    assert row.sync_state == "waiting" and row.sync_resumes_at is not None
    assert "We continue at" in words(books.page())
    xero.forget_log()
    books.sync()  # a person's press does not break the promise
    assert not xero.calls(API)
    books.town.later(seconds=41)
    books.town.work()
    assert books.row().sync_state == "idle" and "Synced today" in words(books.page())


def test_the_limit_of_a_day_waits_until_it_ends(books: Books, xero: Xero) -> None:
    xero.fail(path=CONTACTS, status=429, headers={"Retry-After": "30000", "X-Rate-Limit-Problem": "day"}, count=1)
    books.sync()
    assert "for one day" in words(books.page())
    books.town.later(hours=1)
    books.town.work()
    assert books.row().sync_state == "waiting"
    books.town.later(hours=8)
    books.town.work()
    assert books.row().sync_state == "idle"


def test_a_slow_or_dead_xero_never_holds_a_page_up(books: Books, xero: Xero) -> None:
    some = next(iter(books.customers().values()))
    xero.fail(kind="slow", delay=5, count=50)
    for address in ("", "?queue=needs-number", f"/{some.id}", f"/{some.id}/email", "/skipped", "/sync"):
        began = time.monotonic()
        assert books.person.get(books.base + address).status_code in (200, 302)
        assert time.monotonic() - began < 2
    xero.recover()


def test_what_was_typed_here_is_never_overwritten(books: Books, xero: Xero) -> None:
    some = books.one("needs-number")
    form = {"number": "51 824 753 556", "sure": "51824753556"}
    books.person.post(f"{books.base}/{some.id}/abn", form)
    books.person.post(f"{books.base}/{some.id}/email", {"email": "Typed.Here@Example.example"})
    fields = {"TaxNumber": "53004085616", "EmailAddress": "ledger@says.example"}
    xero.user("change", some.external_id, fields=fields)
    books.sync()
    kept = books.customer(some.name)
    assert (kept.number, kept.number_origin) == ("51824753556", "typed")
    assert (kept.email, kept.email_origin) == ("typed.here@example.example", "typed")
    assert (kept.ledger_number, kept.ledger_email) == ("53004085616", "ledger@says.example")
    shown = words(books.person.get(f"{books.base}/{some.id}").text)
    assert "Xero has “53004085616”" in shown and "Xero has ledger@says.example" in shown


def test_all_that_were_skipped_can_be_paged_through(books: Books) -> None:
    left = [Skipped(external_id=f"{place:04}", reason=f"Reason {place:04}.") for place in range(120)]
    books.inside(lambda: Intake(books.connection, None, "AU").skip(left, 1))

    def seen(href: str) -> tuple[str, list[str], str, str]:
        html = books.person.get(href).text
        links = (re.search(rf'href="([^"]+)" rel="{way}"', html) for way in ("prev", "next"))
        back, on = (link[1].replace("&amp;", "&") if link else "" for link in links)
        return words(html), re.findall(r"Reason (\d{4})", html), back, on

    first, told, back, on = seen(f"{books.base}/skipped")
    assert "1–50 of 120" in first and told[0] == "0000" and len(told) == 50 and not back
    second, more, _, last = seen(on)
    assert "50 shown of 120" in second and more[0] == "0050"
    third, rest, back, on = seen(last)
    assert "101–120 of 120" in third and rest[-1] == "0119" and len(rest) == 20 and not on
    assert seen(back)[1] == more, "back leads to the page before"
    assert seen(seen(back)[2])[1] == told


def test_a_malformed_contact_is_skipped_and_listed(town: Town, owner: Person, xero: Xero) -> None:
    books = connected(town, owner, xero)
    real = _contacts_body(books)
    xero.fail(path=CONTACTS, status=200, body=_with_broken_contact(real), count=1)
    town.work()
    shown = words(books.page())
    assert "1 skipped" in shown
    listed = words(books.person.get(f"{books.base}/skipped").text)
    assert "00000000-0000-4000-8000-00000000abcd" in listed and "form that can’t be read" in listed
    books.town.later(days=8)
    books.person.sign_in()
    books.sync()
    assert "skipped" not in words(books.page()).replace("Skip the table", "")


def _contacts_body(books: Books) -> str:
    token = books.xero.control("token", tenant_id="Tin Shed")
    answer = requests.get(
        f"{books.xero.root}{CONTACTS}?page=1&pageSize=1000&includeArchived=true",
        headers={
            "Authorization": f"Bearer {token['access_token']}",
            "xero-tenant-id": token["tenant_id"],
            "Accept": "application/json",
        },
        timeout=10,
    )
    assert answer.ok
    return answer.text


def _with_broken_contact(body: str) -> str:
    parsed = json.loads(body)
    parsed["Contacts"].append({"ContactID": "00000000-0000-4000-8000-00000000abcd", "Name": {"odd": 1}})
    return json.dumps(parsed)


def test_one_sync_at_a_time(books: Books, town: Town) -> None:
    assert "has started" in books.person.post(f"{books.base}/sync", follow_redirects=True).text
    assert "under way already" in books.person.post(f"{books.base}/sync", follow_redirects=True).text
    with town.app.app_context():
        rows = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "customers.sync")).all()
    assert len(rows) == 1


def test_tax_file_numbers_are_never_kept_or_shown(books: Books, xero: Xero) -> None:
    for place, number in enumerate(("123 456 782", "12345678", "049-091-850")):
        xero.user("add", fields={"Name": f"Sole Trader {place}", "TaxNumber": number})
    books.sync()
    stored = everything_stored(books.town.app)
    for number in ("123 456 782", "123456782", "12345678", "049-091-850", "049091850"):
        assert number.encode() not in stored
        assert "Sole Trader" not in books.page(f"?q={number}")
    assert books.customer("Sole Trader 0").ledger_number == ""


def test_disconnecting_stops_a_running_sync(town: Town, owner: Person, xero: Xero) -> None:
    xero.seed(2300)
    books = connected(town, owner, xero)
    xero.fail(kind="slow", delay=0.6, count=1, path=CONTACTS)
    worker = threading.Thread(target=town.work)
    worker.start()
    time.sleep(0.3)
    owner.post(f"/xero/{books.connection}/disconnect")
    worker.join()
    row = books.row()
    assert (row.state, row.sync_state) == ("disconnected", "idle")
    assert len(books.customers()) <= 1000


def test_a_worker_that_stops_gives_the_walk_back(town: Town, owner: Person, xero: Xero) -> None:
    """R-169: it ends after the call that runs, and whoever comes next goes on with the next page at once."""
    xero.seed(3300)
    books = connected(town, owner, xero)
    xero.fail(kind="slow", delay=0.5, count=3, path=CONTACTS)
    worker = Worker(town.app, schedule=lambda: None)
    long_work = threading.Thread(target=worker._loop, args=(worker.lanes[1],))
    long_work.start()
    while books.row().sync_page < 1:
        time.sleep(0.05)
    worker.stop()
    long_work.join(10)
    assert not long_work.is_alive()
    row = books.row()
    assert (row.sync_state, row.sync_phase) == ("running", "walk")
    asked = select(OutboxRow.state, OutboxRow.attempts, OutboxRow.lease_until).where(OutboxRow.kind == SYNC)
    assert books.inside(lambda: db.session.execute(asked).one()) == ("ready", 0, None)
    xero.recover()
    xero.forget_log()
    town.work()
    walked = [one["query"] for one in xero.log() if one["path"] == CONTACTS]
    assert f"page={row.sync_page + 1}&" in walked[0]
    assert books.row().sync_state == "idle"
    assert len(books.customers()) == 3300
