"""Our ABN Lookup client against the simulated register over real HTTP. Entries and numbers are samples."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import requests

from link4web.http import forget_clients
from link4web.registers.abn_lookup import AbnLookup, RegisterMisconfigured, RegisterUnavailable
from link4web.registers.names import same_business, why_likely
from link4web.simulators.server import Running, start

GUID = "11111111-2222-3333-4444-555555555555"
JOINERY = "86151956832"
UNREGISTERED = "91888222000"


class Register:
    def __init__(self, base_url: str) -> None:
        self.root = f"{base_url}/abr"
        self.lookup = AbnLookup(self.root, GUID)

    def control(self, name: str, **wanted: Any) -> None:
        answer = requests.post(f"{self.root}/_control/{name}", json=wanted, timeout=5)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    simulators = start()
    yield simulators
    simulators.close()


@pytest.fixture
def register(running: Running) -> Register:
    forget_clients()
    found = Register(running.base_url)
    found.control("reset")
    return found


def test_an_entry(register: Register) -> None:
    entry = register.lookup.details(JOINERY)
    assert entry is not None
    assert (entry.number, entry.name, entry.status) == (JOINERY, "DRY CREEK JOINERY PTY LTD", "active")
    assert (entry.gst_from, entry.state, entry.postcode) == (date(2014, 7, 1), "SA", "5253")
    assert entry.business_names == ("Dry Creek Joinery",)
    assert same_business("Dry Creek Joinery", entry)


def test_the_semicolon_makes_no_difference(register: Register) -> None:
    register.control("switch", semicolon=True)
    assert register.lookup.details(JOINERY) is not None


@pytest.mark.parametrize("number", [UNREGISTERED, "86151956833", "", "x"])
def test_not_in_the_register(register: Register, number: str) -> None:
    assert register.lookup.details(number) is None


def test_names_come_best_first_and_each_number_once(register: Register) -> None:
    matches = register.lookup.names("Dry Creek Joinery")
    numbers = [match.number for match in matches]
    assert numbers[0] in (JOINERY, "32136694672")
    assert {JOINERY, "91741840494", "32136694672"} <= set(numbers)
    assert len(numbers) == len(set(numbers)) <= 10
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
    joinery = next(match for match in matches if match.number == JOINERY)
    assert (joinery.status, joinery.state, joinery.postcode) == ("active", "SA", "5253")
    assert why_likely("86 151 956 823", joinery) == "your digits, the last two swapped"
    assert next(match for match in matches if match.number == "32136694672").status == "cancelled"


def test_no_such_name(register: Register) -> None:
    assert register.lookup.names("Zyzzyva Quux Xylograph") == ()
    assert register.lookup.names("  ") == ()


def test_the_number_of_names_is_bounded(register: Register) -> None:
    assert len(register.lookup.names("Dry Creek Joinery", max_results=2)) == 2
    assert len(register.lookup.names("Dry Creek Joinery", max_results=-1)) == 1


def test_a_guid_that_is_not_known(register: Register) -> None:
    with pytest.raises(RegisterMisconfigured):
        AbnLookup(register.root, "00000000-0000-0000-0000-000000000000").details(JOINERY)


def test_an_unknown_message_never_means_not_found(register: Register) -> None:
    register.control("switch", message="The service is closed until Monday")
    with pytest.raises(RegisterUnavailable):
        register.lookup.details(JOINERY)
    with pytest.raises(RegisterUnavailable):
        register.lookup.names("Dry Creek Joinery")


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "html", "status": 200},
        {"kind": "html", "status": 503},
        {"kind": "reset"},
        {"kind": "half"},
        {"status": 200, "body": "{}"},
        {"status": 200, "body": "cb({})"},
        {"status": 200, "body": "cb([])"},
        {"status": 200, "body": "cb({)"},
        {"status": 200, "body": 'cb({"Abn":7})'},
        {"status": 200, "body": 'other({"Abn":"86151956832","AbnStatus":"Active"})'},
        {"status": 200, "body": 'cb({"Abn":"86151956832","AbnStatus":"Resting"})'},
        {"status": 200, "body": ""},
        {"status": 302, "headers": {"Location": "/elsewhere"}},
    ],
)
def test_trouble(register: Register, trouble: dict[str, Any]) -> None:
    register.control("fail", **trouble)
    with pytest.raises(RegisterUnavailable):
        register.lookup.details(JOINERY)
    assert register.lookup.details(JOINERY) is not None


@pytest.mark.parametrize("written", [None, "", "0001-01-01", "soon"])
def test_no_date_of_registration_is_not_registered_for_gst(register: Register, written: str | None) -> None:
    gst = "null" if written is None else f'"{written}"'
    body = f'cb({{"Abn":"{JOINERY}","AbnStatus":"Active","EntityName":"X","Gst":{gst},"Message":""}});'
    register.control("fail", status=200, body=body)
    entry = register.lookup.details(JOINERY)
    assert entry is not None
    assert entry.gst_from is None
