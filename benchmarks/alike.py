"""Whether the time of an answer tells what the answer does not: who has an account, and which ids exist."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient

from benchmarks import installation
from benchmarks.installation import BASE_URL
from benchmarks.results import Line, at_most
from link4web import clock, tenancy
from link4web.accounts import passwords
from link4web.accounts.models import Organisation, User
from link4web.connections.models import Connection
from link4web.database import db, writing
from link4web.ids import new_id

LIMIT = 10.0  # percent
TRIES, LOOKS = 60, 500
WRONG = "wrong wrong wrong wrong"
Ask = Callable[[int], None]


def answers(folder: Path) -> list[Line]:
    """Pairs of requests that nobody may tell apart, one after the other, by the clock (R-004, R-045)."""
    made = installation.install(folder)
    app = made.app()
    app.config["LIGHT_PASSWORDS"] = False  # as in production: hashing is nearly all that a sign-in takes
    with app.app_context():
        _people()
        foreign = _foreign_connection()
    visitor, member = app.test_client(), app.test_client()
    _, _, cookie = installation.sign_in(made).partition("=")
    member.set_cookie(app.extensions["settings"].cookie_name, cookie)
    lines = [
        _line(
            "Sign-in with a wrong password: an address with an account beside one without, by the clock",
            _tries(visitor, "known"),
            _tries(visitor, "unknown"),
            TRIES,
        ),
        _line(
            "A page under an id of another organisation beside one under an id of nobody's, by the clock",
            _looks(member, lambda: foreign),
            _looks(member, new_id),
            LOOKS,
        ),
    ]
    with app.app_context():
        installation.let_go_of_database()
    return lines


def _line(what: str, one: Ask, other: Ask, pairs: int) -> Line:
    first, second = _medians(one, other, pairs)
    detail = f"{first * 1000:.2f} ms beside {second * 1000:.2f} ms, medians of {pairs} each"
    return at_most(what, abs(first / second - 1) * 100, LIMIT, unit="% apart", detail=detail)


def _medians(one: Ask, other: Ask, pairs: int) -> tuple[float, float]:
    """Of both in turn, and every other time the other way about, so that neither always follows the same."""
    seen: tuple[list[float], list[float]] = ([], [])
    for number in range(pairs):
        both = ((one, seen[0]), (other, seen[1]))
        for ask, kept in both if number % 2 else both[::-1]:
            began = time.perf_counter()
            ask(number)
            kept.append(time.perf_counter() - began)
    first, second = map(median, seen)
    return first, second


def _tries(browser: FlaskClient, name: str) -> Ask:
    """A try with another address, from another network each time: no guard against guessing slows it down."""
    shown = browser.get("/sign-in", base_url=BASE_URL).text
    token = shown.partition('name="csrf_token" value="')[2].partition('"')[0]

    def ask(number: int) -> None:
        form = {"csrf_token": token, "email": _address(name, number), "password": WRONG}
        network = {"REMOTE_ADDR": f"198.51.{number}.{len(name)}"}
        answer = browser.post("/sign-in", data=form, base_url=BASE_URL, environ_base=network)
        assert answer.status_code == 422, answer.text

    return ask


def _looks(browser: FlaskClient, connection: Callable[[], str]) -> Ask:
    def ask(_: int) -> None:
        answer = browser.get(f"/xero/{connection()}/customers", base_url=BASE_URL)
        assert answer.status_code == 404, answer.text

    return ask


def _address(name: str, number: int) -> str:
    return f"{name}{number}@harbour.example"


def _people() -> None:
    """As many with an account as are asked for, all with the password of one."""
    now, hashed = clock.now(), passwords.hash_password("rimu-lantern-harbour-seven")
    with writing():
        db.session.add_all(
            User(email=_address("known", number), name="Olive", password_hash=hashed, verified_at=now, created_at=now)
            for number in range(TRIES)
        )


def _foreign_connection() -> str:
    """The id of a connection that somebody else has."""
    organisation, connection = new_id(), new_id()
    now = clock.now()
    with tenancy.acting_for(organisation), writing():
        db.session.add(
            Organisation(id=organisation, name="Kauri", country="NZ", timezone="Pacific/Auckland", created_at=now)
        )
        db.session.flush()
        row = {"organisation_id": organisation, "id": connection, "provider": "xero", "state": "active"}
        db.session.add(Connection(**row, file_name="Kauri", file_country="NZ", connected_at=now, created_at=now))
    return connection
