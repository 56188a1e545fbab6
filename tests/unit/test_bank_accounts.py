"""Bank account numbers: the examples that Inland Revenue publishes, and what must not pass."""

import pytest

from link4web.registers.bank_accounts import BankAccount, read_australian, read_new_zealand

# the three of the specification (rules A, D and G), and one of a bank whose numbers have no check digit
RIGHT = {
    "01-902-0068389-00": "01-0902-0068389-00",
    "08-6523-1954512-001": "08-6523-1954512-001",
    "26 2600 0320871 032": "26-2600-0320871-032",
    "010902006838900": "01-0902-0068389-00",
    "31-2840-0115493-020": "31-2840-0115493-020",
}
WRONG = {
    "01-902-0068398-00": "digits",
    "08-6523-1954521-001": "digits",
    "26-2600-0320871-023": "digits",
    "01-902-0068389": "length",
    "01-902-0068389-00-1": "length",
    "00-0000-0000000-00": "digits",
    "12-3140-O171323-50": "length",
    "٠١-902-0068389-00": "length",
    "": "length",
}


@pytest.mark.parametrize("typed", RIGHT)
def test_new_zealand_numbers_are_understood(typed: str) -> None:
    read = read_new_zealand(typed)
    assert isinstance(read, BankAccount)
    assert read.number == RIGHT[typed]
    assert read.ending == RIGHT[typed].replace("-", "")[-3:]


@pytest.mark.parametrize("typed", WRONG)
def test_wrong_ones_are_refused(typed: str) -> None:
    assert read_new_zealand(typed) == WRONG[typed]


def test_one_wrong_digit_of_the_base_never_passes() -> None:
    """What a check digit is for: every single slip in the seven digits of the account."""
    bank, branch, base, suffix = ["01", "0902", "0068389", "00"]
    for place, digit in enumerate(base):
        for other in "0123456789".replace(digit, ""):
            slip = f"{base[:place]}{other}{base[place + 1 :]}"
            assert read_new_zealand(f"{bank}-{branch}-{slip}-{suffix}") == "digits", slip


def test_australian_numbers() -> None:
    assert read_australian(" 062 000", "1234 5678") == BankAccount("AU", "062-000", "12345678")
    for bsb, account, wrong in (
        ("62-000", "12345678", "bsb"),
        ("000-000", "12345678", "bsb"),
        ("062-0o0", "12345678", "bsb"),
        ("062-000", "1234567890", "account"),
        ("062-000", "123", "account"),
        ("062-000", "00000", "account"),
    ):
        assert read_australian(bsb, account) == wrong
