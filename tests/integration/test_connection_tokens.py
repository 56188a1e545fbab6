"""Tokens: only encrypted, one refresh at a time, and what happens when Xero takes access away."""

import base64
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from link4web import clock, tenancy
from link4web.app import create_app
from link4web.connections import credentials, queries, services, vault
from link4web.connections.credentials import StoredCredentials
from link4web.connections.models import Connection
from link4web.connections.providers import config_of, provider_of
from link4web.connections.reseal import reseal_all
from link4web.database import db, writing
from link4web.providers.base.errors import MustReconnect, TryAgainLater
from tests.ledger import API, Books, Xero, books, colleague, everything_stored, simulators, words, xero
from tests.people import Person, Town

__all__ = ["books", "simulators", "xero"]
TOKEN = "/connect/token"


def tokens_of(books: Books) -> tuple[str, str]:
    def read() -> tuple[str, str]:
        row = queries.get(books.connection)
        assert row and row.access_token and row.refresh_token
        where = row.organisation_id, row.provider
        return vault.unseal(row.access_token, *where), vault.unseal(row.refresh_token, *where)

    found: tuple[str, str] = books.inside(read)
    return found


def here(books: Books) -> Connection:
    """The connection; call it inside its organisation."""
    row = queries.get(books.connection)
    assert row is not None
    return row


def ask(books: Books) -> str:
    """One call to Xero, as any of our processes makes it."""

    def call() -> str:
        row = queries.get(books.connection)
        assert row is not None
        return services.client_for(row).organisation().name

    name: str = books.inside(call)
    return name


def run_out(books: Books) -> None:
    """Let the access token run out, as far as we know."""

    def change() -> None:
        with writing():
            db.session.execute(update(Connection).values(access_expires_at=clock.now() - timedelta(minutes=1)))

    books.inside(change)


def test_the_database_holds_no_token_and_no_file_id(books: Books, xero: Xero) -> None:
    stored = everything_stored(books.town.app)
    tenant = books.inside(lambda: vault.unseal(here(books).file_id or b"", books.person.organisation_id, "xero"))
    for secret in (*tokens_of(books), tenant):
        assert len(secret) > 20 and secret.encode() not in stored
        assert base64.b64encode(secret.encode())[:40] not in stored


def test_pages_and_logs_hold_no_token(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    run_out(books)
    books.sync()
    access, refresh = tokens_of(books)
    shown = "".join(page.text for page in books.person.pages)
    said = capsys.readouterr()
    for text in (shown, said.out, said.err):
        assert access not in text and refresh not in text


def test_a_value_moved_to_another_row_does_not_decrypt(books: Books) -> None:
    def moved() -> None:
        row = queries.get(books.connection)
        assert row and row.access_token
        for where in (("B" * 22, "xero"), (row.organisation_id, "myob")):
            with pytest.raises(vault.Undecryptable):
                vault.unseal(row.access_token, *where)
        changed = row.access_token[:-1] + bytes([row.access_token[-1] ^ 1])
        with pytest.raises(vault.Undecryptable):
            vault.unseal(changed, row.organisation_id, "xero")

    books.inside(moved)


@pytest.fixture
def with_keys(books: Books) -> Iterator[Any]:
    """Makes the same application with other keys, as after a restart."""
    made: list[Flask] = []

    def make(*keys: tuple[str, bytes]) -> Flask:
        made.append(create_app(replace(books.town.app.extensions["settings"], token_keys=keys)))
        return made[-1]

    yield make
    for app in made:
        app.extensions["post"].close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_keys_rotate_while_everything_runs(books: Books, with_keys: Any) -> None:
    (old,) = books.town.app.extensions["settings"].token_keys
    new = ("second", b"n" * 32)
    app = with_keys(new, old)
    books.town.app = books.person.app = app
    assert ask(books) == "Tin Shed Trading"
    run_out(books)
    assert ask(books) == "Tin Shed Trading"
    with app.app_context():
        assert reseal_all() == 1
        assert reseal_all() == 0
    books.town.app = with_keys(new)
    assert ask(books) == "Tin Shed Trading"


def test_a_lost_key_asks_for_a_new_consent(books: Books, with_keys: Any) -> None:
    books.town.app = with_keys(("other", b"o" * 32))
    with pytest.raises(MustReconnect):
        ask(books)
    books.sync()
    assert books.row().state == "reconnect"


def test_four_threads_refresh_once_for_each_expiry(books: Books, xero: Xero) -> None:
    xero.control("throttle", off=True)
    problems: list[Exception] = []

    def work() -> None:
        try:
            ask(books)
        except Exception as problem:  # noqa: BLE001 (whatever it is, the test says so)
            problems.append(problem)

    for _ in range(3):
        run_out(books)
        xero.forget_log()
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems
        assert [one["status"] for one in xero.log() if one["path"] == TOKEN] == [200]


def test_an_answer_lost_on_its_way_is_asked_for_again(books: Books, xero: Xero) -> None:
    """Xero has rotated, we have not heard of it: the old refresh token still works for half an hour (R-087)."""
    run_out(books)
    before = tokens_of(books)[1]
    xero.fail(path=TOKEN, kind="half")
    with pytest.raises(TryAgainLater):
        ask(books)
    assert tokens_of(books)[1] == before
    assert ask(books) == "Tin Shed Trading"
    assert tokens_of(books)[1] != before


def test_a_process_that_died_with_the_lease_is_waited_for_and_replaced(books: Books, town: Town) -> None:
    run_out(books)
    books.inside(lambda: StoredCredentials(here(books))._take_lease())
    town.later(seconds=credentials.LEASE.total_seconds() + 1)
    assert ask(books) == "Tin Shed Trading"


def test_a_late_refresh_never_overwrites_a_newer_pair(books: Books) -> None:
    def overtaken() -> None:
        slow = StoredCredentials(here(books))
        fence = slow._take_lease()
        with writing():
            db.session.execute(update(Connection).values(refresh_fence=fence + 1))
        kept = tokens_of(books)
        tokens = provider_of("xero").refresh(config_of("xero"), kept[1])
        slow._keep(fence, tokens)
        assert tokens_of(books) == kept

    books.inside(overtaken)


def test_a_grant_that_is_gone_asks_for_a_person_once(books: Books, town: Town, xero: Xero) -> None:
    xero.control("expire", access=True, refresh=True)
    run_out(books)
    xero.forget_log()
    books.sync()
    assert books.row().state == "reconnect"
    assert xero.calls(TOKEN) == 1
    books.sync()
    town.later(hours=1)
    town.work()
    assert xero.calls(TOKEN) == 1 and not xero.calls(API)
    books.person.sign_in()
    shown = books.page()
    assert "Xero no longer lets us in" in shown and "Reconnect Xero" in shown
    mails = town.mails_to(books.person.email)
    assert [mail["subject"] for mail in mails].count("Xero is disconnected from Link4web") == 1


def test_a_colleague_sees_the_trouble_without_the_button(books: Books, town: Town, xero: Xero) -> None:
    xero.control("expire", access=True, refresh=True)
    run_out(books)
    books.sync()
    shown = colleague(town, books.person).get(books.base)
    assert "Xero no longer lets us in" in shown.text and "Reconnect Xero" not in shown.text


@pytest.mark.parametrize("status", [401, 403])
def test_disconnected_in_xero_asks_to_reconnect(books: Books, xero: Xero, status: int) -> None:
    xero.switch(after_disconnect=status)
    xero.control("disconnect")
    books.sync()
    assert books.row().state == "reconnect"
    shown = books.page()
    assert "Reconnect Xero" in shown and books.customers()
    assert "was disconnected" in words(shown) or "no longer lets us in" in words(shown)


def test_xero_down_at_the_refresh_keeps_the_pair(books: Books, xero: Xero) -> None:
    run_out(books)
    before = tokens_of(books)
    xero.fail(path=TOKEN, status=503)
    with pytest.raises(TryAgainLater):
        ask(books)
    assert tokens_of(books) == before and books.row().state == "active"
    assert ask(books) == "Tin Shed Trading"


def test_disconnecting_stops_a_running_client(books: Books, owner: Person) -> None:
    def run() -> None:
        client = services.client_for(here(books))
        owner.post(f"/xero/{books.connection}/disconnect")
        with tenancy.acting_for(owner.organisation_id), pytest.raises(MustReconnect):
            client.organisation()

    books.inside(run)
