"""MYOB's JSON becomes our records, whatever state it is in, and what nobody may keep stops here."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.records import ContactPage, RemoteContact
from link4web.providers.myob import PROVIDER, consent, filters, mapping, moments
from link4web.registers.ledger_numbers import business_number

FIXTURES = Path(__file__).parent.parent / "fixtures" / "myob"
ID = "3b9aca00-1d2c-4e5f-8a6b-00000000000"
TAX_FILE_NUMBER = "123 456 782"


def page_of(*items: Any, **more: Any) -> ContactPage:
    body = json.dumps({"Items": items, "NextPageLink": None, "Count": len(items), **more}).encode()
    return mapping.contact_page(mapping.listed(body)[0], 1, 1, len(items))


def one(**fields: Any) -> RemoteContact:
    page = page_of({"UID": f"{ID}1", "CompanyName": "Finch & Daughters", "IsIndividual": False, **fields})
    assert not page.skipped
    return page.contacts[0]


def documented() -> tuple[ContactPage, int | None, bool]:
    body = json.dumps(json.loads((FIXTURES / "customers_page.json").read_text())["answer"]).encode()
    items, count, more = mapping.listed(body)
    return mapping.contact_page(items, 1, 2, count), count, more


def test_a_documented_page_of_customers() -> None:
    page, count, more = documented()
    assert (count, more, page.is_last, page.skipped) == (1003, True, False, ())
    assert page.contacts[0] == RemoteContact(
        external_id=f"{ID}1",
        name="Banksia Row Bakehouse",
        person="Priya Nair",
        email="accounts@banksiarow.example",
        tax_number="51 824 753 556",
        is_customer=True,
        country="AU",
        place="Norwood SA",
        updated_at=datetime(2026, 11, 1, 3, 4, 5, 670000, tzinfo=UTC),
    )


def test_people_are_customers_too_and_inactive_ones_are_archived() -> None:
    _, amara, otaki = documented()[0].contacts
    assert (amara.name, amara.person, amara.email, amara.updated_at) == ("Amara Okafor", "Amara Okafor", "", None)
    assert (otaki.status, otaki.country, otaki.place) == ("archived", "NZ", "Ōtaki")
    number = business_number(otaki, "NZ")
    assert number is not None
    assert number.digits == "9429041561928"
    assert all(contact.is_customer for contact in documented()[0].contacts)


def test_what_belongs_to_nobody_else_stays_out_of_our_records() -> None:
    kept = repr(documented()[0])
    for secret in ("123 456 782", "123456782", "999999", "900000001", "5555"):
        assert secret not in kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("51 824 753 556", "51 824 753 556"),
        ("51824753556001", "51824753556001"),
        (51824753556, "51824753556"),
        ("12 345 67", "12 345 67"),
        (TAX_FILE_NUMBER, ""),
        ("TFN: 123456782", ""),
        (12345678, ""),
        ("49-091-850", ""),
        ("51824753556 and 123456782", ""),
    ],
)
def test_a_tax_file_number_in_a_field_for_a_business_number(written: Any, kept: str) -> None:
    both = {"ABN": written, "TaxIdNumber": written}
    contact = one(SellingDetails=both)
    assert (contact.tax_number, contact.company_number) == (kept, kept)


def test_the_email_address_is_the_billing_one_or_else_the_next() -> None:
    other = {"Location": 3, "Email": " c@finch.example\n"}
    assert one(Addresses=[other, {"Location": 1, "Email": "a@finch.example"}]).email == "a@finch.example"
    assert one(Addresses=[other, {"Location": 1, "Email": None}]).email == "c@finch.example"
    assert one(Addresses=[{"Location": 1, "Email": "a" * 250 + "@long.example"}]).email == ""


@pytest.mark.parametrize(
    ("broken", "external_id"),
    [
        ({"CompanyName": "No id"}, ""),
        ({"UID": "../Invoices", "CompanyName": "Not an id"}, ""),
        ({"UID": "00000000-0000-0000-0000-000000000000", "CompanyName": "None"}, ""),
        ({"UID": f"{ID}2", "IsIndividual": True}, f"{ID}2"),
        ({"UID": f"{ID}2", "CompanyName": "Ann", "Addresses": "none"}, f"{ID}2"),
        (17, ""),
        (None, ""),
    ],
)
def test_one_customer_that_cannot_be_read_is_skipped_alone(broken: object, external_id: str) -> None:
    good = {"UID": f"{ID}1", "CompanyName": "Good"}
    page = page_of(good, broken, {**good, "UID": f"{ID}3"})
    assert [c.external_id for c in page.contacts] == [f"{ID}1", f"{ID}3"]
    assert [s.external_id for s in page.skipped] == [external_id]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        st.lists,
    )
)
def test_no_value_in_any_field_loses_the_page(junk: Any) -> None:
    good = {"UID": f"{ID}1", "CompanyName": "Good"}
    for field in ("CompanyName", "IsIndividual", "Addresses", "SellingDetails", "IsActive", "LastModified"):
        page = page_of({**good, field: junk}, {**good, "UID": f"{ID}2"})
        assert len(page.contacts) + len(page.skipped) == 2
        assert page.contacts[-1].external_id == f"{ID}2"


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b"null", b'{"Items":', b'{"Count": 3}', b"\xff"])
def test_an_answer_that_is_no_list_is_tried_again(body: bytes) -> None:
    with pytest.raises(TryAgainLater) as caught:
        mapping.listed(body)
    assert caught.value.code == "MYOB-GARBLED"


def organisation_of(file: dict[str, Any], company: dict[str, Any]) -> Any:
    return mapping.organisation(json.dumps({"CompanyFile": file}).encode(), json.dumps(company).encode())


@pytest.mark.parametrize(
    ("country", "company", "numbers"),
    [
        ("AU", {"ABNOrTFN": "51 824 753 556"}, ("51824753556",)),
        ("AU", {"ABNOrTFN": TAX_FILE_NUMBER}, ()),
        (
            "NZ",
            {"GSTRegistrationNumber": "49-091-850", "CompanyRegistrationNumber": "9429041561928"},
            ("9429041561928",),
        ),
        ("NZ", {"CompanyRegistrationNumber": "1234567"}, ()),
    ],
)
def test_the_own_number_is_a_business_number_or_none(country: str, company: dict[str, Any], numbers: Any) -> None:
    found = organisation_of({"Name": "Kererū Kitchens", "Country": country}, {"CompanyName": "KK Ltd", **company})
    assert (found.name, found.legal_name, found.country) == ("Kererū Kitchens", "KK Ltd", country)
    assert found.number_candidates == numbers
    assert "782" not in repr(found)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-01T03:04:05.67", datetime(2026, 11, 1, 3, 4, 5, 670000, tzinfo=UTC)),
        ("2026-11-01T03:04:05", datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("2026-13-01T03:04:05", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments(written: str, moment: datetime | None) -> None:
    assert moments.moment(written) == moment


def test_a_filter_begins_a_little_early_rather_than_late() -> None:
    sydney = timezone(timedelta(hours=11))
    since = datetime(2026, 11, 22, 10, 0, 5, 999999, tzinfo=sydney)
    assert filters.modified_since(since) == "LastModified gt datetime'2026-11-21T23:00:05'"


def test_quotes_in_a_filter_are_doubled() -> None:
    assert filters.named("O'Hara") == "CompanyName eq 'O''Hara'"
    assert "substringof('O''Hara',CompanyName)" in filters.found_by("O'Hara")


def test_the_clock_in_doubt_has_its_overlap_and_the_shared_key_its_rate() -> None:
    assert PROVIDER.overlap >= timedelta(minutes=15)
    assert PROVIDER.rate.is_shared
    assert timedelta(seconds=1) / PROVIDER.rate.interval <= 8 * 0.9
    assert PROVIDER.rate.per_day is not None
    assert PROVIDER.rate.per_day <= 900_000


def test_every_trouble_on_the_way_has_its_own_sentence() -> None:
    words = list(consent.WORDS.values())
    assert len(set(words)) == len(words)
    assert "administrator" in consent.WORDS["declined"][1]
    login = consent.WORDS["MYOB-FILE-LOGIN"][1]
    assert "two logins" in login
    assert "never ask for it" in login
    assert any("user name and password" in permission.never for permission in PROVIDER.permissions)
