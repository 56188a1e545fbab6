"""People who use the application from outside, through its pages."""

import base64
import hashlib
import hmac
import itertools
import re
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import requests
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from link4web import clock
from link4web.accounts import organisations, passwords
from link4web.accounts.models import User
from link4web.connections.membership import connections_of
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.registers.numbers import BusinessNumber
from link4web.simulators.server import Running
from link4web.worker import drain_all

PASSWORD = "rimu-lantern-harbour-seven"
SAMPLE_ABN = BusinessNumber("ABN", "51824753556")  # a published sample number
UNOPENED = ("", 0.0, "")
_numbers = itertools.count()


@dataclass
class Person:
    """Somebody with a browser."""

    app: Flask
    client: FlaskClient
    email: str
    name: str
    user_id: str = ""
    organisation_id: str = ""
    simulators: Running | None = None
    pages: list[TestResponse] = field(default_factory=list)
    phone: "Phone | None" = None
    recovery_codes: list[str] = field(default_factory=list)
    _form: tuple[str, float, str] = UNOPENED

    def get(self, address: str, **kwargs: object) -> TestResponse:
        response = self.client.get(address, base_url=self.app.config["BASE_URL"], **kwargs)
        self.pages.append(response)
        return response

    def post(
        self, address: str, data: dict | None = None, *, token: str | None = None, **kwargs: object
    ) -> TestResponse:
        """Post a form with the anti-forgery token of this browser."""
        form = {"csrf_token": self.token() if token is None else token, **(data or {})}
        response = self.client.post(address, data=form, base_url=self.app.config["BASE_URL"], **kwargs)
        self.pages.append(response)
        return response

    def token(self) -> str:
        """The token a form would carry that was opened a moment ago; it holds as long as the session has its key."""
        session, opened, token = self._form
        if not session or session != self._session() or abs(clock.timestamp() - opened) > 60:
            token = csrf_of(self.client.get("/sign-in", base_url=self.app.config["BASE_URL"]).text)
            self._form = (self._session(), clock.timestamp(), token)
        return token

    def _session(self) -> str:
        host = urlsplit(self.app.config["BASE_URL"]).hostname or ""
        cookie = self.client.get_cookie(self.app.extensions["settings"].cookie_name, host)
        return cookie.value if cookie else ""

    def sign_in(self, password: str = PASSWORD) -> TestResponse:
        self._form = UNOPENED  # the session may have been ended elsewhere
        return self.post("/sign-in", {"email": self.email, "password": password})

    def in_another_browser(self) -> "Person":
        """The same person where nobody is signed in yet."""
        return replace(self, client=self.app.test_client(), pages=[])

    def set_up_codes(self) -> None:
        """Read the key off the page and type the first code that the phone makes of it."""
        self.phone = Phone(self.app, key_of(self.get("/account/codes").text))
        made = self.post("/account/codes", {"code": self.phone.code()})
        self.recovery_codes = recovery_codes_of(made.text)

    def type_code(self, code: str = "") -> TestResponse:
        """The second step of a sign-in; with the phone's next code unless one is given."""
        return self.post("/sign-in/code", {"code": code or self.next_code()})

    def next_code(self) -> str:
        assert self.phone, "no codes are set up"
        return self.phone.code()

    def confirm(self, next_page: str = "", code: str = "") -> str:
        """Prove that it is them; where that leads."""
        answer = self.post("/confirm-it-is-you", {"password": PASSWORD, "code": code, "next": next_page})
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def connect_xero(self, *, file: int = 0) -> str:
        """Walk the whole consent dance; the new connection's id."""
        return self.connect("xero", file=file)

    def connect(self, provider: str, *, file: int = 0, reconnect: str = "") -> str:
        """Walk a provider's whole consent dance; the connection's id. `file` is the place in its list."""
        leave = self.get(f"/{provider}/connect/go?organisation={self.organisation_id}&reconnect={reconnect}")
        back = allow_at_provider(leave.location, file=file)
        arrived = self.get(back[len(self.app.config["BASE_URL"]) :])
        shown = self.get(arrived.location)
        chosen = re.search(r'name="file"[^>]*value="([^"]+)"', shown.text)
        assert chosen, shown.text
        confirmed = self.post(arrived.location, {"file": chosen[1]})
        assert confirmed.status_code == 303, confirmed.text
        found = re.search(rf"/{provider}/([\w-]{{22}})/customers", confirmed.location)
        assert found
        return found[1]


@dataclass
class Phone:
    """An authenticator app, written after RFC 6238; waits rather than give one code twice, as its owner has to."""

    app: Flask
    key: str
    last: int = 0

    def code(self) -> str:
        while (now := self._now()) <= self.last:
            move_clock(self.app, 30)
        self.last = now
        return code_at(self.key, now)

    def code_of(self, steps: int) -> str:
        """The code of so many steps of 30 seconds from now."""
        return code_at(self.key, self._now() + steps)

    def _now(self) -> int:
        return int((time.time() + offset_of(self.app)) // 30)


def code_at(key: str, step: int) -> str:
    """The code of a step of 30 seconds since the epoch (RFC 6238)."""
    digest = hmac.new(base64.b32decode(key), step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def key_of(html: str) -> str:
    """The key that a page of security codes shows."""
    found = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', html)
    assert found, html
    return found[1].replace(" ", "")


def recovery_codes_of(html: str) -> list[str]:
    """The ten codes that a page shows once."""
    found = re.findall(r"<li><code>([\w-]+)</code>", html)
    assert len(set(found)) == 10, html
    return found


def csrf_of(html: str) -> str:
    """The anti-forgery token in a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found, html[:2000]
    return found[1]


def allow_at_provider(address: str, *, file: int = 0, cancel: bool = False) -> str:
    """Click through a simulator's consent page; the address it sends the browser back to.

    The last question of such a page is which ledger file: `file` is its place in the list.
    """
    browser = requests.Session()
    shown = browser.get(address, timeout=10)
    shown.raise_for_status()
    offered: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="radio" name="(\w+)" value="([^"]+)"', shown.text):
        offered.setdefault(name, []).append(value)
    *others, question = offered
    chosen = {**{name: offered[name][0] for name in others}, question: offered[question][file]}
    form = {**chosen, "decision": "deny" if cancel else "allow"}
    answered = browser.post(shown.url, data=form, allow_redirects=False, timeout=10)
    assert answered.status_code in (302, 303), answered.text
    return answered.headers["Location"]


@cache
def _hash_of_everybody() -> str:
    """Made once: hashing is slow on purpose, and everybody has the same password."""
    return passwords.hash_password(PASSWORD)


def offset_of(app: Flask) -> float:
    """How far this application's clock has been moved, in seconds."""
    file = Path(str(app.extensions["settings"].test_clock))
    return float(file.read_text()) if file.exists() else 0.0


def move_clock(app: Flask, seconds: float) -> None:
    """Let time pass for every process that reads this application's clock file."""
    Path(str(app.extensions["settings"].test_clock)).write_text(str(offset_of(app) + seconds))


def standing_still() -> time_machine.travel:
    """Time doesn't pass by itself, however slow this computer is; `Town.later` lets it."""
    return time_machine.travel(datetime.now(UTC), tick=False)


class Town:
    """Makes people, moves the clock, empties the outbox, reads the post."""

    def __init__(self, app: Flask, simulators: Running) -> None:
        self.app = app
        self.simulators = simulators

    def visitor(self) -> Person:
        """Somebody without an account."""
        return Person(
            self.app,
            self.app.test_client(),
            f"visitor{next(_numbers)}@harbour.example",
            "Vera Visitor",
            simulators=self.simulators,
        )

    def person(self, name: str = "Olive Owner", *, verified: bool = True) -> Person:
        """Somebody with an account, signed in."""
        person = self.visitor()
        person.name = name
        with self.app.app_context():
            with writing():
                user = User(
                    id=new_id(),
                    email=person.email,
                    name=name,
                    password_hash=_hash_of_everybody(),
                    verified_at=clock.now() if verified else None,
                    created_at=clock.now(),
                )
                db.session.add(user)
            person.user_id = user.id
        assert person.sign_in().status_code == 303
        return person

    def owner(
        self,
        name: str = "Olive Owner",
        organisation: str = "Wattle & Wharf Coffee",
        *,
        country: str = "AU",
        number: BusinessNumber | None = SAMPLE_ABN,
    ) -> Person:
        """An admin with an organisation, signed in."""
        person = self.person(name)
        with self.app.app_context():
            person.organisation_id = organisations.create_organisation(person.user_id, organisation, country, number).id
        return person

    def work(self) -> int:
        """Bring about everything the outbox asks for; the number of jobs."""
        return drain_all(self.app)

    def later(self, **duration: float) -> None:
        """Let time pass."""
        move_clock(self.app, timedelta(**duration).total_seconds())

    def mails_to(self, address: str) -> list[dict]:
        """The mails an address has received, newest first."""
        answer = requests.get(f"{self.simulators.base_url}/mail/_control/messages", params={"to": address}, timeout=5)
        answer.raise_for_status()
        messages: list[dict] = answer.json()["messages"]
        return messages

    def connection_of(self, person: Person) -> str:
        with self.app.app_context():
            return connections_of(person.user_id)[0].id
