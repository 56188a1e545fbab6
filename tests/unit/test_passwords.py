"""Which passwords are refused, without asking anybody (R-001, R-002)."""

import pytest

from link4web.accounts.passwords import WeakPassword, check_strength

LISTED = """
password123456789 passwordpassword qwertyuiopasdfgh 123456789012345 111111111111111 aaaaaaaaaaaaaaaa abcabcabcabcabc
iloveyouiloveyou letmeinletmein123 welcome123welcome adminadminadmin1 monkeymonkey1234 dragondragon2026 football20262026
sunshinesunshine princess12345678 P@ssw0rdP@ssw0rd1 Password1!Password1! Qwerty123!Qwerty superman12345678
trustno1trustno1 baseball12345678 shadow1234567890 master1234567890 abcdefghijklmnop abcdefghijklmno 000000000000000
1234567890123456789 987654321987654321 1q2w3e4r5t6y7u8i zxcvbnmzxcvbnm1 asdfghjklasdfgh1 changemechangeme
link4web2026!!!!
Link4web-Link4web einvoicing2026!! peppolpeppol2026 passwort12345678 secret1234567890 qazwsxedcrfvtgb1 computer12345678
michael123456789 jennifer12345678 charlie123456789 whatever12345678 starwars12345678 pokemon123456789 liverpool1234567
australia2026!!! newzealand2026!! sydney1234567890
"""
COMMON = LISTED.split()
GOOD = [
    "rimu-lantern-harbour-seven",
    "a ferry leaves at nine forty",
    "Kererū sit in the pūriri tree",
    "x9$Lq!v2@Zp#7Rw&t",
    "dog paddles past the jetty",
    "password is not what I would choose here",
]


def test_the_list_is_long_enough() -> None:
    assert len(COMMON) >= 50


def test_common_ones() -> None:
    for password in (*COMMON, "correct horse battery staple"):
        with pytest.raises(WeakPassword):
            check_strength(password)
            pytest.fail(password)


def test_good_ones() -> None:
    for password in GOOD:
        check_strength(password, "Olive Owner", "olive@harbour.example", "Wattle & Wharf Coffee")


@pytest.mark.parametrize(
    "password", ["Wattle&WharfCoffee2026!!", "olive@harbour.example", "OliveOwner20262026", "wattle wharf coffee 1"]
)
def test_what_others_know(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(password, "Olive Owner", "olive@harbour.example", "Wattle & Wharf Coffee")


def test_limits() -> None:
    with pytest.raises(WeakPassword, match="you typed 14"):
        check_strength("tui sang dusk!")
    check_strength("tui sang dusk!!")
    check_strength("tui " * 200 + "sang at dusk")
    with pytest.raises(WeakPassword):
        check_strength("tui sang at dusk " * 100)
