"""Walks every form that a page offers, and every cookie that an answer sets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from flask import Flask

from link4web.app import create_app
from link4web.database import db
from link4web.http import forget_clients
from link4web.ids import new_id
from link4web.settings import from_environment
from link4web.simulators.server import Running
from tests.invited import address
from tests.people import PASSWORD, Person, Town
from tests.test_every_route import LEAVING, Furnished, calm, everything, furnished, on_sqlite

HTTPS = "https://l4w.example"
#: What a person would type into a field that is empty.
SENSIBLE = {
    "name": "Saltbush Plumbing",
    "password": PASSWORD,
    "number": "33 102 417 032",
    "subject": "A question",
    "message": "How does this work, and what does it cost?",
    "text": "How does this work, and what does it cost?",
    "holder": "Saltbush Plumbing",
    "bsb": "062-000",
    "street-line1": "14 Lee Wharf Road",
    "street-city": "Newcastle",
    "street-postcode": "2300",
    "street-state": "NSW",
}


@dataclass
class Form:
    """A form as a browser would send it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """The forms of a page that are posted, with what stands in their fields."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.found = path, list[Form]()
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._form = Form(given.get("action") or self.path) if given.get("method") == "post" else None
            self.found += [self._form] if self._form else []
        elif self._form and tag in ("input", "select", "textarea", "button") and (name := given.get("name")):
            self._form.names.add(name)
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                self._form.fields.setdefault(name, given.get("value") or "")
            self._select = name if tag == "select" else ""
        elif self._form and tag == "option" and ("selected" in given or not self._form.fields[self._select]):
            self._form.fields[self._select] = given.get("value") or ""
        if self._form and given.get("formaction"):
            self._form.action = str(given["formaction"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def filled(form: Form) -> dict[str, str]:
    """As somebody sends it who has filled in what was empty."""
    sensible = SENSIBLE | {"email": address()}
    return {name: value or sensible.get(name, "") for name, value in form.fields.items()}


def forms_of(owner: Person, home: Furnished) -> Iterator[Form]:
    """Each form once, wherever it is offered."""
    seen = set()
    for place in calm(owner.app, home.ids):
        if "GET" in place.methods:
            page = Forms(place.path)
            page.feed(owner.get(place.path).text)
            for form in page.found:
                key = form.action.partition("?")[0], *sorted(form.names)
                leaves = form.action.rpartition("/")[2].replace("-", "_") in LEAVING
                if key not in seen and not leaves and "#" not in form.action:
                    seen.add(key)
                    yield form


@on_sqlite
def test_no_form_takes_fields_that_are_not_on_it(town: Town) -> None:
    """R-048: ignored or refused, on every form of every page; no row becomes somebody else's or gets an id we chose."""
    owner, other = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")
    home = furnished(town, owner)
    forged = {
        "organisation_id": other.organisation_id,
        "org_id": other.organisation_id,
        "role": "admin",
        "is_staff": "1",
        "id": new_id(),
        "created_by": other.user_id,
        "user_id": other.user_id,
    }
    ids = {value for value in forged.values() if len(value) == 22}

    def standing() -> tuple[dict[str, int], list[str]]:
        """How often each table has a forged id, and who is what."""
        rows = everything(town)
        named = {table: sum(row.count(value) for row in rows[table] for value in ids) for table in rows}
        both = (owner.organisation_id, other.organisation_id)  # a new organisation makes who founds it its admin
        return named, [row for row in rows["membership"] if any(one in row for one in both)] + rows["support_agent"]

    (named, roles), token = standing(), owner.token()
    sent = 0
    for form in list(forms_of(owner, home)):
        more = {name: value for name, value in forged.items() if name not in form.names}
        answer = owner.post(form.action, {**filled(form), **more, "csrf_token": token})
        in_vain = answer.status_code == 503 and "Connect again" in answer.text  # a furnished organisation has no tokens
        assert answer.status_code < 500 or in_vain, (form.action, answer.status_code)
        sent += 1
        now, who = standing()
        assert now == named, form
        if "role" not in form.names:
            assert set(who) <= set(roles), form
        roles = who
    assert sent > 25


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    """Forms have asked the register and the accounting system."""
    yield
    forget_clients()


@pytest.fixture
def https_town(environment: dict[str, str], simulators: Running) -> Iterator[Town]:
    app: Flask = create_app(from_environment({**environment, "LINK4WEB_BASE_URL": HTTPS}))
    yield Town(app, simulators)
    app.extensions["post"].close()
    with app.app_context():
        db.engine.dispose()


@on_sqlite
def test_every_cookie_over_https_is_for_this_host_alone(https_town: Town) -> None:
    """R-026: of all pages and forms, and of signing in and out."""
    owner = https_town.owner()
    home = furnished(https_town, owner)
    for form in list(forms_of(owner, home)):
        owner.post(form.action, filled(form))
    owner.post("/sign-out")
    owner.post("/sign-in", {"email": owner.email, "password": "wrong wrong wrong"})
    owner.post("/sign-in", {"email": owner.email, "password": PASSWORD})
    cookies = [value for answer in owner.pages for value in answer.headers.getlist("Set-Cookie")]
    assert len(cookies) >= 3
    for value in cookies:
        name, *rest = value.split("; ")
        assert name.startswith("__Host-l4w="), value
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(rest), value
        assert not any(part.startswith("Domain") for part in rest), value
