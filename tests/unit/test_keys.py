"""Folded texts: what is found by which spelling, and the order of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link4web.customers import keys
from link4web.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Tāmaki  MAKAURAU", "tamaki makaurau"),
        ("Café", "cafe"),
        ("Ｗｉｄｅ", "wide"),
        ("Straße", "strasse"),
        ("  a \t b\n", "a b"),
        ("Ōtāhuhu\u200b", "otahuhu\u200b"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "typed",
    ["51824753556", "51 824 753 556", "51-824-753-556", "51.824.753.556", "ABN 51 824 753 556", "abn:51824753556",
     "５１ ８２４ ７５３ ５５６", "51\u00a0824\u00a0753\u00a0556"],
)  # fmt: skip
def test_a_number_is_found_in_any_spacing(typed: str) -> None:
    text = keys.search_text("Somebody", "", "", "", "51824753556", "51 824 753 556")
    assert any(needle in text for needle in keys.needles(typed))


@pytest.mark.parametrize("typed", ["24 7", "7-eleven", "3m", "100% wool", "1800 flowers"])
def test_names_with_digits_stay_names(typed: str) -> None:
    text = keys.search_text(f"The {typed} Company", "", "", "", "", "")
    assert any(needle in text for needle in keys.needles(typed))


@given(st.text(max_size=80))
def test_every_name_finds_itself(name: str) -> None:
    text = keys.search_text(name, "", "", "", "", "")
    assert any(needle in text for needle in keys.needles(name))


@given(st.text(max_size=400))
def test_folding_twice_changes_nothing_and_keys_have_a_limit(name: str) -> None:
    assert len(keys.name_key(name)) <= 255
    assert len(keys.needles(name)[0]) <= keys.SEARCH_LENGTH * 20
