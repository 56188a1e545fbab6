"""Comparing our name for a business with the register's, and explaining a suggested number. Names are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link4web.registers.abn_lookup import RegisterEntry
from link4web.registers.names import likeness, same_business, why_likely

# published sample number, invented name
ENTRY = RegisterEntry(
    number="51824753556", name="D & J Finch Holdings Pty Ltd", status="active", business_names=("Finch & Daughters",)
)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Dry Creek Joinery", "DRY CREEK JOINERY PTY LTD"),
        ("Dry Creek Joinery", "Dry Creek Joinery Services Pty. Limited"),
        ("Ōtaki Orchard Co-op", "OTAKI ORCHARD CO-OPERATIVE LIMITED"),
        ("Finch & Daughters Catering", "Finch and Daughter’s Catering"),
        ("Jane Citizen", "CITIZEN, JANE"),
        ("Banksia Row Bakehose", "BANKSIA ROW BAKEHOUSE PTY LTD"),
        ("Marram Grass Café", "The Trustee for Marram Grass Cafe Trust"),
    ],
)
def test_the_same_business(ours: str, theirs: str) -> None:
    assert same_business(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Dry Creek Joinery", "Dry Creek Joiners & Sons"),
        ("Kererū Kitchens", "Banksia Row Bakehouse"),
        ("Smith", "Smith Plumbing"),
        ("", "Smith Plumbing"),
        ("!!!", "..."),
    ],
)
def test_another_business(ours: str, theirs: str) -> None:
    assert not same_business(ours, theirs)


def test_business_names_of_an_entry_count() -> None:
    assert same_business("Finch and Daughters", ENTRY)
    assert not same_business("Banksia Row Bakehouse", ENTRY)


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_a_share(ours: str, theirs: str) -> None:
    assert 0.0 <= likeness(ours, theirs) <= 1.0


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("51 824 753 565", "your digits, the last two swapped"),
        ("15824753556", "your digits, the first two swapped"),
        ("51 842 753 556", "your digits, 4 and 2 swapped"),
        ("51 824 753 557", "your digits, with 6 in place of 7"),
        ("5182475355", "your digits, with one missing"),
        ("518247535566", "your digits, with one too many"),
        ("824753556", "the ABN of the ACN you typed"),
        ("51824753556", "the number you typed"),
        ("53004085616", ""),
        ("", ""),
    ],
)
def test_why_a_number_is_suggested(typed: str, why: str) -> None:
    assert why_likely(typed, ENTRY) == why
