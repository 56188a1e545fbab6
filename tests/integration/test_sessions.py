"""Sessions live on the server, end there, and change their name at every sign-in."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from link4web import clock
from link4web.accounts.models import Organisation, SessionRow, User
from link4web.app import create_app
from link4web.database import db, writing
from link4web.settings import from_environment
from tests.invited import open_shop
from tests.people import PASSWORD, Person, Town, allow_at_provider, csrf_of

COOKIE = "l4w_8000"


def cookie(person: Person) -> str:
    held = person.client.get_cookie(COOKIE, domain="localhost")
    assert held
    return held.value


def plant(person: Person, token: str) -> None:
    person.client.set_cookie(COOKIE, token, domain="localhost")


def is_signed_in(person: Person) -> bool:
    return person.get("/account").status_code == 200


def rows(town: Town) -> int:
    with town.app.app_context():
        return db.session.scalar(select(func.count()).select_from(SessionRow)) or 0


def test_the_database_holds_no_usable_cookie(town: Town) -> None:
    """R-020."""
    person = town.person()
    token = cookie(person)
    assert len(token) >= 43
    with town.app.app_context():
        kept = db.session.scalars(select(SessionRow)).all()
        assert hashlib.sha256(token.encode()).digest() in {row.token_hash for row in kept}
        assert token not in str([(row.data, row.token_hash) for row in kept])


def test_signing_in_changes_the_token(town: Town) -> None:
    """R-021: a planted cookie is not the one that is signed in, and the old one is dead."""
    attacker, victim = town.visitor(), town.person()
    attacker.token()
    planted = cookie(attacker)
    plant(victim, planted)
    victim.sign_in()
    assert cookie(victim) != planted
    plant(attacker, planted)
    assert not is_signed_in(attacker)
    before = cookie(victim)
    victim.sign_in()
    plant(attacker, before)
    assert not is_signed_in(attacker)


def test_a_planted_cookie_never_holds_the_secret_of_a_link(town: Town) -> None:
    """R-021: on a shared computer somebody noted the cookie before the owner of the mailbox opened the link."""
    owner = town.person()
    owner.post("/forgot", {"email": owner.email})
    town.work()
    reset = re.search(r"/reset/[\w-]+", town.mails_to(owner.email)[0]["text"])
    assert reset
    for path, clean in ((reset[0], "/reset"), ("/verify/unknown", "/verify"), ("/join/unknown", "/join")):
        attacker, browser = town.visitor(), town.visitor()
        attacker.token()
        planted = cookie(attacker)
        plant(browser, planted)
        assert browser.get(path).location == clean
        assert cookie(browser) != planted
        assert attacker.get(clean).status_code in (404, 410)
    plant(browser, planted)
    browser.get(reset[0])
    assert browser.get("/reset").status_code == 200


def test_opening_links_does_not_prolong_a_session(town: Town) -> None:
    """R-023: a stolen cookie can't be kept alive with links that say nothing."""
    person = town.person()
    for _ in range(15):
        town.later(minutes=50)
        person.get("/reset/unknown")
    assert not is_signed_in(person)


def test_a_made_up_token_is_never_taken_over(town: Town) -> None:
    person = town.visitor()
    for made_up in ("A" * 43, "x", "A" * 3000, "%00" * 10, "ü" * 30):
        plant(person, made_up)
        person.get("/sign-in")
        assert cookie(person) != made_up


def test_the_anti_forgery_token_changes_too(town: Town) -> None:
    """R-028: what a page held before the sign-in is worth nothing after it."""
    person = town.visitor()
    before = person.token()
    known = town.person()
    person.email = known.email
    person.sign_in()
    assert person.post("/account", {"name": "New"}, token=before).status_code == 403


def test_signing_out_ends_it_on_the_server(town: Town) -> None:
    """R-022, R-029."""
    person = town.person()
    token = cookie(person)
    left = person.post("/sign-out")
    assert left.status_code == 303
    assert '"storage"' in left.headers["Clear-Site-Data"]
    assert "Max-Age=0" in left.headers["Set-Cookie"]
    plant(person, token)
    assert not is_signed_in(person)


def test_sessions_end_by_themselves(town: Town) -> None:
    """R-023: 60 minutes without a visit, 12 hours in all."""
    person = town.person()
    for _ in range(14):
        town.later(minutes=50)
        assert is_signed_in(person)
    town.later(minutes=30)
    assert not is_signed_in(person), "12 hours are over"
    person.sign_in()
    town.later(minutes=61)
    assert not is_signed_in(person)


def test_nobody_asks_for_a_longer_session(town: Town) -> None:
    person = town.visitor()
    known = town.person()
    answer = person.post("/sign-in", {"email": known.email, "password": PASSWORD, "remember": "1"})
    assert "Max-Age" not in answer.headers["Set-Cookie"]
    assert "Expires" not in answer.headers["Set-Cookie"]


def test_a_disabled_account_is_out_at_the_next_request(town: Town) -> None:
    """R-024."""
    person = town.person()
    with town.app.app_context(), writing():
        db.session.get_one(User, person.user_id).disabled_at = clock.now()
    assert not is_signed_in(person)
    assert person.sign_in().status_code == 422


def test_an_ended_session_does_not_rise_again(town: Town) -> None:
    """A request that is under way while another client ends the session must not write it back."""
    person = town.person()
    token = cookie(person)

    def ended_meanwhile() -> None:
        with writing():
            db.session.execute(text("DELETE FROM session"))

    form_token = person.token()
    hooks = town.app.before_request_funcs[None]
    hooks.append(ended_meanwhile)
    assert person.post("/account", {"name": "Late Save"}, token=form_token).status_code == 303
    hooks.remove(ended_meanwhile)
    plant(person, token)
    assert not is_signed_in(person)


def overlapping(
    person: Person, slow: Callable[[Person], TestResponse], quick: Callable[[], TestResponse]
) -> tuple[TestResponse, TestResponse]:
    """The answers to both, when `quick` begins and ends while `slow` is under way, in the same browser."""
    opened, go_on = threading.Event(), threading.Event()
    twin = replace(person, client=person.app.test_client())
    plant(twin, cookie(person))

    def wait() -> None:
        if request.headers.get("X-Slow"):
            opened.set()
            assert go_on.wait(20)

    hooks = person.app.before_request_funcs.setdefault(None, [])
    hooks.append(wait)
    try:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(slow, twin)
            assert opened.wait(20)
            quickly = quick()
            go_on.set()
            return answer.result(), quickly
    finally:
        go_on.set()
        hooks.remove(wait)


SLOW = {"X-Slow": "1"}
LEAVE = "/xero/connect/go?organisation={}"


class TestSeveralRequestsAtOnce:
    @pytest.mark.parametrize("leaving_is_slow", [True, False])
    def test_what_each_has_stored_is_kept(self, town: Town, owner: Person, leaving_is_slow: bool) -> None:
        """A page that remembers which ledger is open, while another tab leaves for Xero."""
        leave = LEAVE.format(owner.organisation_id)
        look = [f"{open_shop(town, owner).base}/customers" for _ in range(2)]
        for last in look:
            slow, quick = (leave, last) if leaving_is_slow else (last, leave)
            answers = overlapping(owner, partial(Person.get, address=slow, headers=SLOW), partial(owner.get, quick))
            left = answers[0 if leaving_is_slow else 1]
            assert owner.get("/customers").location == last
            back = allow_at_provider(left.location)
            arrived = owner.get(back.removeprefix(town.app.config["BASE_URL"]))
            assert "/choose" in arrived.location, arrived.location

    def test_what_one_has_taken_out_does_not_come_back(self, town: Town, owner: Person) -> None:
        """A page has shown a notice while another tab leaves for Xero."""
        owner.post("/account", {"name": "New Name"})
        leave = partial(Person.get, address=LEAVE.format(owner.organisation_id), headers=SLOW)
        _, shown = overlapping(owner, leave, partial(owner.get, "/account"))
        assert 'role="status"><p>' in shown.text
        assert 'role="status"><p>' not in owner.get("/account").text

    def test_a_session_that_has_its_new_name_does_not_live_on_under_the_old_one(self, town: Town) -> None:
        person = town.person()
        token, old = person.token(), cookie(person)
        form = {"name": "Late Save", "csrf_token": token}
        overlapping(person, lambda twin: twin.post("/account", form, token=token, headers=SLOW), person.sign_in)
        assert is_signed_in(person) and cookie(person) != old
        plant(person, old)
        assert not is_signed_in(person)

    def test_a_session_that_was_ended_does_not_live_on_under_a_new_name(self, town: Town) -> None:
        person, late = town.person(), town.visitor()

        def open_link(twin: Person) -> TestResponse:
            late.client = twin.client
            return twin.get("/reset/unknown", headers=SLOW)

        overlapping(person, open_link, lambda: person.post("/sign-out"))
        assert not is_signed_in(late) and not is_signed_in(person)


def test_a_link_opened_in_an_ended_session_revives_nothing(town: Town) -> None:
    """Opening a link changes the token; a session that was ended at that moment stays ended under the new one too."""
    person = town.person()

    def ended_meanwhile() -> None:
        with writing():
            db.session.execute(text("DELETE FROM session"))

    hooks = town.app.before_request_funcs[None]
    hooks.append(ended_meanwhile)
    assert person.get("/reset/unknown").location == "/reset"
    hooks.remove(ended_meanwhile)
    assert not is_signed_in(person)
    assert rows(town) == 0


def test_rows_are_made_for_forms_only(town: Town) -> None:
    browser = town.visitor()
    for path in ("/", "/customers", "/nowhere", "/privacy", "/healthz", "/readyz", "/favicon.ico", "/check-mail"):
        browser.get(path)
        browser.client.head(path)
    assert rows(town) == 0
    browser.get("/sign-in")
    browser.get("/sign-in")
    assert rows(town) == 1


def test_cookies_at_home(town: Town) -> None:
    """R-026 over http: the port in the name, no Secure."""
    set_by = town.visitor().get("/sign-in").headers["Set-Cookie"]
    assert set_by.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(set_by.split("; "))
    assert "Secure" not in set_by


@pytest.fixture
def https_app(environment: dict[str, str]) -> Iterator[Flask]:
    app = create_app(from_environment({**environment, "LINK4WEB_BASE_URL": "https://l4w.example"}))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_cookies_over_https(https_app: Flask) -> None:
    """R-026, R-140: every cookie is `__Host-`, and the browser is told to stay on https."""
    client: FlaskClient = https_app.test_client()
    shown = client.get("/sign-in", base_url="https://l4w.example")
    form = {"email": "nobody@harbour.example", "password": PASSWORD, "csrf_token": csrf_of(shown.text)}
    tried = client.post("/sign-in", data=form, base_url="https://l4w.example")
    left = client.post("/sign-out", data=form, base_url="https://l4w.example")
    assert tried.status_code == 422
    cookies = [value for answer in (shown, tried, left) for value in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) == 2
    for value in cookies:
        assert value.startswith("__Host-l4w=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(value.split("; "))
        assert "Domain" not in value
    assert "max-age=63072000; includeSubDomains" in shown.headers["Strict-Transport-Security"]


def test_what_was_typed_outlives_the_session(town: Town) -> None:
    """A form sent after the session has ended is offered again after the sign-in; nothing is lost."""
    person = town.person()
    token = person.token()
    town.later(minutes=61)
    typed = {"name": "Saltbush <Plumbing>", "country": "AU", "number": "51 824 753 556"}
    refused = person.post("/organisations/new", typed, token=token)
    assert refused.status_code == 401
    assert "/sign-in" in refused.text
    assert person.sign_in().location == "/sign-in/go-on"
    offered = person.get("/sign-in/go-on").text
    assert 'action="/organisations/new"' in offered
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', offered))
    assert fields.pop("csrf_token")
    assert fields == {**typed, "name": "Saltbush &lt;Plumbing&gt;"}
    assert person.post("/organisations/new", typed).status_code == 303
    with town.app.app_context():
        assert db.session.scalars(select(Organisation.name)).all() == ["Saltbush <Plumbing>"]


def test_what_one_person_typed_is_not_offered_to_the_next(town: Town) -> None:
    first, second = town.person(), town.person("Sam Second")
    token = first.token()
    town.later(minutes=61)
    first.post("/organisations/new", {"name": "Private Matter"}, token=token)
    second.client = first.client
    assert second.sign_in().location == "/customers"


def test_a_page_open_since_before_the_last_sign_in_offers_to_send_again(town: Town) -> None:
    person = town.person()
    before = person.token()
    person.sign_in()
    refused = person.post("/account", {"name": "Kept Name"}, token=before)
    assert refused.status_code == 403
    assert 'value="Kept Name"' in refused.text
    assert 'action="/account"' in refused.text
