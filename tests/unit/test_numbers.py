"""Business numbers as people type them. The valid ones are published samples (business registers, GS1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link4web.registers.numbers import BusinessNumber, NumberProblem, peppol_id, read_number

ABN = BusinessNumber("ABN", "51824753556")
NZBN = BusinessNumber("NZBN", "9429041561928")
ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


@pytest.mark.parametrize(
    "typed",
    [
        "51824753556",
        "51 824 753 556",
        " 51\u00a0824\u2009753\t556\n",
        "51-824-753-556",
        "51\u2011824\u2013753\u2212556",
        "51.824.753.556",
        "ABN 51 824 753 556",
        "abn: 51824753556",
        "A.B.N. 51 824 753 556",
        "AU51824753556",
        "\uff15\uff11\uff18\uff12\uff14\uff17\uff15\uff13\uff15\uff15\uff16",
        "\u200b51824753556\u202c",
        "0151:51824753556",
    ],
)
def test_an_abn_is_read_however_it_is_pasted(typed: str) -> None:
    assert read_number(typed, "AU") == ABN
    assert read_number(typed, None) == ABN


@pytest.mark.parametrize("typed", ["9429041561928", "9429 0415 6192 8", "NZBN 9429041561928", "0088:9429041561928"])
def test_an_nzbn_is_read_however_it_is_pasted(typed: str) -> None:
    assert read_number(typed, "NZ") == NZBN
    assert read_number(typed, None) == NZBN


def test_display_and_peppol_id() -> None:
    assert (ABN.display, peppol_id(ABN)) == ("51 824 753 556", "0151:51824753556")
    assert (NZBN.display, peppol_id(NZBN)) == ("9429041561928", "0088:9429041561928")


@pytest.mark.parametrize(
    ("typed", "country", "kind", "says"),
    [
        ("", "AU", "missing", "Enter the ABN"),
        ("  \u00a0", "NZ", "missing", "Enter the NZBN"),
        ("ABN", None, "missing", "ABN (11 digits) or an NZBN"),
        ("5182475355", "AU", "malformed", "you typed 10"),
        ("002 724 334", "AU", "malformed", "looks like an ACN"),
        ("ACN 002 724 334", "AU", "malformed", "looks like an ACN"),
        ("51824753556001", "AU", "malformed", "enter 51 824 753 556"),
        ("51824753557001", "AU", "malformed", "you typed 14"),
        ("9429041561928", "AU", "malformed", "looks like an NZBN"),
        ("51824753565", "AU", "checksum", "swapped"),
        ("51O24753556", "AU", "malformed", "“O”"),
        ("٥١٨٢٤٧٥٣٥٥٦", "AU", "malformed", "digits 0 to 9"),
        ("5" * 101, "AU", "malformed", "too long"),
        ("51824753556", "NZ", "malformed", "looks like an ABN"),
        ("49-091-850", "NZ", "malformed", "IRD or GST"),
        ("9429041561927", "NZ", "checksum", "valid NZBN"),
        # a real check digit, another country's prefix
        ("4006381333931", "NZ", "malformed", "begins with 94"),
        ("123", None, "malformed", "you typed 3"),
        ("002724334", None, "malformed", "looks like an ACN"),
        ("51824753565", None, "checksum", "valid ABN"),
    ],
)
def test_each_mistake_has_its_own_sentence(typed: str, country: str | None, kind: str, says: str) -> None:
    problem = read_number(typed, country)  # type: ignore[arg-type]  # parametrised texts are not literals
    assert isinstance(problem, NumberProblem)
    assert problem.kind == kind
    assert says in problem.sentence


@pytest.mark.parametrize("digits", ["01008150730", "00000000000"])
def test_numbers_that_only_the_arithmetic_accepts_are_refused(digits: str) -> None:
    assert isinstance(read_number(digits, "AU"), NumberProblem)


def passes_mod_89(digits: str) -> bool:
    figures = [int(figure) for figure in digits]
    figures[0] -= 1
    return sum(w * f for w, f in zip(ABN_WEIGHTS, figures, strict=True)) % 89 == 0


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_abns_follow_the_published_check(digits: str) -> None:
    accepted = isinstance(read_number(digits, "AU"), BusinessNumber)
    assert accepted == (passes_mod_89(digits) and int(digits[:2]) >= 11)


@given(st.from_regex(r"94[0-9]{10}", fullmatch=True))
def test_exactly_one_check_digit_completes_an_nzbn(twelve: str) -> None:
    total = sum(int(figure) * (3 if place % 2 else 1) for place, figure in enumerate(twelve))
    accepted = [d for d in "0123456789" if isinstance(read_number(twelve + d, "NZ"), BusinessNumber)]
    assert accepted == [str(-total % 10)]


@given(st.integers(0, 10), st.integers(0, 9))
def test_one_wrong_digit_is_always_noticed(place: int, figure: int) -> None:
    changed = ABN.digits[:place] + str(figure) + ABN.digits[place + 1 :]
    assert isinstance(read_number(changed, "AU"), BusinessNumber) == (changed == ABN.digits)


@given(st.integers(0, 9))
def test_swapped_neighbours_are_always_noticed(place: int) -> None:
    swapped = ABN.digits[:place] + ABN.digits[place + 1] + ABN.digits[place] + ABN.digits[place + 2 :]
    assert isinstance(read_number(swapped, "AU"), BusinessNumber) == (swapped == ABN.digits)


@given(st.text(max_size=150), st.sampled_from(["AU", "NZ", None]))
def test_whatever_is_typed_gets_an_answer(typed: str, country: str | None) -> None:
    answer = read_number(typed, country)  # type: ignore[arg-type]  # sampled texts are not literals
    assert isinstance(answer, BusinessNumber) or answer.sentence.endswith(".")


@given(st.lists(st.sampled_from([" ", "\u00a0", "\u2009", "-", ".", "\t", "\u200b"]), min_size=11, max_size=11))
def test_separators_never_matter(separators: list[str]) -> None:
    typed = "".join(f"{separator}{figure}" for separator, figure in zip(separators, ABN.digits, strict=True))
    assert read_number(typed, "AU") == ABN
