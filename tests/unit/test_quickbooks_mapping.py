"""QuickBooks' JSON becomes our records, whatever state it is in, and statements hold what they are given."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.records import RemoteContact, Skipped
from link4web.providers.quickbooks import emails, mapping, query, shapes, writing
from tests.contract.simulator_fixtures import judges

FIXTURE = json.loads((Path(__file__).parent.parent / "fixtures" / "quickbooks" / "customers_page.json").read_text())
GOOD = {"Id": "1", "DisplayName": "Finch & Daughters", "Active": True}


def fixture(part: str = "answer") -> bytes:
    return json.dumps(FIXTURE[part]).encode()


def answer(*customers: Any) -> bytes:
    return json.dumps({"QueryResponse": {"Customer": customers}}).encode()


def one(**fields: Any) -> RemoteContact:
    [found] = mapping.found(answer({**GOOD, **fields}))
    assert isinstance(found, RemoteContact)
    return found


def test_a_documented_customer() -> None:
    assert mapping.found(fixture())[0] == RemoteContact(
        external_id="2",
        name="Windsurf & Sons",
        person="Priya Nair",
        email="accounts@windsurf.example",
        number_ending="53556",
        is_customer=True,
        country="AU",
        place="Geelong VIC",
        updated_at=datetime(2014, 9, 18, 19, 56, 1, tzinfo=UTC),
    )


def test_inactive_ones_lose_the_mark_on_their_name_and_others_keep_theirs() -> None:
    contacts = mapping.contacts(mapping.found(fixture()))
    assert [(contact.name, contact.status) for contact in contacts[1:]] == [
        ("Old Mill Café", "archived"),
        ("Second Old Mill", "archived"),
        ("Band (deleted)", "active"),
    ]


def test_a_sub_customer_is_left_to_its_parent() -> None:
    [skipped] = [found for found in mapping.found(fixture()) if isinstance(found, Skipped)]
    assert skipped.external_id == "5"
    assert "Windsurf & Sons" in skipped.reason
    assert "Kiosk" in skipped.reason
    long = {**GOOD, "DisplayName": "k" * 400, "Job": True, "FullyQualifiedName": "x" * 480 + ":Kiosk"}
    [cut] = mapping.found(answer(long))
    assert isinstance(cut, Skipped)
    assert len(cut.reason) <= 300


@pytest.mark.parametrize(
    ("written", "ending"),
    [
        ("XXXXXX53556", "53556"),
        ("51824753556", "53556"),
        ("XXXXXXXXX3 556", "3556"),
        ("XXXXX-LTD-", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_no_more_of_a_number_than_its_end_gets_through(written: str | None, ending: str) -> None:
    contact = one(PrimaryTaxIdentifier=written)
    assert (contact.number_ending, contact.tax_number, contact.company_number) == (ending, "", "")


def test_changes_and_those_who_are_gone() -> None:
    told = mapping.changed(fixture("changes"))
    assert [customer.external_id for customer in told.customers] == ["2"]
    assert (told.gone, told.held) == (["39"], 2)
    assert mapping.changed(b'{"CDCResponse":[{"QueryResponse":[{}]}]}') == ([], [], 0)
    left = {"domain": "QBO", "status": "Deleted", "Id": "39"}
    broken = {"CDCResponse": [{"QueryResponse": [{"Customer": [{**GOOD, "BillAddr": 3}, left, GOOD]}]}]}
    told = mapping.changed(json.dumps(broken).encode())
    assert [type(customer) for customer in told.customers] == [Skipped, RemoteContact]
    assert (told.gone, told.held) == (["39"], 3)


def test_the_company_has_no_number_to_offer() -> None:
    found = mapping.organisation(fixture("company"))
    assert (found.name, found.legal_name, found.country) == ("Bluegum Pantry", "Bluegum Pantry Pty Ltd", "AU")
    assert (found.number_candidates, found.timezone) == ((), "")


def test_nothing_found_and_counts() -> None:
    assert mapping.found(b'{"QueryResponse":{},"time":"2026"}') == []
    assert mapping.total(b'{"QueryResponse":{"totalCount":123}}') == 123


@pytest.mark.parametrize(
    "body", [b"", b"<IntuitResponse/>", b"[]", b"null", b'{"QueryResponse":', b'{"time":"x"}', b"\xff", b"OK"]
)
def test_an_answer_that_is_none_is_tried_again(body: bytes) -> None:
    for read in (mapping.found, mapping.changed, mapping.total, mapping.one, mapping.organisation):
        with pytest.raises(TryAgainLater) as caught:
            read(body)
        assert caught.value.code == "QBO-GARBLED"


@pytest.mark.parametrize(
    ("broken", "external_id"),
    [
        ({"DisplayName": "No id"}, ""),
        ({"Id": "../invoice", "DisplayName": "Not an id"}, ""),
        ({"Id": "7"}, "7"),
        ({"Id": "7", "DisplayName": "\u202e \u0000"}, "7"),
        ({"Id": "7", "DisplayName": {"first": "Ann"}}, "7"),
        ({"Id": "7", "DisplayName": "Ann", "PrimaryEmailAddr": "a@b.example"}, "7"),
        (17, ""),
        (None, ""),
    ],
)
def test_one_customer_that_cannot_be_read_is_skipped_alone(broken: object, external_id: str) -> None:
    found = mapping.found(answer(GOOD, broken, {**GOOD, "Id": "3"}))
    assert [type(customer) for customer in found] == [RemoteContact, Skipped, RemoteContact]
    assert found[1].external_id == external_id


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        st.lists,
    )
)
def test_no_value_in_any_field_loses_the_page(junk: Any) -> None:
    for field in ("DisplayName", "PrimaryTaxIdentifier", "BillAddr", "Active", "Job", "MetaData", "PrimaryEmailAddr"):
        found = mapping.found(answer({**GOOD, field: junk}, {**GOOD, "Id": "2"}))
        assert [customer.external_id for customer in found] == ["1", "2"]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2014-09-18T12:56:01-07:00", datetime(2014, 9, 18, 19, 56, 1, tzinfo=UTC)),
        ("2026-10-05T14:42:19-0700", datetime(2026, 10, 5, 21, 42, 19, tzinfo=UTC)),
        ("2026-09-08T20:52:31.657Z", datetime(2026, 9, 8, 20, 52, 31, 657000, tzinfo=UTC)),
        ("2026-09-08T20:52:31", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("yesterday", None),
    ],
)
def test_moments(written: str, moment: datetime | None) -> None:
    assert one(MetaData={"LastUpdatedTime": written}).updated_at == moment


@pytest.mark.parametrize(
    ("field", "first"),
    [
        ("pay@finch.example", "pay@finch.example"),
        (" a@finch.example ,b@finch.example", "a@finch.example"),
        ("call first; b@finch.example", "b@finch.example"),
        ("no address", "no address"),
        (" , ;", ""),
        ("", ""),
        ("a" * 300 + "@finch.example, b@finch.example", "b@finch.example"),
    ],
)
def test_the_first_address_that_is_one(field: str, first: str) -> None:
    assert emails.first(field) == first


@pytest.mark.parametrize(
    ("field", "whole"),
    [
        ("", "new@finch.example"),
        ("old@finch.example", "new@finch.example"),
        ("old@finch.example, books@finch.example", "new@finch.example, books@finch.example"),
        ("old@finch.example;NEW@finch.example", "new@finch.example"),
        ("call first, old@finch.example", "new@finch.example, call first"),
    ],
)
def test_a_new_address_takes_the_place_of_the_first_only(field: str, whole: str) -> None:
    assert emails.with_first(field, "new@finch.example") == whole


@given(st.text())
def test_no_text_ends_its_own_quotation(text: str) -> None:
    """Read back as the language reads it: a backslash takes the next character as it is."""
    inside, place, read = query.quoted(text)[1:-1], 0, ""
    while place < len(inside):
        assert inside[place] != "'"
        place += inside[place] == "\\"
        read, place = read + inside[place], place + 1
    assert read == text


@pytest.mark.parametrize(
    ("rows", "pages"), [(0, 1), (1, 1), (1000, 1), (1001, 2), (1980, 2), (1981, 3), (100_000, 103)]
)
def test_how_many_pages_so_many_rows_take(rows: int, pages: int) -> None:
    assert query.pages(rows) == pages
    last = query.customers(pages, "id", None, start=0, rows=query.PAGE_SIZE)
    start = int(last.split("STARTPOSITION ")[1].split()[0])
    assert start <= max(rows, 1) < start + query.PAGE_SIZE


def test_a_moment_is_asked_for_in_utc_to_the_second() -> None:
    sydney = timezone(timedelta(hours=11))
    assert query.moment(datetime(2026, 11, 1, 9, 0, 0, 999999, tzinfo=sydney)) == "2026-10-31T22:00:00+00:00"


@pytest.mark.parametrize(
    ("shape", "kinds"),
    [
        (shapes.Customer, ("Customer", "NameBase", "IntuitEntity")),
        (shapes.Address, ("PhysicalAddress",)),
        (shapes.EmailAddress, ("EmailAddress",)),
        (shapes.Times, ("ModificationMetaData",)),
        (shapes.Company, ("CompanyInfo",)),
    ],
)
def test_every_field_we_read_or_write_is_in_the_published_schema(
    shape: type[msgspec.Struct], kinds: tuple[str, ...]
) -> None:
    published = {name for kind in kinds for name in published_fields(kind)}
    read = {field.encode_name for field in msgspec.structs.fields(shape)}
    written = set(writing.NUMBER_FIELDS.values()) if shape is shapes.Customer else set()
    assert read | written <= published


def published_fields(kind: str) -> set[str]:
    """The elements and attributes of a type in Intuit's schema."""
    namespace = "{http://www.w3.org/2001/XMLSchema}"
    types = [
        found
        for schema in sorted((judges() / "quickbooks" / "xsd").glob("*.xsd"))
        for found in ET.parse(schema).iter(f"{namespace}complexType")
        if found.get("name") == kind
    ]
    assert types, kind
    parts = [part for found in types for tag in ("element", "attribute") for part in found.iter(f"{namespace}{tag}")]
    return {str(part.get("name")) for part in parts}
