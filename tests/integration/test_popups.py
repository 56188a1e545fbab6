"""The number and e-mail pop-ups, with the register and Xero behaving well and badly."""

import re
from typing import Any

import pytest
import requests
from werkzeug.test import TestResponse

from link4web.customers.models import Customer
from tests.ledger import CONTACTS, Books, Xero, books, simulators, words, xero
from tests.people import Person, Town

__all__ = ["books", "simulators", "xero"]
HX = {"HX-Request": "true"}
# sample numbers: they satisfy the checksum and are known to the simulated register
JOINERY, CANCELLED, CAFE = "86151956832", "32136694672", "42649931524"
UNKNOWN = "33102417032"  # satisfies the checksum, unknown to the simulated register
NZBN = "9429041561928"


def joinery(books: Books, **fields: Any) -> Customer:
    """A customer without a number whose name the register knows."""
    named = {"Name": "Dry Creek Joinery", "EmailAddress": "accounts@drycreek.example", **fields}
    made = books.xero.user("add", fields=named)
    books.xero.user("draft", made["ContactID"])
    books.sync()
    return books.customer("Dry Creek Joinery")


def number(books: Books, customer: Customer, typed: str, query: str = "", **more: str) -> TestResponse:
    return books.person.post(f"{books.base}/{customer.id}/abn{query}", {"number": typed, **more})


def email(books: Books, customer: Customer, typed: str, **more: str) -> TestResponse:
    return books.person.post(f"{books.base}/{customer.id}/email", {"email": typed, **more})


def fail_register(books: Books, **fault: Any) -> None:
    root = books.town.simulators.base_url
    requests.post(f"{root}/abr/_control/fail", json=fault, timeout=5).raise_for_status()


def in_xero(books: Books, customer: Customer) -> dict[str, Any]:
    return books.xero.user("change", customer.external_id, fields={})


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the ABN: 11 digits"),
        ("51 824 753", "An ABN has 11 digits; you typed 8"),
        ("5182475355x", "Only digits, please"),
        ("51 824 753 565", "isn’t a valid ABN"),
        ("004 085 616", "looks like an ACN"),
        (NZBN, "looks like an NZBN"),
        ("9" * 5000, "That is too long"),
    ],
)
def test_each_mistake_has_its_sentence(books: Books, typed: str, sentence: str) -> None:
    answer = number(books, books.one("needs-number"), typed)
    assert answer.status_code == 422
    assert sentence in words(answer.text) or "At most 100 characters" in words(answer.text)


def test_the_registers_name_confirms(books: Books) -> None:
    customer = joinery(books)
    answer = number(books, customer, " 86-151.956 832 ")
    assert answer.status_code == 303
    kept = books.customer(customer.name)
    assert (kept.number, kept.number_origin, kept.number_status) == (JOINERY, "typed", "active")
    assert kept.register_name == "DRY CREEK JOINERY PTY LTD" and kept.state == "can-invite"
    assert "in the register as DRY CREEK JOINERY PTY LTD" in words(books.person.get(f"{books.base}/{kept.id}").text)


@pytest.mark.parametrize(
    ("typed", "doubt"),
    [(CAFE, "The register has “"), (CANCELLED, "was cancelled"), (UNKNOWN, "doesn’t know this number")],
)
def test_a_doubt_is_said_and_saving_again_keeps_the_number(books: Books, typed: str, doubt: str) -> None:
    customer = joinery(books)
    first = number(books, customer, typed)
    assert first.status_code == 422 and doubt in words(first.text)
    assert books.customer(customer.name).number == ""
    sure = re.search(r'name="sure"[^>]*value="(\d+)"', first.text)
    assert sure and sure[1] == typed
    other = number(books, customer, JOINERY, sure=typed)
    assert other.status_code == 303, "a number that fits needs no second press"
    assert number(books, customer, typed, sure=typed).status_code == 303
    assert books.customer(customer.name).number == typed


def test_a_number_that_another_customer_has_is_a_doubt_and_both_pages_say_so(books: Books) -> None:
    first, second = joinery(books), joinery(books, Name="Dry Creek Joinery Geelong")
    assert number(books, first, JOINERY).status_code == 303
    second = books.customer("Dry Creek Joinery Geelong")
    doubted = number(books, second, JOINERY)
    assert doubted.status_code == 422 and "“Dry Creek Joinery” has this ABN, too" in words(doubted.text)
    assert number(books, second, JOINERY, sure=JOINERY).status_code == 303, "branches may share one"
    shown = books.person.get(f"{books.base}/{first.id}")
    assert "Same ABN “Dry Creek Joinery Geelong” branches of one business may share it" in words(shown.text)
    listed = words(books.person.get(f"{books.base}?q={JOINERY}").text)
    assert "Dry Creek Joinery Geelong" in listed


@pytest.mark.parametrize("fault", [{"status": 503}, {"kind": "reset"}, {"kind": "html"}, {"kind": "half"}])
def test_with_the_register_down_the_number_is_kept_unchecked(books: Books, fault: dict[str, Any]) -> None:
    customer = books.one("needs-number")
    fail_register(books, count=6, **fault)
    shown = books.person.get(f"{books.base}/{customer.id}/abn")
    assert shown.status_code == 200 and "register doesn’t answer" in words(shown.text)
    assert number(books, customer, JOINERY).status_code == 303
    kept = books.customer(customer.name)
    assert (kept.number, kept.number_status) == (JOINERY, "unchecked")


def test_suggestions_by_name_and_use(books: Books) -> None:
    customer = joinery(books)
    shown = books.person.get(f"{books.base}/{customer.id}/abn")
    offered = re.findall(r'name="use" value="(\d+)"', shown.text)
    assert offered[0] == JOINERY and CANCELLED in offered
    assert number(books, customer, "", use=JOINERY).status_code == 303
    kept = books.customer(customer.name)
    assert (kept.number, kept.number_origin) == (JOINERY, "register")


def test_swapped_digits_lead_to_the_likely_one(books: Books) -> None:
    customer = joinery(books)
    answer = number(books, customer, "86151956823")
    assert answer.status_code == 422 and "swapped" in words(answer.text)


def test_use_of_a_made_up_number_is_not_called_the_registers(books: Books) -> None:
    customer = joinery(books)
    assert number(books, customer, "", use="junk").status_code == 422
    number(books, customer, "", use=UNKNOWN)
    assert books.customer(customer.name).number_origin == "typed"


def test_new_zealand_customers_are_asked_for_their_nzbn(books: Books) -> None:
    where = [{"AddressType": "STREET", "City": "Levin", "Country": "New Zealand"}]
    customer = joinery(books, Addresses=where)
    shown = words(books.person.get(f"{books.base}/{customer.id}/abn").text)
    assert "New Zealand Business Number (NZBN)" in shown
    assert "looks like an ABN" in words(number(books, customer, JOINERY).text)
    assert number(books, customer, NZBN).status_code == 303
    kept = books.customer(customer.name)
    assert (kept.number_scheme, kept.number, kept.state) == ("NZBN", NZBN, "can-invite")


def waiting(books: Books) -> list[Customer]:
    rows = [row for row in books.customers().values() if row.state == "needs-number"]
    return sorted(rows, key=lambda row: (row.name_key.encode(), row.id))


def test_save_and_go_to_next_without_scripts(books: Books) -> None:
    first, second, *_ = waiting(books)
    answer = number(books, first, JOINERY, "?queue=needs-number", sure=JOINERY, then="next")
    assert answer.status_code == 303
    assert answer.location.endswith(f"{second.id}/abn?queue=needs-number")
    assert f"ABN saved for {first.name}".replace("&", "&amp;") in books.person.get(answer.location).text


def test_save_and_go_to_next_in_the_dialog(books: Books) -> None:
    first, second, *rest = waiting(books)
    form = {"number": JOINERY, "sure": JOINERY, "then": "next"}
    answer = books.person.post(f"{books.base}/{first.id}/abn", form, headers=HX)
    assert answer.status_code == 200 and "<html" not in answer.text
    assert f'data-row="c-{second.id}"' in answer.text and f'id="c-{first.id}"' in answer.text
    assert "ABN saved for" in words(answer.text)
    assert 'id="queues"' in answer.text
    assert len(waiting(books)) == 1 + len(rest)


def test_the_last_one_closes_the_dialog(books: Books) -> None:
    *others, last = waiting(books)
    for customer in others:
        number(books, customer, JOINERY, sure=JOINERY)
    form = {"number": JOINERY, "sure": JOINERY, "then": "next"}
    answer = books.person.post(f"{books.base}/{last.id}/abn", form, headers=HX)
    assert "number-form" not in answer.text and not waiting(books)


def test_saving_in_the_dialog_leaves_queue_and_tick_as_they_are(books: Books) -> None:
    queue = f"{books.base}?queue=needs-number"
    customer = books.one("needs-number")
    books.person.post(f"{books.base}/selection?queue=needs-number", {"shown": customer.id, "id": [customer.id]})
    answer = books.person.post(
        f"{books.base}/{customer.id}/abn",
        {"number": JOINERY, "sure": JOINERY},
        headers=HX | {"HX-Current-URL": f"http://localhost{queue}"},
    ).text
    assert re.search(r'href="[^"]+queue=needs-number" aria-current="page"', answer)
    assert re.search(rf'value="{customer.id}"[^>]* checked', answer)
    assert re.search(r'<section class="band" id="todo"[^>]*></section>', answer)


def test_saving_in_the_dialog_of_the_customers_page_shows_that_page_again(books: Books) -> None:
    customer = joinery(books)
    here = f"{books.base}/{customer.id}"
    for then in ("", "next"):
        answer = books.person.post(
            f"{here}/abn", {"number": JOINERY, "then": then}, headers=HX | {"HX-Current-URL": f"http://localhost{here}"}
        )
        assert answer.headers["HX-Redirect"].startswith(f"{books.base}/") and not answer.text
    assert "ABN saved for Dry Creek Joinery" in words(books.person.get(here).text)


def test_saving_in_xero_too_is_off_until_allowed_once(books: Books) -> None:
    customer = joinery(books)
    tick = re.compile(r'name="write"[^>]* checked|checked[^>]* name="write"')
    assert not tick.search(books.person.get(f"{books.base}/{customer.id}/abn").text)
    before = in_xero(books, customer)
    number(books, customer, JOINERY, write="y")
    books.town.work()
    after = in_xero(books, customer)
    changed = {name for name in after if after[name] != before.get(name)} - {"UpdatedDateUTC"}
    assert changed == {"TaxNumber"} and after["TaxNumber"] == JOINERY
    kept = books.customer(customer.name)
    assert (kept.ledger_number, kept.number_origin) == (JOINERY, "typed")
    assert tick.search(books.person.get(f"{books.base}/{customer.id}/email").text)


def test_both_values_are_shown_where_xero_has_another_one(books: Books) -> None:
    customer = joinery(books, TaxNumber="51 824 753 565")
    answer = number(books, customer, CAFE)
    assert "Xero has 51 824 753 565" in words(answer.text) and "42 649 931 524" in words(answer.text)
    number(books, customer, CAFE, sure=CAFE, write="y")
    books.town.work()
    assert in_xero(books, customer)["TaxNumber"] == CAFE


def test_what_was_changed_in_xero_meanwhile_is_not_written_over(books: Books) -> None:
    customer = joinery(books)
    books.xero.user("change", customer.external_id, fields={"TaxNumber": CAFE})
    number(books, customer, JOINERY, write="y")
    books.town.work()
    assert in_xero(books, customer)["TaxNumber"] == CAFE
    shown = words(books.person.get(f"{books.base}/{customer.id}").text)
    assert "could not be written to Xero" in shown and "changed in Xero since" in shown
    assert "Xero has “42649931524”" in shown and "86 151 956 832" in shown


def test_xero_down_is_tried_again_and_a_failure_is_shown(books: Books) -> None:
    customer = joinery(books)
    books.xero.fail(path=CONTACTS, status=503, count=2)
    number(books, customer, JOINERY, write="y")
    books.town.work()
    for _ in range(4):
        books.town.later(minutes=2)
        books.town.work()
    assert in_xero(books, customer)["TaxNumber"] == JOINERY
    books.person.sign_in()
    books.xero.fail(path=CONTACTS, status=400, count=9, body='{"ErrorNumber": 10, "Message": "Odd day"}')
    email(books, customer, "new@drycreek.example", write="y")
    books.town.work()
    assert "could not be written to Xero" in words(books.person.get(f"{books.base}/{customer.id}").text)


def test_a_value_typed_while_the_old_one_is_written_goes_out_too(books: Books) -> None:
    customer = joinery(books)
    email(books, customer, "first@drycreek.example", write="y")
    email(books, customer, "second@drycreek.example", write="y")
    books.town.work()
    assert in_xero(books, customer)["EmailAddress"] == "second@drycreek.example"


def test_without_a_connection_it_is_saved_here_only(books: Books) -> None:
    customer = books.one("needs-number")
    books.person.post(f"/xero/{books.connection}/disconnect")
    answer = number(books, customer, JOINERY, sure=JOINERY, write="y")
    assert "saved here only" in books.person.get(answer.location).text


@pytest.mark.parametrize("typed", ["", "no at", "a@b", "a@@b.example", "x" * 300 + "@b.example", "a\r\nb@c.example"])
def test_a_bad_address_is_refused(books: Books, typed: str) -> None:
    customer = books.one("can-invite")
    assert email(books, customer, typed).status_code == 422
    assert books.customer(customer.name).email == customer.email


def test_an_address_brings_somebody_forward(books: Books) -> None:
    made = books.xero.user("add", fields={"Name": "Mute Motors", "TaxNumber": JOINERY})
    books.xero.user("draft", made["ContactID"])
    books.sync()
    customer = books.customer("Mute Motors")
    assert customer.state == "needs-email"
    assert email(books, customer, "Hello@Mute.Example").status_code == 303
    kept = books.customer("Mute Motors")
    assert (kept.email, kept.state) == ("hello@mute.example", "can-invite")


def test_the_same_form_twice_has_one_effect(books: Books) -> None:
    customer = joinery(books)
    for _ in range(2):
        assert number(books, customer, JOINERY, write="y").status_code == 303
    books.town.work()
    assert in_xero(books, customer)["TaxNumber"] == JOINERY


def test_a_stranger_can_not_type_here(books: Books, stranger: Person, town: Town, xero: Xero) -> None:
    customer = books.one("needs-number")
    for tail in ("abn", "email"):
        answer = stranger.post(f"{books.base}/{customer.id}/{tail}", {"number": JOINERY, "email": "a@b.example"})
        assert answer.status_code == 404
    assert books.customer(customer.name).number == ""
