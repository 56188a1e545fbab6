"""The customer that isn't there: found in Xero with three ways out, added, or explained."""

import re
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from link4web.customers import services
from link4web.customers.ledger import ask_for_draft
from link4web.customers.models import Customer, LedgerDraft
from link4web.database import db, writing
from tests.ledger import API, CONTACTS, LARGE, Books, Xero, books, simulators, words, xero
from tests.people import Person, Town

__all__ = ["books", "simulators", "xero"]
NAME = "Saltbush Lane Picture House"
SAMPLE_ABN = "51824753556"  # a published sample number
INVOICES = f"{API}/Invoices"


@pytest.fixture
def contact(books: Books) -> Customer:
    """In Xero with a number and an address, but without a sales invoice."""
    fields = {"Name": NAME, "EmailAddress": "box@saltbushlane.example", "TaxNumber": SAMPLE_ABN}
    books.xero.user("add", fields=fields)
    books.sync()
    found = books.customer(NAME)
    assert found.state == "not-customer"
    return found


def at(books: Books, customer: Customer, tail: str = "") -> str:
    return f"{books.base}/{customer.id}{tail}"


def shown(books: Books, customer: Customer) -> str:
    return words(books.person.get(at(books, customer)).text)


def drafts_in_xero(books: Books) -> int:
    return sum(one["status"] < 300 for one in books.xero.log() if one["method"] == "PUT" and one["path"] == INVOICES)


def draft_of(books: Books, customer: Customer) -> LedgerDraft:
    found: LedgerDraft = books.inside(
        lambda: db.session.scalars(
            select(LedgerDraft).where(LedgerDraft.customer_id == customer.id).order_by(LedgerDraft.created_at.desc())
        ).first()
    )
    return found


def test_a_search_finds_the_contact_with_the_reason_and_three_ways(books: Books, contact: Customer) -> None:
    html = books.page("?q=saltbush+lane")
    text = words(html)
    assert f"{NAME} is in Xero, but not a customer yet" in text
    assert "Xero calls a contact a customer once it has a sales invoice" in text
    for way in ("Invite anyway", "Create the draft for me", "Open in Xero"):
        assert way in text
    assert at(books, contact, "/invite-anyway") in html and at(books, contact, "/draft") in html


def test_also_when_searching_in_a_queue(books: Books, contact: Customer) -> None:
    assert "not a customer yet" in words(books.page("?queue=can-invite&q=saltbush+lane"))


def test_open_in_xero_leads_to_the_contact(books: Books, contact: Customer) -> None:
    link = re.search(r'href="([^"]+)" target="_blank"', books.page("?q=saltbush+lane"))
    assert link
    asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert asked["redirecturl"] == [f"/Contacts/View/{contact.external_id}"]
    assert asked["shortcode"] == ["!tS9au"]


def test_inviting_anyway_changes_nothing_in_xero(books: Books, contact: Customer) -> None:
    books.xero.forget_log()
    assert books.person.post(at(books, contact, "/invite-anyway")).status_code == 303
    assert books.customer(NAME).state == "invited"
    books.town.work()
    assert not books.xero.log()
    books.xero.user("change", contact.external_id, fields={"FirstName": "Ada"})
    books.sync()
    assert books.customer(NAME).state == "invited"


@pytest.mark.parametrize("lacks", ["TaxNumber", "EmailAddress"])
def test_what_an_invitation_lacks_comes_first(books: Books, contact: Customer, lacks: str) -> None:
    books.xero.user("change", contact.external_id, fields={lacks: ""})
    books.sync()
    html = books.page("?q=saltbush+lane")
    fix = "/abn" if lacks == "TaxNumber" else "/email"
    assert at(books, contact, fix) in html and "/invite-anyway" not in html


@pytest.mark.parametrize("stays", [True, False])
def test_a_draft_makes_a_customer_and_removing_it_takes_nothing_back(
    books: Books, contact: Customer, stays: bool
) -> None:
    books.xero.switch(draft_makes_customer=True, deleted_draft_clears_customer=not stays)
    assert books.person.post(at(books, contact, "/draft")).status_code == 303
    assert "We are creating a draft" in shown(books, contact)
    books.town.work()
    assert books.customer(NAME).state == "can-invite"
    assert "We made a draft invoice" in shown(books, contact)
    assert books.person.post(at(books, contact, "/draft/remove")).status_code == 303
    books.town.work()
    assert draft_of(books, contact).state == "removed"
    assert "We made a draft" not in shown(books, contact)
    books.sync()
    kept = books.customer(NAME)
    assert (kept.state, kept.is_customer) == ("can-invite", stays)


def test_a_draft_that_makes_no_customer_is_said(books: Books, contact: Customer) -> None:
    books.xero.switch(draft_makes_customer=False)
    books.person.post(at(books, contact, "/draft"))
    books.town.work()
    assert books.customer(NAME).state == "not-customer"
    text = shown(books, contact)
    assert "doesn’t count as a customer yet" in text and "Remove the draft" in text
    books.person.post(at(books, contact, "/draft/remove"))
    books.town.work()
    assert draft_of(books, contact).state == "removed"


def test_pressing_twice_makes_one_draft(books: Books, contact: Customer) -> None:
    books.xero.forget_log()
    problems: list[int] = []
    token = books.person.token()

    def press() -> None:
        answer = books.person.post(at(books, contact, "/draft"), token=token)
        if answer.status_code != 303:
            problems.append(answer.status_code)

    for _ in range(3):
        press()
    books.town.work()
    press()
    books.town.work()
    assert not problems and drafts_in_xero(books) == 1
    number = books.inside(lambda: db.session.scalar(select(func.count()).select_from(LedgerDraft)))
    assert number == 1


def test_presses_at_the_same_moment_make_one_draft(books: Books, contact: Customer) -> None:
    problems: list[Exception] = []

    def press() -> None:
        try:
            books.inside(lambda: ask_for_draft(books.connection, contact.id))
        except Exception as problem:  # noqa: BLE001 (whatever it is, the test says so)
            problems.append(problem)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert books.inside(lambda: db.session.scalar(select(func.count()).select_from(LedgerDraft))) == 1


@pytest.mark.parametrize(
    "fault", [{"kind": "half"}, {"kind": "reset"}, {"status": 503}, {"kind": "html", "status": 200}]
)
def test_an_answer_lost_on_its_way_makes_no_second_draft(
    books: Books, contact: Customer, fault: dict[str, Any]
) -> None:
    books.xero.fail(path=INVOICES, method="PUT", **fault)
    books.person.post(at(books, contact, "/draft"))
    books.town.work()
    for _ in range(3):
        books.town.later(minutes=1)
        books.town.work()
    assert draft_of(books, contact).state == "made" and books.customer(NAME).state == "can-invite"
    books.person.sign_in()
    listed = books.xero.control(
        "touch", organisation="Tin Shed", do="delete", invoice=draft_of(books, contact).external_id
    )
    assert listed["Status"] == "DELETED"


def test_a_refused_draft_says_why_and_can_be_asked_for_again(books: Books, contact: Customer) -> None:
    refusal = {"Type": "ValidationException", "Elements": [{"ValidationErrors": [{"Message": "The period is locked"}]}]}
    books.xero.fail(path=INVOICES, method="PUT", status=400, body=refusal)
    books.person.post(at(books, contact, "/draft"))
    books.town.work()
    assert "didn’t accept a draft invoice" in shown(books, contact) and "The period is locked" in shown(books, contact)
    books.person.post(at(books, contact, "/draft"))
    books.town.work()
    assert draft_of(books, contact).state == "made"


def test_a_draft_somebody_worked_on_is_left_alone(books: Books, contact: Customer) -> None:
    books.person.post(at(books, contact, "/draft"))
    books.town.work()
    books.xero.control("touch", organisation="Tin Shed", do="approve", invoice=draft_of(books, contact).external_id)
    books.person.post(at(books, contact, "/draft/remove"))
    books.town.work()
    assert draft_of(books, contact).state == "made" and "worked on this draft" in shown(books, contact)


def test_a_draft_made_by_hand_is_noticed_by_the_next_sync(books: Books, contact: Customer) -> None:
    books.xero.user("draft", contact.external_id)
    books.sync()
    assert books.customer(NAME).state == "can-invite"


def test_somebody_invited_stays_invited_when_the_ledger_changes_its_mind(books: Books, contact: Customer) -> None:
    def invited() -> None:
        with writing():
            services.set_invitation_state([contact.id], "sent")

    books.inside(invited)
    books.xero.user("change", contact.external_id, fields={"EmailAddress": "", "TaxNumber": ""})
    books.sync()
    assert books.customer(NAME).state == "invited"


def test_a_search_that_misses_asks_xero_again(books: Books) -> None:
    books.xero.user("add", fields={"Name": "Brand New Bindery"})
    missed = books.page("?q=brand+new")
    assert "We looked through all 24 contacts here" in words(missed) and "Add to Xero" in missed
    ask = re.search(r'hx-post="([^"]+/ask[^"]+)"', missed)
    assert ask
    part = books.person.post(ask[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert "Brand New Bindery" in part.text and "<html" not in part.text
    whole = books.person.post(ask[1].replace("&amp;", "&"), follow_redirects=True)
    assert "Brand New Bindery" in whole.text and "<html" in whole.text


def test_asking_a_dead_xero_is_said_in_place(books: Books) -> None:
    books.xero.fail(status=503, count=9, path=CONTACTS)
    answer = books.person.post(f"{books.base}/ask?q=nobody", headers={"HX-Request": "true"})
    text = words(answer.text)
    assert answer.status_code == 200 and "Xero has a problem" in text
    assert "We don’t know whether Xero has it" in text and "Look again" in text
    assert "No such contact" not in text and "We looked through all" not in text


def add(books: Books, **form: str) -> Any:
    return books.person.post(f"{books.base}/add", form)


def test_adding_to_xero_is_prefilled_and_shows_up_at_once(books: Books) -> None:
    for typed, field in (("Wren & Co", "name"), ("hello@wren.example", "email"), ("51 824 753 556", "number")):
        html = books.person.get(f"{books.base}/add", query_string={"name": typed}).text
        assert re.search(rf'name="{field}"[^>]*value="{re.escape(typed.replace("&", "&amp;"))}"', html)
    answer = add(books, name="Wren & Co", email="Hello@Wren.example", number="51 824 753 556")
    assert answer.status_code == 303
    made = books.customer("Wren & Co")
    assert (made.email, made.number, made.state) == ("hello@wren.example", SAMPLE_ABN, "not-customer")
    assert answer.location.endswith(made.id)


def test_adding_and_inviting_in_one_go(books: Books) -> None:
    answer = add(books, name="Wren & Co", email="hello@wren.example", number=SAMPLE_ABN, then="invite")
    assert answer.status_code == 303 and books.customer("Wren & Co").state == "can-invite"
    review = books.person.get(answer.location)
    assert "Review 1 invitation" in words(review.text) and "Hello Wren & Co" in words(review.text)


def test_a_name_that_is_taken_shows_who_has_it(books: Books) -> None:
    known = books.one("can-invite")
    answer = add(books, name=known.name)
    assert answer.status_code == 303 and answer.location.endswith(known.id)
    assert "already. Here it is" in books.person.get(answer.location).text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": ""}, "Enter the name"),
        ({"name": "x" * 300}, "At most 255"),
        ({"name": "A", "email": "nope"}, "doesn’t look like an e-mail"),
        ({"name": "A", "number": "51824753565"}, "isn’t a valid ABN"),
        ({"name": "Odd <b>"}, "Xero"),
    ],
)
def test_what_can_not_be_added_keeps_what_was_typed(books: Books, form: dict[str, str], sentence: str) -> None:
    answer = add(books, **form)
    assert answer.status_code == 422 and sentence in words(answer.text)
    assert form["name"][:100].replace("<", "&lt;").replace(">", "&gt;") in answer.text


def test_adding_while_xero_is_down_loses_nothing(books: Books) -> None:
    books.xero.fail(status=503, path=CONTACTS, count=3)
    answer = add(books, name="Wren & Co", email="hello@wren.example")
    assert answer.status_code == 503 and "Xero has a problem" in words(answer.text)
    assert "Wren &amp; Co" in answer.text and "hello@wren.example" in answer.text


def test_adding_through_an_ended_connection_notes_its_end(books: Books) -> None:
    books.xero.control("disconnect")
    assert add(books, name="Wren & Co").status_code == 503
    assert books.row().state == "reconnect"


def test_archived_merged_and_unusable_contacts_of_the_demo(town: Town, owner: Person, xero: Xero) -> None:
    large = Books(town, owner, owner.connect_xero(file=LARGE), xero)
    town.work()
    assert len(large.customers()) == 801
    archived = words(large.page("?q=nursery+(old)"))
    assert "is archived in Xero" in archived and "Choose Restore" in archived
    merged = words(large.page("?q=banksia+row+bakery"))
    assert "was merged into another contact" in merged and "It lives on as Banksia Row Bakehouse" in merged
    assert large.customer("Nightcap Honey").state != "can-invite"
    assert "marram" in large.page("?q=marram").casefold() and "not a customer yet" in words(large.page("?q=marram"))
    assert "Ōtaki Orchard Co-op" in large.page("?q=otaki")
    assert "was erased" in large.person.get(f"{large.base}/{large.customer('Former Customer').id}").text
