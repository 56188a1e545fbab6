"""Security codes: half a sign-in opens nothing, a code works once, and whoever lost the phone still gets in."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from link4web.accounts.models import RecoveryCode, SecondFactor, SessionRow
from link4web.app import create_app
from link4web.database import db, writing
from link4web.settings import Settings
from link4web.simulators.server import Running
from tests.invited import open_join, open_shop
from tests.people import PASSWORD, Person, Phone, Town, key_of, recovery_codes_of
from tests.test_every_route import places

COOKIE = "l4w_8000"
OTHER_PASSWORD = "kauri-sandbank-lemon-nine"


def cookie(person: Person) -> str:
    held = person.client.get_cookie(COOKIE, domain="localhost")
    assert held
    return held.value


def is_in(person: Person) -> bool:
    return person.get("/account").status_code == 200


def with_codes(town: Town) -> tuple[Person, Phone]:
    person = town.person()
    person.set_up_codes()
    assert person.phone
    return person, person.phone


def half_in(person: Person) -> Person:
    """Another browser of the same person, in which the password alone was typed."""
    browser = person.in_another_browser()
    assert browser.sign_in().location == "/sign-in/code"
    return browser


def test_signing_in_takes_password_and_code(town: Town) -> None:
    """R-006, R-021: each step has a new token, and the one before it is dead."""
    person, phone = with_codes(town)
    person.post("/sign-out")
    half = person.post("/sign-in", {"email": person.email, "password": PASSWORD, "next": "/account"})
    assert half.location == "/sign-in/code?next=/account"
    assert not is_in(person)
    before = cookie(person)
    whole = person.post("/sign-in/code", {"code": phone.code(), "next": "/account"})
    assert whole.location == "/account"
    assert is_in(person)
    assert cookie(person) != before
    person.client.set_cookie(COOKIE, before, domain="localhost")
    assert person.get("/sign-in/code").location == "/sign-in"


def test_half_a_sign_in_opens_no_route(town: Town) -> None:
    """R-006: no protected route, and nothing in a request turns the code off."""
    owner = town.owner()
    owner.set_up_codes()
    half = half_in(owner)
    token = half.token()
    for place in places(town.app, {"organisation": owner.organisation_id}):
        if place.rule.signed_in:
            path = f"{place.path}?code=&second_factor=off&recovery=1"
            for method in place.methods & {"GET", "POST"}:
                answer = half.post(path, token=token) if method == "POST" else half.get(path)
                assert answer.status_code == (401 if method == "POST" else 302), path
                assert "/sign-in" in (answer.location or answer.text), path


def test_setting_up_codes_ends_every_other_session(town: Town) -> None:
    """R-021, R-024."""
    person = town.person()
    other = person.in_another_browser()
    other.sign_in()
    before = cookie(person)
    person.set_up_codes()
    assert not is_in(other)
    assert is_in(person)
    person.client.set_cookie(COOKIE, before, domain="localhost")
    assert not is_in(person)


def test_a_session_without_a_code_is_worth_nothing_once_there_are_codes(town: Town) -> None:
    """R-006: one that another process was just about to store; public pages take it for nobody's, too."""
    person = town.person()
    person.set_up_codes()
    with town.app.app_context(), writing():
        db.session.execute(update(SessionRow).values(second_factor_at=None))
    assert not is_in(person)
    assert person.get("/sign-in").status_code == 200
    assert person.email not in person.get("/contact").text


def test_a_code_works_once(town: Town) -> None:
    """R-007: not again within its time, also in another browser, and none from before it."""
    person, phone = with_codes(town)
    first, second = half_in(person), half_in(person)
    code, earlier = phone.code(), phone.code_of(-1)
    assert first.type_code(code).status_code == 303
    for used in (code, earlier):
        refused = second.type_code(used)
        assert refused.status_code == 422
        assert "CODE-REFUSED" in refused.text
    assert not is_in(second)
    assert second.type_code().status_code == 303


def test_clocks_may_differ_by_one_step(town: Town) -> None:
    """R-007."""
    person, phone = with_codes(town)
    browser = half_in(person)
    town.later(minutes=5)
    for steps in (-3, -2, 2, 3):
        assert browser.type_code(phone.code_of(steps)).status_code == 422
    assert browser.type_code(phone.code_of(1)).status_code == 303


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_two_posts_of_one_code_have_one_success(town: Town, kind: str) -> None:
    """R-007."""
    person, phone = with_codes(town)
    browsers = [half_in(person) for _ in range(4)]
    tokens = [browser.token() for browser in browsers]
    typed = phone.code() if kind == "code" else person.recovery_codes[0]

    def press(at: int) -> int:
        return browsers[at].post("/sign-in/code", {"code": typed}, token=tokens[at]).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, range(4)))
    assert answers.count(303) == 1, answers


def test_recovery_codes_work_once_each_and_are_kept_as_hashes(town: Town) -> None:
    """R-007."""
    person, phone = with_codes(town)
    first, second = person.recovery_codes[:2]
    with town.app.app_context():
        rows = db.session.scalars(select(RecoveryCode)).all()
        assert len(rows) == 10
        assert all(row.code_hash.startswith("$argon2id$") for row in rows)
        assert phone.key.encode() not in db.session.scalars(select(SecondFactor.secret)).one()
    for code, status in ((first, 303), (first, 422), (second.upper().replace("-", " "), 303)):
        browser = half_in(person)
        assert browser.type_code(code).status_code == status
    assert "8 are left" in browser.get("/account").text
    town.work()
    assert "A recovery code was used" in [mail["subject"] for mail in town.mails_to(person.email)]


def test_new_recovery_codes_replace_the_old_ones(town: Town) -> None:
    person, _ = with_codes(town)
    fresh = recovery_codes_of(person.post("/account/codes/recovery").text)
    browser = half_in(person)
    assert browser.type_code(person.recovery_codes[0]).status_code == 422
    assert browser.type_code(fresh[0]).status_code == 303


def test_guessing_codes_gets_slow_and_the_owner_still_gets_in(town: Town) -> None:
    """R-005: by whoever has the password; where the owner has signed in before stays open."""
    person, _ = with_codes(town)
    assert half_in(person).type_code().status_code == 303
    thief = half_in(person)
    elsewhere: Any = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    answers = [thief.post("/sign-in/code", {"code": "000000"}, **elsewhere).status_code for _ in range(8)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert "CODE-SLOWED" in thief.pages[-1].text
    assert half_in(person).type_code().status_code == 303


def test_a_new_password_keeps_the_codes(town: Town) -> None:
    """R-008: whoever reads the mails needs the phone as well; half a sign-in from before ends."""
    person, _ = with_codes(town)
    half = half_in(person)
    person.post("/forgot", {"email": person.email})
    town.work()
    link = re.search(r"/reset/[\w-]+", town.mails_to(person.email)[0]["text"])
    assert link
    browser = person.in_another_browser()
    browser.get(link[0])
    assert browser.post("/reset", {"password": OTHER_PASSWORD}).location == "/sign-in"
    assert not is_in(browser)
    assert half.type_code().location == "/sign-in"
    assert browser.sign_in(OTHER_PASSWORD).location == "/sign-in/code"
    assert browser.type_code().status_code == 303


def test_half_a_sign_in_lasts_ten_minutes(town: Town) -> None:
    person, _ = with_codes(town)
    half = half_in(person)
    town.later(minutes=11)
    assert half.type_code().location == "/sign-in"
    assert "SIGN-IN-HALF" in half.get("/sign-in").text


def test_a_new_phone_replaces_the_old_one(town: Town) -> None:
    person, old = with_codes(town)
    new = Phone(town.app, key_of(person.get("/account/codes").text), old.last)
    assert new.key != old.key
    assert person.post("/account/codes", {"code": old.code()}).status_code == 422
    assert person.post("/account/codes", {"code": new.code()}).status_code == 200
    browser = half_in(person)
    assert browser.type_code(old.code()).status_code == 422
    assert browser.type_code(new.code()).status_code == 303


def test_joining_with_somebodys_invitation_keeps_the_session_whole(town: Town) -> None:
    """R-006: a new token after joining has proved what the old one had."""
    shop = open_shop(town, town.owner())
    joiner = town.owner("Jo Joiner", "Kauri Point Marine", number=None)
    joiner.set_up_codes()
    shop.sent(shop.customer("Kauri Point Marine", joiner.email))
    open_join(joiner, shop.mails_to(joiner.email)[0])
    joined = joiner.post("/join", {"organisation": joiner.organisation_id})
    assert joined.status_code == 303, joined.text
    assert is_in(joiner)
    assert joiner.get("/account/codes").status_code == 200


def test_turning_off_and_the_command_for_who_lost_everything(town: Town, app: Flask) -> None:
    person, _ = with_codes(town)
    assert person.post("/account/codes/off").location == "/account"
    assert person.in_another_browser().sign_in().location == "/customers"
    person.set_up_codes()
    command = ["user", "reset-second-factor", person.email.upper()]
    done = app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 0, done.output
    assert not is_in(person)
    assert person.sign_in().location == "/customers"
    assert app.test_cli_runner().invoke(args=command).exit_code == 1
    town.work()
    subjects = {mail["subject"] for mail in town.mails_to(person.email)}
    expected = ("Security codes are set up", "Security codes are turned off", "Your security codes were taken away")
    assert set(expected) <= subjects


@pytest.fixture
def strict(settings: Settings, simulators: Running) -> Iterator[Town]:
    """A service that asks codes of everybody."""
    app = create_app(replace(settings, second_factor="required"))
    yield Town(app, simulators)
    app.extensions["post"].close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_where_codes_are_asked_of_everybody_nothing_opens_before(strict: Town) -> None:
    """R-006: every route of an organisation, as a page and as a part, leads to the setting up; then it goes on."""
    owner = strict.owner()
    token = owner.token()
    for place in places(strict.app, {"organisation": owner.organisation_id}):
        if place.rule.staff or place.rule.on_behalf == "own":
            continue  # these aren't there at all for anybody but support
        if place.rule.signed_in and place.rule.codes:
            for method in place.methods & {"GET", "POST"}:
                for headers in ({}, {"HX-Request": "true"}):
                    more: Any = {"token": token} if method == "POST" else {}
                    answer = (owner.post if method == "POST" else owner.get)(place.path, headers=headers, **more)
                    led = answer.location or answer.headers.get("HX-Redirect") or ""
                    assert led.startswith("/account/codes"), (method, place.path)
    assert owner.get("/go/my-customers").location.startswith("/account/codes")
    wanted = f"/org/{owner.organisation_id}/connections"
    owner.phone = Phone(strict.app, key_of(owner.get(owner.get(wanted).location).text))
    made = owner.post("/account/codes", {"code": owner.next_code(), "next": wanted})
    assert f'href="{wanted}"' in made.text
    assert owner.get(wanted).status_code == 200
    owner.post("/account/codes/off")
    assert "asks codes of everybody" in owner.get("/account").text
    assert owner.get(wanted).status_code == 200
