"""A connection's own page, and the list of connections: what they say is true at the moment they are read."""

import re
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from link4web import clock
from link4web.connections import troubles
from link4web.connections.models import ConnectionTrouble
from link4web.database import db, writing
from tests.integration.test_webhooks import body_of, deliver
from tests.ledger import API, CONTACTS, Books, Xero, books, colleague, simulators, words, xero
from tests.people import Town, standing_still

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
    with standing_still():
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


def errors_of(books: Books) -> str:
    """The words of the last errors alone."""
    return health(books).partition("Last errors The last seven days")[2].partition("What we may do")[0]


def test_an_outage_can_be_looked_back_at_for_a_week(books: Books, town: Town, xero: Xero) -> None:
    assert errors_of(books).strip() == "None."
    xero.fail(path=CONTACTS, status=503, count=99)
    books.sync()
    began = now()
    town.later(minutes=3)
    town.work()
    lasting = errors_of(books)
    assert began in lasting and "Xero has a problem at the moment." in lasting and "XERO-DOWN Lasts" in lasting
    assert f"2 times, last on {now()}" in lasting and lasting.count("XERO-DOWN") == 1
    assert 'href="/help/p/XERO-DOWN' in books.person.get(f"/xero/{books.connection}").text
    xero.recover()
    town.later(minutes=8)
    town.work()
    assert "Up to date" in health(books) and f"XERO-DOWN Passed {now()}" in errors_of(books)
    town.later(days=8)
    books.person.sign_in()
    assert "XERO-DOWN" not in errors_of(books)


def test_a_connection_that_was_lost_is_among_the_last_errors(books: Books, town: Town, xero: Xero) -> None:
    xero.control("disconnect")
    books.sync()
    assert "Xero no longer lets us in." in errors_of(books) and "Lasts" in errors_of(books)
    books.person.connect_xero(file=2)
    assert "Passed" in errors_of(books) and "Lasts" not in errors_of(books)


def test_what_the_ledger_would_not_take_is_among_the_last_errors(books: Books, town: Town, xero: Xero) -> None:
    customer = books.one("needs-number")
    xero.user("change", customer.external_id, fields={"TaxNumber": "53004085616"})
    form = {"number": "51 824 753 556", "sure": "51824753556", "write": "y"}
    books.person.post(f"{books.base}/{customer.id}/abn", form)
    town.work()
    shown = errors_of(books)
    assert f"{customer.name} could not be written back." in shown and f"See {customer.name}" in shown
    other = books.person.connect_xero(file=0)
    there = words(books.person.get(f"/xero/{other}").text)
    assert "could not be written back" not in there, "that customer is of another ledger"


def test_only_some_of_the_errors_of_a_connection_are_kept(books: Books) -> None:
    def meet_many() -> int:
        with writing():
            for one in range(30):
                troubles.note(books.connection, f"XERO-{one}", "Something.")
        return int(db.session.scalar(select(func.count()).select_from(ConnectionTrouble)) or 0)

    assert books.inside(meet_many) == troubles.KEPT
    assert errors_of(books).count("Lasts") == troubles.SHOWN


def test_a_connection_that_waits_says_when_it_goes_on(books: Books, town: Town, xero: Xero) -> None:
    """Both where the provider has named a time and where only we know when we try again."""
    xero.fail(path=CONTACTS, status=429, headers={"Retry-After": "1800", "X-Rate-Limit-Problem": "minute"}, count=1)
    books.sync()
    shown = health(books)
    named = re.search(r"Nothing to do: we go on by ourselves at (\d+:\d\d [ap]m)", shown)
    assert named and re.search(rf"Next, by itself About \d+ \w+ \d+, {named[1]} where it has stopped", shown)
    town.later(minutes=31)
    town.work()
    books.person.sign_in()
    xero.fail(path=CONTACTS, status=503, count=9)
    books.sync()
    shown = health(books)
    assert "Xero has a problem" in shown and re.search(r"we go on by ourselves at \d+:\d\d [ap]m", shown)
    assert re.search(r"Next, by itself About \d+ \w+ \d+, \d+:\d\d [ap]m where it has stopped", shown)
    assert "Sync now" in shown and "Sync now" in words(books.page())
    xero.recover()
    books.sync()
    assert "Now Up to date" in health(books), "nobody has asked us to wait, so a press comes before our own pause"


def test_the_list_of_connections_says_that_one_waits_or_has_stopped(books: Books, town: Town, xero: Xero) -> None:
    listed = f"/org/{books.person.organisation_id}/connections"
    xero.fail(path=CONTACTS, status=503, count=9)
    books.sync()
    shown = books.person.get(listed).text
    assert "Connected, but waiting Xero has a problem at the moment." in words(shown)
    assert 'data-tone="done">Connected<' not in shown and "/help/p/XERO-DOWN" in shown
    assert "Connected, but waiting since" not in health(books), "it is connected since then, not waiting"
    xero.recover()
    xero.fail(path=CONTACTS, status=400, body='{"ErrorNumber": 10, "Message": "Odd day"}', count=9)
    books.sync()
    assert "Connected, but the last sync stopped" in words(books.person.get(listed).text)
    xero.recover()
    books.sync()
    assert 'data-tone="done">Connected<' in books.person.get(listed).text


def test_webhooks_are_counted_since_the_connection_and_no_silence_before_it(
    books: Books, town: Town, xero: Xero
) -> None:
    assert "tells us of changes at once" in health(books) and "nothing heard" not in health(books)
    town.later(minutes=5)
    deliver(books, body_of(books.one("can-invite").external_id))
    assert f"tells us of changes at once last on {now()}" in health(books)
    town.later(minutes=5)
    books.person.sign_in()
    books.person.post(f"/xero/{books.connection}/disconnect")
    town.later(minutes=5)
    books.person.connect_xero(file=2)
    assert "last on" not in health(books).partition("In between")[2].partition("Calls left")[0]
    for days, said in ((2, "nothing heard since it was connected"), (40, "nothing heard in the last month")):
        town.later(days=days)
        books.person.sign_in()
        assert said in health(books)
