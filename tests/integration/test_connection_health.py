"""A connection's own page, and the list of connections: what they say is true at the moment they are read."""

import re
from zoneinfo import ZoneInfo

from link4web import clock
from tests.ledger import API, CONTACTS, Books, Xero, books, colleague, simulators, words, xero
from tests.people import Town

__all__ = ["books", "simulators", "xero"]


def health(books: Books) -> str:
    """The words of the connection's own page."""
    shown = books.person.get(f"/xero/{books.connection}")
    assert shown.status_code == 200
    return words(shown.text)


def now() -> str:
    """The minute as pages in Sydney write it."""
    there = clock.now().astimezone(ZoneInfo("Australia/Sydney"))
    return there.strftime("%-d %b %Y, %-I:%M ") + there.strftime("%p").lower()


def since(books: Books) -> str:
    found = re.search(r"(Connected|Needs reconnecting|Disconnected) since (\d+ \w+ \d+, [\d:]+ [ap]m)", health(books))
    assert found, health(books)
    return f"{found[1]} {found[2]}"


def test_since_is_the_moment_the_state_began(books: Books, town: Town, xero: Xero) -> None:
    assert since(books) == f"Connected {now()}"
    town.later(minutes=40)
    xero.control("disconnect")
    books.sync()
    lost = now()
    town.later(minutes=25)
    assert since(books) == f"Needs reconnecting {lost}"
    books.person.sign_in()
    books.person.post(f"/xero/{books.connection}/disconnect")
    ended = now()
    town.later(minutes=25)
    assert since(books) == f"Disconnected {ended}" != f"Disconnected {lost}"
    books.person.sign_in()
    books.person.connect_xero(file=2)
    assert since(books) == f"Connected {now()}"


def test_a_connection_that_has_ended_is_not_described_as_a_live_one(books: Books, town: Town, xero: Xero) -> None:
    alive = ("Up to date", "tells us of changes", "Next, by itself", "We never", "Calls left", "Sync now")
    shown = health(books)
    assert all(said in shown for said in alive)
    xero.control("disconnect")
    books.sync()
    lost = health(books)
    books.person.post(f"/xero/{books.connection}/disconnect")
    ended = health(books)
    for shown in (lost, ended):
        assert not [said for said in alive if said in shown]
        assert "What stays here Your customers as they were last read" in shown
        assert "To go on Reconnect Xero and choose the same organisation there" in shown
    assert "Now Nothing is read or written: Xero doesn’t let us in" in lost
    assert "Nothing any more." in ended and "somebody here has disconnected Xero" in ended
    other = colleague(town, books.person)
    assert "To go on An admin of Wattle & Wharf Coffee reconnects Xero" in words(
        other.get(f"/xero/{books.connection}").text
    )


def test_the_providers_own_word_about_the_calls_that_are_left(books: Books, town: Town, xero: Xero) -> None:
    """Smaller plans have fewer calls than we count with."""
    town.app.config["PACE_CALLS"] = True
    xero.switch(day_limit=1000)
    books.sync()
    used = xero.calls(API)
    assert f"Calls left today Xero says {1000 - used} are left today in its answer of {now()}" in health(books)
    refused = {"Retry-After": "7200", "X-Rate-Limit-Problem": "day"}
    xero.fail(path=CONTACTS, status=429, headers=refused, count=1)
    books.sync()
    town.later(hours=1)
    books.person.sign_in()
    assert re.search(r"Calls left today None until \d+ \w+ \d+, [\d:]+ [ap]m, Xero says", health(books))
    town.later(hours=1, seconds=10)
    town.work()
    books.person.sign_in()
    assert re.search(r"Calls left today Xero says \d+ are left today", health(books))
    town.later(hours=25)
    books.person.sign_in()
    assert re.search(r"Calls left today 4,\d+ of 4,500", health(books)), "an old word is no word about today"
