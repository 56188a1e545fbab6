"""Sign up, verify, sign in, choose a new password; and what attackers try there."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from link4web.accounts import cleanup
from link4web.accounts.models import MailToken, SessionRow, SignInAttempt, User
from link4web.accounts.services import find_user
from link4web.database import db
from link4web.web.rights import Rights
from tests.colleagues import Office
from tests.invited import open_join, open_shop
from tests.people import PASSWORD, Person, Town, csrf_of, standing_still
from tests.test_every_route import places

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # for long tests of plain Python
OTHER_PASSWORD = "copper-heron-under-pohutukawa"


def sign_up(person: Person, password: str = PASSWORD, email: str = "", name: str = "") -> TestResponse:
    form = {"name": name or person.name, "email": email or person.email, "password": password}
    return person.post("/sign-up", form)


def link_in_mail(town: Town, address: str, path: str) -> str:
    """The path of the newest link of its kind that was mailed to an address."""
    for mail in town.mails_to(address):
        if found := re.search(rf"http://localhost:8000(/{path}/[\w-]+)", mail["text"]):
            return found[1]
    raise AssertionError(f"no {path} link for {address}")


def user(town: Town, email: str) -> User | None:
    with town.app.app_context():
        return find_user(email)


def masked(response: TestResponse, *words: str) -> str:
    text = re.sub(r'(csrf_token" value=|<code>)[^<]*', "", response.text)
    for word in words:
        text = text.replace(word, "•")
    return text


def test_from_sign_up_to_signed_in(town: Town) -> None:
    person = town.visitor()
    assert sign_up(person).location == "/check-mail"
    assert person.email in person.get("/check-mail").text
    town.work()
    link = link_in_mail(town, person.email, "verify")
    opened = person.get(link)
    assert (opened.status_code, opened.location) == (302, "/verify")
    for _ in range(3):  # looking at it changes nothing
        assert "Is this your address?" in person.get("/verify").text
    known = user(town, person.email)
    assert known and known.verified_at is None
    assert person.post("/verify").location == "/customers"
    assert person.get("/organisations").status_code == 200
    used_again = person.get("/verify")
    assert used_again.status_code == 410


def test_a_link_opened_in_another_browser_asks_for_the_password(town: Town) -> None:
    """Whoever signs up with somebody else's address must not get in when its owner confirms."""
    attacker, owner = town.visitor(), town.visitor()
    sign_up(attacker, password=OTHER_PASSWORD, email=owner.email)
    town.work()
    owner.get(link_in_mail(town, owner.email, "verify"))
    assert 'name="password"' in owner.get("/verify").text
    for form in ({}, {"password": PASSWORD}):
        assert owner.post("/verify", form).status_code == 422
    known = user(town, owner.email)
    assert known and known.verified_at is None
    owner.post("/forgot", {"email": owner.email})
    town.work()
    owner.get(link_in_mail(town, owner.email, "reset"))
    assert owner.post("/reset", {"password": PASSWORD}).location == "/sign-in"
    assert owner.sign_in().status_code == 303
    attacker.email = owner.email
    assert attacker.sign_in(OTHER_PASSWORD).status_code == 422
    assert owner.get("/organisations").status_code == 200, "the reset has proved the mailbox"


def test_the_right_password_confirms_in_another_browser(town: Town) -> None:
    desk, phone = town.visitor(), town.visitor()
    sign_up(desk)
    town.work()
    phone.get(link_in_mail(town, desk.email, "verify"))
    assert phone.post("/verify", {"password": PASSWORD}).location == "/customers"


def test_the_newest_sign_up_counts_until_the_address_is_proved(town: Town) -> None:
    first, second = town.visitor(), town.visitor()
    second.email = first.email
    sign_up(first)
    sign_up(second, password=OTHER_PASSWORD)
    town.work()
    first.get(link_in_mail(town, first.email, "verify"))
    assert 'name="password"' in first.get("/verify").text, "the first browser's proof is of a password gone"


def test_who_signed_up_first_keeps_no_way_in(town: Town) -> None:
    """R-104: a session from before the address was proved ends when its owner proves it."""
    squatter, owner = town.visitor(), town.visitor()
    sign_up(squatter, password=OTHER_PASSWORD, email=owner.email)
    squatter.email = owner.email
    assert squatter.sign_in(OTHER_PASSWORD).status_code == 303
    assert squatter.get("/account").status_code == 200
    sign_up(owner)
    town.work()
    owner.get(link_in_mail(town, owner.email, "verify"))
    assert owner.post("/verify").location == "/customers"
    assert owner.get("/organisations").status_code == 200
    assert squatter.get("/account").status_code == 302
    assert squatter.sign_in(OTHER_PASSWORD).status_code == 422


def test_two_sign_ups_at_once_make_one_account(town: Town) -> None:
    people = [town.visitor() for _ in range(4)]
    for person in people:
        person.email = people[0].email
        person.token()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(sign_up, people))
    assert {answer.status_code for answer in answers} == {303}
    with town.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 1


LENGTHS = {
    "a1b2c3d": False,
    "a1b2c3d4": False,
    "a1b2c3d4e5f6g7": False,
    "k" * 7 + "qwz mtv": False,
    "tui sang at dusk": True,
    "🦆🥝🌊🐑🪶🌋🏔🌿🪨🌦🐚🎣🧭⛵🪁": True,
    "!#%&/()=?¤@£$+^*": True,
    "wharf lantern " * 4 + "sixty-4.": True,
    "wharf lantern " * 4 + "sixtyfive": True,
    "long " + "tide-chart-number-" * 10 + "and-two-hundred": True,
    "long " + "tide-chart-number-" * 11: True,
}


def test_length_is_the_only_rule(town: Town) -> None:
    """R-001: 15 or more of any characters, nothing cut off, nothing folded."""
    assert {len(password) for password in LENGTHS} >= {7, 8, 14, 15, 64, 65, 200}
    for password, fine in LENGTHS.items():
        person = town.visitor()
        assert sign_up(person, password).status_code == (303 if fine else 422), password
        if fine:
            assert person.sign_in(password).status_code == 303
            if len(password) > 64:
                assert person.sign_in(password[:64]).status_code == 422
                assert person.sign_in(f"{password[:64]}~{password[65:]}").status_code == 422
            assert person.sign_in(password + " ").status_code == 422
            assert password == password.upper() or person.sign_in(password.upper()).status_code == 422


def test_what_was_typed_is_kept_but_for_the_password(town: Town) -> None:
    person = town.visitor()
    answer = sign_up(person, "too short", name="Ngāio Tāmaki")
    assert answer.status_code == 422
    assert "Ngāio Tāmaki" in answer.text
    assert person.email in answer.text
    assert "too short" not in answer.text


@on_sqlite
def test_own_names_are_no_passwords(town: Town) -> None:
    """R-002 with context: own name, own address, and at a reset the organisation's name."""
    person = town.visitor()
    assert sign_up(person, "Vera Visitor 2026!!").status_code == 422
    assert sign_up(person, person.email.upper()).status_code == 422
    owner = town.owner(organisation="Matariki Joinery")
    owner.post("/forgot", {"email": owner.email})
    town.work()
    owner.get(link_in_mail(town, owner.email, "reset"))
    assert owner.post("/reset", {"password": "MatarikiJoinery2026!!"}).status_code == 422
    assert owner.post("/reset", {"password": OTHER_PASSWORD}).status_code == 303


def test_hashes_are_argon2id_and_grow_with_the_parameters(town: Town) -> None:
    """R-003."""
    person = town.person()
    town.app.config["LIGHT_PASSWORDS"] = False  # what everybody has who doesn't test
    assert person.sign_in().status_code == 303
    known = user(town, person.email)
    assert known
    now = extract_parameters(known.password_hash)
    assert known.password_hash.startswith("$argon2id$")
    assert now.memory_cost >= 19 * 1024
    assert now.time_cost >= 2
    assert now.parallelism == 1


@on_sqlite
@pytest.mark.parametrize("path", ["/sign-up", "/forgot", "/sign-in"])
def test_known_and_unknown_addresses_are_answered_alike(town: Town, path: str, work_done: Counter[str]) -> None:
    """R-004: status, body, headers; and the same work, so that neither can be told from the time it takes."""
    known = town.person()
    answers, work = [], []
    for email in (known.email, "nobody-knows@harbour.example"):
        browser = town.visitor()
        form = {"name": "Vera", "email": email, "password": OTHER_PASSWORD, "csrf_token": browser.token()}
        work_done.clear()
        answer = browser.client.post(path, data=form, base_url=town.app.config["BASE_URL"])
        work.append(dict(work_done))
        headers = {name for name, _ in answer.headers}
        answers.append((answer.status_code, masked(answer, email), headers, answer.location))
    assert answers[0] == answers[1]
    assert work[0] == work[1] != {}


@pytest.fixture
def work_done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """What takes time, counted: Argon2 runs, and statements by their first words."""
    counted: Counter[str] = Counter()

    def counting(name: str) -> None:
        original = getattr(PasswordHasher, name)

        def counted_run(self: PasswordHasher, *args: Any) -> Any:
            counted[f"argon2 {name} {self.time_cost} {self.memory_cost}"] += 1
            return original(self, *args)

        monkeypatch.setattr(PasswordHasher, name, counted_run)

    def statement(_: object, __: object, sql: str, *___: object) -> None:
        counted[" ".join(sql.split()[:4])] += 1

    counting("hash")
    counting("verify")
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", statement)
    yield counted
    event.remove(engine, "before_cursor_execute", statement)


def test_somebody_who_signs_up_again_is_told_by_mail_only(town: Town) -> None:
    known = town.person()
    sign_up(town.visitor(), email=known.email.upper())
    town.work()
    assert town.mails_to(known.email)[0]["subject"] == "You already have a Link4web account"
    assert known.sign_in().status_code == 303, "the password is still the old one"


@on_sqlite
def test_guessing_gets_slower_and_the_owner_still_gets_in(town: Town) -> None:
    """R-005: 101 wrong tries from one network; the owner signs in from the one they know."""
    owner, attacker = town.person(), town.visitor()
    wrong = {"email": owner.email, "password": OTHER_PASSWORD}
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    statuses = [attacker.post("/sign-in", wrong, environ_base=elsewhere).status_code for _ in range(12)]
    assert statuses == [422] * 5 + [429] * 7
    for _ in range(110):
        town.later(minutes=16)
        attacker.post("/sign-in", wrong, environ_base=elsewhere)
    town.later(minutes=16)
    right = {"email": owner.email, "password": PASSWORD}
    refused = attacker.post("/sign-in", right, environ_base=elsewhere)
    assert refused.status_code == 429, "no more than 100 in a row, not even the right one"
    assert "Choose a new password" in refused.text
    assert owner.sign_in().status_code == 303


@on_sqlite
def test_an_owner_without_a_known_network_gets_in_by_mail(town: Town) -> None:
    owner, attacker = town.visitor(), town.visitor()
    sign_up(owner)
    for number in range(101):
        town.later(minutes=16)
        address = {"REMOTE_ADDR": f"198.51.100.{number}"}
        attacker.post("/sign-in", {"email": owner.email, "password": OTHER_PASSWORD}, environ_base=address)
    assert owner.sign_in().status_code == 429
    owner.post("/forgot", {"email": owner.email})
    town.work()
    owner.get(link_in_mail(town, owner.email, "reset"))
    owner.post("/reset", {"password": OTHER_PASSWORD})
    assert owner.sign_in(OTHER_PASSWORD).status_code == 303


@on_sqlite
def test_trying_many_accounts_from_one_network_is_slowed(town: Town) -> None:
    """R-005, and R-158: a made-up X-Forwarded-For is nobody's address."""
    attacker = town.visitor()
    token, statuses = attacker.token(), []
    with standing_still():
        for number in range(50):
            form = {"email": f"victim{number}@harbour.example", "password": OTHER_PASSWORD}
            forged = {"X-Forwarded-For": f"192.0.2.{number}"}
            statuses.append(attacker.post("/sign-in", form, token=token, headers=forged).status_code)
    assert statuses == [422] * 20 + [429] * 30


@on_sqlite
def test_a_slowed_network_refuses_no_right_code(town: Town) -> None:
    """R-005: what others guess behind the same address makes nobody's code wrong."""
    person, attacker = town.person(), town.visitor()
    person.set_up_codes()
    token = attacker.token()
    for number in range(25):
        form = {"email": f"victim{number}@harbour.example", "password": OTHER_PASSWORD}
        attacker.post("/sign-in", form, token=token)
    town.later(seconds=40)
    assert person.sign_in().location.startswith("/sign-in/code")
    assert person.post("/sign-in/code", {"code": person.next_code()}).status_code == 303


@on_sqlite
def test_wrong_tries_are_not_forgotten_with_the_month(town: Town) -> None:
    """R-005: whoever guesses now and then, each time from elsewhere, has no more tries than others."""
    owner, attacker = town.person(), town.visitor()

    def guess(number: int) -> int:
        form, elsewhere = {"email": owner.email, "password": OTHER_PASSWORD}, {"REMOTE_ADDR": f"198.51.100.{number}"}
        return attacker.post("/sign-in", form, environ_base=elsewhere).status_code

    assert [guess(number) for number in range(10)] == [422] * 10
    for number in (10, 12):
        town.later(days=31)
        with town.app.app_context():
            cleanup.forget_old()
        assert [guess(number), guess(number + 1)] == [422, 429]
    with town.app.app_context():
        assert db.session.scalar(select(func.max(SignInAttempt.failures))) == 12
    owner.post("/forgot", {"email": owner.email})
    town.work()
    owner.get(link_in_mail(town, owner.email, "reset"))
    owner.post("/reset", {"password": "fern-lagoon-copper-eight"})
    assert [guess(number) for number in range(14, 18)] == [422] * 4, "a new password starts the count anew"


def test_guessing_at_the_link_of_a_sign_up_gets_slow(town: Town) -> None:
    """R-005: with the mailbox, but not with the password; later the right one is taken all the same."""
    desk, phone = town.visitor(), town.visitor()
    sign_up(desk)
    town.work()
    phone.get(link_in_mail(town, desk.email, "verify"))
    with standing_still():
        statuses = [phone.post("/verify", {"password": OTHER_PASSWORD}).status_code for _ in range(7)]
        assert statuses == [422] * 5 + [429] * 2
        assert "Too many tries" in phone.post("/verify", {"password": PASSWORD}).text
    town.later(minutes=1)
    assert phone.post("/verify", {"password": PASSWORD}).location == "/customers"


def test_parallel_guesses_are_counted(town: Town) -> None:
    owner = town.person()
    browsers = [town.visitor() for _ in range(8)]
    tokens = [browser.token() for browser in browsers]

    def guess(number: int) -> int:
        form = {"email": owner.email, "password": OTHER_PASSWORD}
        elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
        return browsers[number].post("/sign-in", form, token=tokens[number], environ_base=elsewhere).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(guess, range(8))) == [422] * 5 + [429] * 3


def test_a_stolen_session_changes_no_password(town: Town) -> None:
    """R-009: password and code come first, and what is typed before is kept nowhere."""
    person = town.person()
    person.set_up_codes()
    town.later(minutes=11)
    form = {"password": OTHER_PASSWORD}
    for answer in (person.get("/account/password"), person.post("/account/password", form)):
        assert answer.location == "/confirm-it-is-you?next=/account/password"
    proof = {"password": PASSWORD, "next": "/account/password"}
    assert person.post("/confirm-it-is-you", proof).status_code == 422, "without a code"
    assert person.in_another_browser().sign_in(OTHER_PASSWORD).status_code == 422
    assert person.confirm("/account/password", person.next_code()) == "/account/password"
    copied = person.client.get_cookie("l4w_8000", domain="localhost")
    assert person.post("/account/password", form).location == "/account"
    assert person.client.get_cookie("l4w_8000", domain="localhost") != copied, "a copy of the cookie opens nothing"
    assert person.in_another_browser().sign_in(OTHER_PASSWORD).status_code == 303


def test_a_reset_link(town: Town) -> None:
    """R-008: once, 30 minutes, superseded by the next, ends sessions, signs nobody in, tells the owner."""
    person = town.person()
    other_browser = town.visitor()
    other_browser.email = person.email
    other_browser.sign_in()
    browser = town.visitor()

    def ask() -> str:
        browser.post("/forgot", {"email": person.email})
        town.work()
        return link_in_mail(town, person.email, "reset")

    old = ask()
    town.later(minutes=2)
    newer = ask()
    assert browser.get(old).location == "/reset"
    assert browser.post("/reset", {"password": OTHER_PASSWORD}).status_code == 410
    town.later(minutes=31)
    browser.get(newer)
    assert browser.post("/reset", {"password": OTHER_PASSWORD}).status_code == 410
    fresh = ask()
    browser.get(fresh)
    assert browser.post("/reset", {"password": "short"}).status_code == 422, "the link still works after this"
    assert browser.post("/reset", {"password": OTHER_PASSWORD}).location == "/sign-in"
    assert browser.get("/organisations").status_code == 302, "not signed in by it"
    assert other_browser.get("/organisations").status_code == 302, "all sessions ended"
    browser.get(fresh)
    assert browser.post("/reset", {"password": PASSWORD}).status_code == 410
    town.work()
    assert town.mails_to(person.email)[0]["subject"] == "Your password was changed"


def test_tokens_are_hashed_where_they_are_kept(town: Town) -> None:
    person = town.person()
    person.post("/forgot", {"email": person.email})
    town.work()
    token = link_in_mail(town, person.email, "reset").rpartition("/")[2]
    assert len(token) >= 22
    with town.app.app_context():
        assert token.encode() not in db.session.scalars(select(MailToken.token_hash)).one()


def test_mails_carry_the_configured_address(town: Town) -> None:
    """R-014, R-112: a forged Host changes nothing; account mails are purely factual and reach anybody."""
    person, attacker = town.person(), town.app.test_client()
    forged: dict = {"base_url": "http://evil.example", "headers": {"X-Forwarded-Host": "evil.example"}}
    token = csrf_of(attacker.get("/forgot", **forged).text)
    asked = attacker.post("/forgot", data={"email": person.email, "csrf_token": token}, **forged)
    assert asked.status_code == 200
    town.work()
    mail = town.mails_to(person.email)[0]
    assert "evil.example" not in str(mail)
    assert link_in_mail(town, person.email, "reset")
    assert not re.search(r"offer|discount|upgrade|newsletter|unsubscribe", str(mail), re.IGNORECASE)


@on_sqlite
@pytest.mark.parametrize("name", ["Visit http://evil.example", "evil.example now", "a@evil.example", "Jo\r\nBcc: x@y"])
def test_a_name_carries_nothing_into_a_strangers_mailbox(town: Town, name: str) -> None:
    """R-105."""
    person = town.visitor()
    sign_up(person, name=name)
    town.work()
    mail = str(town.mails_to(person.email)[0])
    assert "evil.example" not in mail
    assert "Bcc" not in mail.replace("Jo Bcc", "")


def test_our_forms_flood_nobodys_mailbox(town: Town) -> None:
    person = town.person()
    for _ in range(10):
        person.post("/forgot", {"email": person.email})
    town.work()
    assert len(town.mails_to(person.email)) == 1


def test_addresses_have_one_form(town: Town) -> None:
    """R-012."""
    person = town.person()
    local, _, domain = person.email.partition("@")
    for same in (f" {local.upper()}@{domain.upper()} ", person.email.replace("v", "ｖ", 1)):
        assert town.visitor().post("/sign-in", {"email": same, "password": PASSWORD}).status_code == 303
    for other in (f"{local}+tag@{domain}", person.email.replace("a", "а", 1)):
        assert town.visitor().post("/sign-in", {"email": other, "password": PASSWORD}).status_code == 422


def test_unverified_people_may_do_nothing(town: Town) -> None:
    """R-011, over every route that needs a sign-in: see tests/test_every_route.py; here the way on."""
    person = town.person(verified=False)
    assert person.get("/organisations/new").location == "/check-mail"
    assert person.post("/organisations/new", {"name": "Early Bird", "country": "AU"}).location == "/check-mail"
    assert "Send it once more" in person.get("/check-mail").text
    person.post("/check-mail")
    person.post("/check-mail")
    assert "on its way already" in person.get("/check-mail").text
    town.work()
    assert len(town.mails_to(person.email)) == 1


@on_sqlite
def test_password_fields_help_managers(town: Town) -> None:
    """R-016: on every page that asks for a password, also those that only a link leads to."""
    owner, visitor, reader = town.owner(), town.visitor(), town.person()
    sign_up(visitor)
    reader.post("/forgot", {"email": reader.email})
    town.work()
    stranger = visitor.in_another_browser()
    stranger.get(link_in_mail(town, visitor.email, "verify"))
    reader.get(link_in_mail(town, reader.email, "reset"))
    colleague, customer, shop = town.visitor(), town.visitor(), open_shop(town, owner)
    colleague.get(Office(town, owner).invited(colleague.email, Rights("user")))
    shop.sent(shop.customer(email=customer.email))
    open_join(customer, town.mails_to(customer.email)[0])
    pages = {place.path for place in places(town.app, {}) if "GET" in place.methods and "x" * 22 not in place.path}
    found = set()
    for person in (town.visitor(), stranger, reader, colleague, customer, owner):
        for path in pages:
            text = person.get(path).text
            assert "onpaste" not in text
            for field in re.findall(r'<input[^>]*type="password"[^>]*>', text):
                found.add(path)
                assert re.search(r'autocomplete="(new|current)-password"', field), (path, field)
    assert found >= {
        "/account/password",
        "/colleague",
        "/confirm-it-is-you",
        "/join",
        "/reset",
        "/sign-in",
        "/sign-up",
        "/verify",
    }


def test_the_account_page(town: Town) -> None:
    person = town.person()
    other = town.visitor()
    other.email = person.email
    other.sign_in()
    assert person.post("/account", {"name": "Olive Ōwner"}).status_code == 303
    assert "Olive Ōwner" in person.get("/account").text
    assert person.post("/account/password", {"password": "short"}).status_code == 422
    assert other.get("/account").status_code == 200
    assert person.post("/account/password", {"password": OTHER_PASSWORD}).status_code == 303
    assert person.get("/account").status_code == 200
    assert other.get("/account").status_code == 302, "every other session has ended"
    other.sign_in(OTHER_PASSWORD)
    person.post("/account/sign-out-others")
    assert other.get("/account").status_code == 302
    town.work()
    assert town.mails_to(person.email)[0]["subject"] == "Your password was changed"


def test_what_has_run_out_is_forgotten(town: Town) -> None:
    person = town.person()
    person.post("/forgot", {"email": person.email})
    town.visitor().post("/sign-in", {"email": "nobody@harbour.example", "password": PASSWORD})
    town.work()
    town.later(days=40)
    fresh = town.visitor()
    fresh.email = person.email
    fresh.sign_in()
    with town.app.app_context():
        assert cleanup.forget_old() > 3
        assert db.session.scalar(select(func.count()).select_from(MailToken)) == 0
        assert db.session.scalar(select(func.count()).select_from(SessionRow)) == 1
        kept = db.session.scalars(select(SignInAttempt.key)).all()
        assert {key.partition(":")[0] for key in kept} <= {"known", "network"}
    assert fresh.get("/account").status_code == 200


def test_mails_wait_for_a_server_that_is_away(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    person = town.person()
    post = town.app.extensions["post"]
    monkeypatch.setattr(post, "url", urlsplit("smtp://127.0.0.1:9"))
    person.post("/forgot", {"email": person.email})
    town.work()
    assert not town.mails_to(person.email)
    monkeypatch.undo()
    town.later(minutes=1)
    town.work()
    assert len(town.mails_to(person.email)) == 1


def test_another_visitors_token_is_worth_nothing(town: Town) -> None:
    """R-028."""
    person, other = town.person(), town.visitor()
    client: FlaskClient = town.app.test_client()
    theirs = csrf_of(other.get("/sign-in").text)
    client.get("/sign-in", base_url=town.app.config["BASE_URL"])
    form = {"email": person.email, "password": PASSWORD, "csrf_token": theirs}
    assert client.post("/sign-in", data=form, base_url=town.app.config["BASE_URL"]).status_code == 403
