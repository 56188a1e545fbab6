"""Walks the route table: who may enter what, with which token, and that no input breaks anything.

Generated from the table itself, so that a new route is covered the moment it exists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from link4web import clock, tenancy
from link4web.accounts.models import Membership
from link4web.connections.models import Connection
from link4web.customers.models import Customer
from link4web.database import Base, db, writing
from link4web.ids import new_id
from link4web.web.access import ROLES, Rule, rule_of
from tests.people import Person, Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CANARY = "Canary Creek Winery"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# a visitor may POST here without a session of their own: one-click unsubscribe carries its own token
CSRF_EXEMPT = {"join.one_click_stop"}


@dataclass
class Place:
    """A route with the ids of one organisation filled in."""

    route: Route
    rule: Rule
    path: str

    @property
    def methods(self) -> set[str]:
        return (self.route.methods or set()) - {"OPTIONS"}


def places(app: Flask, ids: dict[str, str]) -> Iterator[Place]:
    for route in app.url_map.iter_rules():
        if route.endpoint != "static":
            rule = rule_of(app.view_functions[route.endpoint])
            assert rule is not None, f"{route.endpoint} declares no access rule"
            yield Place(route, rule, filled(str(route), ids))


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found: ids.get(found[1], "x" * 22), path)


def ask(person: Person, method: str, path: str, **kwargs: Any) -> TestResponse:
    if method == "POST":
        return person.post(path, **kwargs)
    return person.client.open(path, method=method, base_url=person.app.config["BASE_URL"], **kwargs)


def with_customers(town: Town, owner: Person) -> dict[str, str]:
    """A connection and a customer with a name nobody else may ever see."""
    now = clock.now()
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id), writing():
        connection = Connection(
            organisation_id=owner.organisation_id, id=new_id(), provider="xero", state="active", created_at=now
        )
        connection.file_name, connection.connected_at = CANARY, now
        db.session.add(connection)
        db.session.flush()
        customer = Customer(organisation_id=owner.organisation_id, id=new_id(), connection_id=connection.id)
        customer.external_id, customer.name, customer.name_key = "x1", CANARY, CANARY.lower()
        customer.search_text, customer.state, customer.email = CANARY.lower(), "can-invite", "canary@creek.example"
        customer.state_since = customer.created_at = customer.updated_at = now
        db.session.add(customer)
    return {"organisation": owner.organisation_id, "connection": connection.id, "customer": customer.id}


def counted(town: Town) -> dict[str, int]:
    """How many rows each table has, but for sessions and the trail."""
    with town.app.app_context(), tenancy.system("counting all rows in a test"):
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in ("session", "audit_event", "audit_head")
        }


def test_every_route_declares_who_may_enter(app: Flask) -> None:
    """R-044; and what is open to forgery is on this list."""
    exempt = {place.route.endpoint for place in places(app, {}) if place.rule.csrf_exempt}
    assert exempt <= CSRF_EXEMPT
    for place in places(app, {}):
        assert place.rule.signed_in or place.rule.permission is None
        if place.rule.csrf_exempt:
            assert not place.rule.signed_in


def test_who_gets_in(town: Town) -> None:
    """R-011, R-044, R-045, R-047: all routes × methods × people who may not."""
    owner, stranger = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")
    ids = with_customers(town, owner)
    visitor, unverified = town.visitor(), town.person("Una", verified=False)
    for place in places(town.app, ids):
        if not place.rule.signed_in:
            continue
        for method in sorted(place.methods):
            for htmx in ({}, {"HX-Request": "true"}):
                where = (method, place.path, htmx)
                token = {"token": "x"} if method == "POST" else {}
                out = ask(visitor, method, place.path, headers=htmx, **token)
                assert out.status_code == (401 if htmx or method in UNSAFE else 302), where
                assert "/sign-in" in (out.location or out.headers.get("HX-Redirect") or out.text), where
                if place.rule.verified:
                    led = ask(unverified, method, place.path, headers=htmx)
                    assert "/check-mail" in (led.location or led.headers.get("HX-Redirect") or ""), where
                foreign = ask(stranger, method, place.path, headers=htmx)
                assert CANARY not in foreign.text, where
                if place.route.arguments & {"organisation", "connection"}:
                    assert foreign.status_code == 404, where


def test_a_lower_role_gets_only_what_it_may(town: Town) -> None:
    """R-024, R-044: the same member before and after."""
    owner = town.owner()
    ids = with_customers(town, owner)
    with town.app.app_context(), writing():
        db.session.get_one(Membership, (owner.organisation_id, owner.user_id)).role = "user"
    for place in places(town.app, ids):
        if place.rule.permission and place.rule.permission not in ROLES["user"]:
            for method in sorted(place.methods):
                path = (
                    place.path
                    if "organisation" in place.route.arguments
                    else f"{place.path}?organisation={ids['organisation']}"
                )
                assert ask(owner, method, path).status_code == 403, (method, place.path)
    with town.app.app_context(), writing():
        db.session.delete(db.session.get_one(Membership, (owner.organisation_id, owner.user_id)))
    for place in places(town.app, ids):
        if place.route.arguments & {"organisation", "connection"}:
            assert owner.get(place.path).status_code in (404, 405), place.path


def test_a_signed_out_cookie_opens_nothing(town: Town) -> None:
    """R-022."""
    owner = town.owner()
    ids = with_customers(town, owner)
    cookie = owner.client.get_cookie("l4w_8000", domain="localhost")
    assert cookie
    owner.post("/sign-out")
    owner.client.set_cookie("l4w_8000", cookie.value, domain="localhost")
    for place in places(town.app, ids):
        if place.rule.signed_in and "GET" in place.methods:
            assert owner.get(place.path).status_code == 302, place.path


def test_no_form_goes_through_without_its_token(town: Town) -> None:
    """R-027: no token, a foreign one, another site; and nothing has changed."""
    owner, other = town.owner(), town.visitor()
    ids = with_customers(town, owner)
    theirs, mine, before = other.token(), owner.token(), counted(town)
    for place in places(town.app, ids):
        if "POST" not in place.methods or place.rule.csrf_exempt:
            continue
        for token, headers in (
            ("", {}),
            (theirs, {}),
            (mine, {"Sec-Fetch-Site": "cross-site"}),
            (mine, {"Origin": "null"}),
        ):
            answer = owner.post(place.path, {"name": "x"}, token=token, headers=headers)
            assert answer.status_code in (403, 404), (place.path, token, headers)
    assert counted(town) == before


def test_answers_say_how_they_may_be_kept(town: Town) -> None:
    """R-029, R-130, R-140 on all routes, signed in and not; and no page says more than it should."""
    owner, visitor = town.owner(), town.visitor()
    ids = with_customers(town, owner)
    for person in (owner, visitor):
        for place in places(town.app, ids):
            if "GET" in place.methods and place.route.endpoint != "accounts.sign_out":
                answer = person.get(place.path)
                where = (place.path, answer.status_code)
                assert answer.status_code < 500, where
                assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'"), where
                assert answer.headers["X-Content-Type-Options"] == "nosniff", where
                assert answer.headers["Referrer-Policy"] == "strict-origin", where
                assert "no-store" in answer.headers["Cache-Control"], where
                assert "Access-Control-Allow-Origin" not in answer.headers, where
                if answer.mimetype == "text/html":
                    assert "HX-Request" in answer.headers["Vary"], where


def test_public_ids_do_not_count(town: Town) -> None:
    """R-046: no integer that grows in any address of a page."""
    owner = town.owner()
    ids = with_customers(town, owner)
    for place in places(town.app, ids):
        assert "<int:" not in str(place.route), place.path
        if "GET" in place.methods:
            for href in re.findall(r'(?:href|action|hx-get|hx-post)="(/[^"]+)"', owner.get(place.path).text):
                assert not re.search(r"/\d+(?:[/?]|$)", href), href


def test_head_is_get_without_a_body(town: Town) -> None:
    owner = town.owner()
    ids = with_customers(town, owner)
    for place in places(town.app, ids):
        if "GET" in place.methods and place.rule.signed_in:
            answer = ask(owner, "HEAD", place.path)
            assert answer.data == b"", place.path
            assert answer.status_code < 500, place.path


ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["\x00", "%00", "../../etc/passwd", "' OR 1=1 --", "-1", "9" * 400, "a" * 10_000, "[]", "\ud83e"]),
)
NAMES = st.one_of(
    st.sampled_from(
        [
            "q",
            "sort",
            "queue",
            "after",
            "before",
            "page",
            "id",
            "shown",
            "all",
            "name",
            "email",
            "number",
            "message",
            "next",
            "state",
            "code",
            "error",
            "file",
            "key",
            "organisation",
            "reason",
            "scope",
            "what",
            "password",
        ]
    ),
    st.text(max_size=10),
)
PAIRS = st.lists(st.tuples(NAMES, ANY_TEXT), max_size=6)
SETTINGS = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LEAVING = {"accounts.sign_out", "account.sign_out_others", "xero.disconnect"}


def test_random_input_breaks_nothing(town: Town) -> None:
    """R-151: junk in every parameter of every route gives an answer below 500."""
    owner = town.owner()
    ids = with_customers(town, owner)
    for place in list(places(town.app, ids)):
        if place.route.endpoint not in LEAVING:
            throw_at(place, owner)


def throw_at(place: Place, owner: Person) -> None:
    base = owner.app.config["BASE_URL"]

    @SETTINGS
    @given(pairs=PAIRS, part=st.booleans(), junk=ANY_TEXT)
    def throw(pairs: list[tuple[str, str]], part: bool, junk: str) -> None:
        form = {as_sent(name): as_sent(value) for name, value in pairs}
        headers = {"HX-Request": "true"} if part else {}
        answers = [owner.client.get(f"{place.path}/{as_sent(junk)[:50]}", base_url=base)]
        if "GET" in place.methods:
            answers.append(owner.client.get(place.path, query_string=form, headers=headers, base_url=base))
        if "POST" in place.methods:
            answers.append(owner.post(place.path, form, headers=headers))
        for answer in answers:
            assert answer.status_code < 500, (place.path, form, junk)
            assert "Traceback" not in answer.text

    throw()


def as_sent(text: str) -> str:
    return text.encode(errors="replace").decode()
