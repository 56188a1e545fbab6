"""Xero's JSON becomes our records, whatever state it is in."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.records import RemoteContact
from link4web.providers.base.text import clean
from link4web.providers.xero import dates, mapping, timezones
from link4web.registers.ledger_numbers import business_number
from link4web.registers.numbers import BusinessNumber

FIXTURES = Path(__file__).parent.parent / "fixtures" / "xero"
ID = "3b9aca00-1d2c-4e5f-8a6b-00000000000"


def fixture(name: str, part: str = "answer") -> bytes:
    return json.dumps(json.loads((FIXTURES / name).read_text())[part]).encode()


def page_of(*contacts: Any, **more: Any) -> bytes:
    return json.dumps({"Contacts": contacts, **more}).encode()


def one(**fields: Any) -> RemoteContact:
    page = mapping.contact_page(page_of({"ContactID": f"{ID}1", "Name": "Finch & Daughters", **fields}), 1)
    assert not page.skipped
    return page.contacts[0]


def test_a_documented_page_of_contacts() -> None:
    page = mapping.contact_page(fixture("contacts_page.json"), 1)
    assert (page.page, page.page_count, page.item_count, page.is_last, page.skipped) == (1, 2, 1004, False, ())
    assert page.contacts[0] == RemoteContact(
        external_id=f"{ID}1",
        name="Banksia Row Bakehouse",
        person="Priya Nair",
        email="accounts@banksiarow.example",
        tax_number="51 824-753 556",
        is_customer=True,
        country="AU",
        place="Norwood SA",
        updated_at=datetime(2017, 8, 21, 20, 49, 4, 227000, tzinfo=UTC),
    )


def test_kinds_that_are_not_as_documented_are_understood() -> None:
    otaki = mapping.contact_page(fixture("contacts_page.json"), 1).contacts[1]
    assert (otaki.tax_number, otaki.is_customer, otaki.country, otaki.email) == ("123456789", True, "NZ", "")
    assert otaki.updated_at == datetime(1969, 12, 31, tzinfo=UTC)


def test_statuses() -> None:
    contacts = mapping.contact_page(fixture("contacts_page.json"), 1).contacts
    assert [c.status for c in contacts] == ["active", "active", "archived", "merged", "erased"]
    assert contacts[3].merged_into == f"{ID}1"
    assert one(ContactStatus="SOMETHINGNEW").status == "archived"
    assert one(MergedToContactID="00000000-0000-0000-0000-000000000000").status == "active"


@pytest.mark.parametrize(
    ("broken", "external_id"),
    [
        ({"Name": "No id"}, ""),
        ({"ContactID": "../Invoices", "Name": "Not an id"}, ""),
        ({"ContactID": f"{ID}2"}, f"{ID}2"),
        ({"ContactID": f"{ID}2", "Name": "\u202e \u0000"}, f"{ID}2"),
        ({"ContactID": f"{ID}2", "Name": {"first": "Ann"}}, f"{ID}2"),
        ({"ContactID": f"{ID}2", "Name": "Ann", "Addresses": "none"}, f"{ID}2"),
        (17, ""),
        (None, ""),
    ],
)
def test_one_contact_that_cannot_be_read_is_skipped_alone(broken: object, external_id: str) -> None:
    good = {"ContactID": f"{ID}1", "Name": "Good"}
    page = mapping.contact_page(page_of(good, broken, {**good, "ContactID": f"{ID}3"}), 1)
    assert [c.external_id for c in page.contacts] == [f"{ID}1", f"{ID}3"]
    assert [s.external_id for s in page.skipped] == [external_id]


def test_bytes_that_are_not_utf8_cost_one_contact_only() -> None:
    body = page_of({"ContactID": f"{ID}1", "Name": "Good"}, {"ContactID": f"{ID}2", "Name": "Caf?"})
    page = mapping.contact_page(body.replace(b"?", b"\xe9"), 1)
    assert [c.name for c in page.contacts] == ["Good"]
    assert len(page.skipped) == 1


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b"null", b'{"Contacts":', b'{"Status":"OK"}', b"\xff"])
def test_an_answer_that_is_no_list_of_contacts_is_tried_again(body: bytes) -> None:
    with pytest.raises(TryAgainLater) as caught:
        mapping.contact_page(body, 1)
    assert caught.value.code == "XERO-GARBLED"


def test_counts_as_texts_are_numbers_and_nonsense_is_none() -> None:
    good = {"ContactID": f"{ID}1", "Name": "Good"}
    assert mapping.contact_page(page_of(good, pagination={"pageCount": "3", "itemCount": "9"}), 1).page_count == 3
    assert mapping.contact_page(page_of(good, pagination={"pageCount": []}), 1).page_count is None
    assert mapping.contact_page(page_of(good, pagination=[]), 1).contacts[0].name == "Good"


def test_a_short_page_is_not_the_last_one_but_an_empty_one_is() -> None:
    good = {"ContactID": f"{ID}1", "Name": "Good"}
    assert not mapping.contact_page(page_of(good), 1).is_last
    assert not mapping.contact_page(page_of({}), 1).is_last
    assert mapping.contact_page(page_of(), 4).is_last
    assert mapping.contact_page(page_of(good, pagination={"pageCount": 4}), 4).is_last


def test_names_are_cleaned_and_cut() -> None:
    assert one(Name="  Two\r\nlines\u0000 \u202eof\u2028name ").name == "Two lines of name"
    assert len(one(Name="x" * 9000).name) == 255
    assert one(Name="Hinemoa’s Kererū 🥝").name == "Hinemoa’s Kererū 🥝"


def test_an_email_address_that_is_too_long_is_none_rather_than_another() -> None:
    assert one(EmailAddress="a" * 250 + "@long.example").email == ""
    assert one(EmailAddress=" pay@finch.example\n").email == "pay@finch.example"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        st.lists,
    )
)
def test_no_value_in_any_field_loses_the_page(junk: Any) -> None:
    good = {"ContactID": f"{ID}1", "Name": "Good"}
    for field in ("Name", "TaxNumber", "Addresses", "IsCustomer", "UpdatedDateUTC", "MergedToContactID"):
        page = mapping.contact_page(page_of({**good, field: junk}, {**good, "ContactID": f"{ID}2"}), 1)
        assert len(page.contacts) + len(page.skipped) == 2
        assert page.contacts[-1].external_id == f"{ID}2"


def test_an_australian_tax_file_number_goes_no_further() -> None:
    organisation = mapping.organisation(fixture("organisations.json", "au"))
    assert organisation.number_candidates == ("51824753556",)
    assert "123" not in repr(organisation)
    assert (organisation.country, organisation.short_code) == ("AU", "!23eYt")
    assert organisation.timezone == "Australia/Sydney"


def test_a_new_zealand_organisation_offers_its_nzbn_not_its_gst_number() -> None:
    organisation = mapping.organisation(fixture("organisations.json", "nz"))
    assert (organisation.name, organisation.number_candidates) == ("Kererū Kitchens", ("9429041561928",))


def test_time_zones_have_names_that_the_system_knows() -> None:
    assert all(ZoneInfo(name) for name in timezones._IANA.values())
    assert timezones.iana("MOROCCOSTANDARDTIME") == ""


@pytest.mark.parametrize("body", [b'{"Organisations":[]}', b"{}", b"oops"])
def test_no_organisation_in_the_answer(body: bytes) -> None:
    with pytest.raises(TryAgainLater):
        mapping.organisation(body)


def test_only_organisations_are_ledger_files() -> None:
    files = mapping.ledger_files(fixture("connections.json"))
    assert [(f.name, f.file_id[-2:], f.remote_connection_id[-1]) for f in files] == [
        ("Wattle & Wharf Coffee", "a1", "1"),
        ("", "a3", "3"),
    ]


def test_whom_sales_documents_are_for() -> None:
    listed, page_count = mapping.documents(fixture("invoices_page.json"))
    assert page_count == 1
    assert mapping.contact_ids(listed) == {f"{ID}1", f"{ID}2"}


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("/Date(1503348544227+0000)/", datetime(2017, 8, 21, 20, 49, 4, 227000, tzinfo=UTC)),
        ("/Date(1503348544227+1300)/", datetime(2017, 8, 21, 20, 49, 4, 227000, tzinfo=UTC)),
        ("/Date(0)/", datetime(1970, 1, 1, tzinfo=UTC)),
        ("/Date(-1)/", datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
        ("/Date(999999999999999)/", None),
        ("2019-12-07T18:46:19.5165400", datetime(2019, 12, 7, 18, 46, 19, 516540, tzinfo=UTC)),
        ("2019-12-07T18:46:19Z", datetime(2019, 12, 7, 18, 46, 19, tzinfo=UTC)),
        ("2019-13-07T18:46:19", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments(written: str, moment: datetime | None) -> None:
    assert dates.moment(written) == moment


def test_modified_since_is_rounded_down_and_in_utc() -> None:
    sydney = timezone(timedelta(hours=11))
    assert dates.header(datetime(2026, 11, 22, 10, 0, 5, 999999, tzinfo=sydney)) == "2026-11-21T23:00:05"


@given(st.text())
def test_cleaned_text_is_one_printable_line(text: str) -> None:
    cleaned = clean(text, 50)
    assert len(cleaned) <= 50
    assert cleaned == cleaned.strip()
    assert not any(ord(c) < 32 or c in "\u007f\u2028\u202e" for c in cleaned)


@pytest.mark.parametrize(
    ("tax", "company", "address", "country", "expected"),
    [
        ("51 824 753 556", "", "", "AU", BusinessNumber("ABN", "51824753556")),
        ("", "51824753556", "", "AU", BusinessNumber("ABN", "51824753556")),
        ("049091850", "9429041561928", "", "NZ", BusinessNumber("NZBN", "9429041561928")),
        ("9429041561928", "", "", "NZ", BusinessNumber("NZBN", "9429041561928")),
        # across the Tasman: the contact's own address decides, else the organisation's country
        ("51824753556", "9429041561928", "NZ", "AU", BusinessNumber("NZBN", "9429041561928")),
        ("51824753556", "9429041561928", "", "AU", BusinessNumber("ABN", "51824753556")),
        ("51824753556", "", "", "NZ", BusinessNumber("ABN", "51824753556")),
        ("51824753557", "12-345-678", "", "AU", None),
        ("", "", "", None, None),
    ],
)
def test_which_number_a_contact_has(
    tax: str, company: str, address: str, country: Any, expected: BusinessNumber | None
) -> None:
    contact = RemoteContact(external_id="x", name="y", tax_number=tax, company_number=company, country=address)
    assert business_number(contact, country) == expected
