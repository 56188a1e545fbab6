"""What people write into invitations can't become a link, a header or another direction (R-105)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link4web.invitations.message import NAME_LENGTH, first_link, neutral, tidy

LINKS = (
    "https://evil.example/x",
    "HTTP://EVIL.EXAMPLE",
    "ftp://files.example",
    "www.evil.com",
    "evil.example",
    "sub.evil.co.nz/path?x=1",
    "me@evil.example",
    "mailto:me",
    "javascript:alert",
    "10.0.0.1",
    "10.0.0.1:8080/x",
    "ｅｖｉｌ．ｃｏｍ",
    "evil。com",
    "bücher.example",
    "xn--bcher-kva.example",
    "evil.com.",
    "evil.com:443",
)
WORDS = (
    "Hi, we are moving to eInvoicing.",
    "Joining takes a minute (at 9 a.m. or 5 p.m.).",
    "It costs $1,200.50, e.g. nothing.",
    "Kia ora e hoa mā!\n\nNgā mihi",
    "ABN 51 824 753 556. Call 02 4900 0000",
    "and/or 24/7, No. 12",
    "Wait … what? Well; yes: no.",
)


@pytest.mark.parametrize("link", LINKS)
def test_links_are_found_anywhere(link: str) -> None:
    for text in (link, f"see {link} now", f"({link})", f"line\n{link}\nline", f"“{link}”"):
        assert first_link(text), text


@pytest.mark.parametrize("text", WORDS)
def test_plain_words_pass(text: str) -> None:
    assert first_link(text) == ""


@pytest.mark.parametrize("link", LINKS)
def test_names_lose_their_links(link: str) -> None:
    assert first_link(neutral(f"Prize {link} now")) == ""


@pytest.mark.parametrize(
    "name", ["Wattle & Wharf Coffee", "Kererū Kitchens Ltd", "O’Brien’s 24/7", "A.B.C. Joinery Pty. Ltd."]
)
def test_good_names_stay(name: str) -> None:
    assert neutral(name) == name


@given(st.text(max_size=300))
def test_a_neutral_name_is_short_one_line_and_without_links(name: str) -> None:
    made = neutral(name)
    assert len(made) <= NAME_LENGTH
    assert "\n" not in made and "\r" not in made
    assert first_link(made) == ""


@given(st.text(max_size=700))
def test_tidying_is_stable_and_keeps_lines(text: str) -> None:
    made = tidy(text)
    assert tidy(made) == made
    assert "\r" not in made and "\n\n\n" not in made and "\x00" not in made
