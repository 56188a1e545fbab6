"""Walks the route table: who may enter what, with which token, and that no input breaks anything.

Generated from the table itself, so that a new route is covered the moment it exists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from link4web import clock, providers, tenancy
from link4web.accounts.models import User
from link4web.audit import record
from link4web.connections.models import Connection
from link4web.database import Base, db, writing
from link4web.http import forget_clients
from link4web.ids import new_id
from link4web.web.access import Rule, rule_of
from link4web.web.responses import is_local_path
from link4web.web.rights import Rights
from tests.colleagues import Office, enrol
from tests.invited import Shop, address, open_join, open_shop
from tests.people import Person, Town
from tests.supporters import agent_of
from tests.telling_apart import alike

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CODE = Path(__file__).resolve().parents[1] / "link4web"
CANARY = "Canary Creek"
PAYLOAD = """<b hx-get="/x" onclick='x'>{{7*7}}</b>"""
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
#: Everybody who may less than an admin.
BELOW_ADMIN = (
    Rights("user"),
    Rights("adviser", may_edit=True),
    Rights("user", may_approve=True),
    Rights("adviser", may_send=True),
)
# a visitor may POST here without a session of their own (R-027): one-click unsubscribe carries its own token, a
# webhook its signature
CSRF_EXEMPT = {
    "join.one_click_stop",
    "colleague.one_click_stop",
    *(f"webhooks.{provider.slug}" for provider in providers.ALL),
}


@dataclass
class Place:
    """A route with the ids of one organisation filled in."""

    route: Route
    rule: Rule
    path: str

    @property
    def view(self) -> str:
        return str(self.route.endpoint).rpartition(".")[2]

    @property
    def methods(self) -> set[str]:
        return (self.route.methods or set()) - {"OPTIONS"}


def places(app: Flask, ids: dict[str, str]) -> Iterator[Place]:
    for route in app.url_map.iter_rules():
        if route.endpoint != "static":
            rule = rule_of(app.view_functions[route.endpoint])
            assert rule is not None, f"{route.endpoint} declares no access rule"
            yield Place(route, rule, filled(str(route), ids))


def of_these_ids(app: Flask, ids: dict[str, str]) -> list[Place]:
    """The routes that answer for these ids: their connection is not one to the other providers."""
    others = {provider.slug for provider in providers.ALL} - {"xero"}
    return [
        place
        for place in places(app, ids)
        if not ("connection" in place.route.arguments and place.route.endpoint.partition(".")[0] in others)
    ]


def calm(app: Flask, ids: dict[str, str]) -> list[Place]:
    """Those of them that end neither the session, nor what is ticked in it, nor the connection."""
    return [place for place in of_these_ids(app, ids) if place.view not in LEAVING]


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found: ids.get(found[1], "x" * 22), path)


def ask(person: Person, method: str, path: str, **kwargs: Any) -> TestResponse:
    if method == "POST":
        return person.post(path, **kwargs)
    return person.client.open(path, method=method, base_url=person.app.config["BASE_URL"], **kwargs)


@dataclass
class Furnished:
    """An organisation with something behind every address; all its names hold the canary and some markup."""

    shop: Shop
    ids: dict[str, str]
    invited: str


def furnished(town: Town, owner: Person, connection: str = "") -> Furnished:
    """A connection, a batch that has been sent, and a customer who is selected for the next one."""
    shop = Shop(town, owner, connection) if connection else open_shop(town, owner)

    def name() -> None:
        with writing():
            db.session.execute(update(Connection).values(file_name=f"{CANARY} {PAYLOAD}"))

    shop.inside(name)
    invited = address()
    sent = shop.customer(f"{CANARY} {PAYLOAD}", invited, person=f"{CANARY} {PAYLOAD}")
    batch = shop.sent(sent, message=f"{CANARY} {PAYLOAD}").rpartition("/")[2]
    chosen = shop.customer(f"{CANARY} Winery {PAYLOAD}")
    shop.select(chosen)
    ids = {"organisation": owner.organisation_id, "connection": shop.connection, "customer": chosen, "batch": batch}
    ids |= colleagues_of(town, owner)
    help_ids = {"slug": "add-number", "code": "CUSTOMER-NEEDS-NUMBER"}
    return Furnished(shop, ids | help_ids, invited)


def colleagues_of(town: Town, owner: Person) -> dict[str, str]:
    """Somebody else who works there, and an invitation to one more."""
    office = Office(town, owner)
    person = office.member(Rights("user", may_edit=True), f"{CANARY} {PAYLOAD}")
    invited = address()
    office.invited(invited, Rights("adviser"))
    found = re.search(r"/invitations/([\w-]{22})/", owner.get(office.users).text)
    assert found
    return {"person": person.user_id, "invitation": found[1]}


def counted(town: Town) -> dict[str, int]:
    """How many rows each table has, but for sessions and the trail."""
    with town.app.app_context(), tenancy.system("counting all rows in a test"):
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in ("session", "audit_event", "audit_head")
        }


def everything(town: Town) -> dict[str, list[str]]:
    """All rows of all tables, but for sessions, the trail, and how often help was read."""
    with town.app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(map(str, connection.execute(table.select())))
            for table in Base.metadata.sorted_tables
            if table.name not in ("session", "audit_event", "audit_head", "help_view")
        }


# as R-130, R-138 and R-140 word them
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# the same for whoever asks, so browsers may keep it for a while
FRAMED = "embed.article"
FOR_EVERYBODY = {"help.contents", "help.article", FRAMED}


def _is_kept(place: Place, answer: TestResponse) -> bool:
    return place.route.endpoint in FOR_EVERYBODY and answer.status_code == 200


@on_sqlite
def test_every_route_declares_who_may_enter(app: Flask) -> None:
    """R-044; and what is open to forgery is on this list."""
    exempt = {place.route.endpoint for place in places(app, {}) if place.rule.csrf_exempt}
    assert exempt <= CSRF_EXEMPT
    for place in places(app, {}):
        assert place.rule.signed_in or place.rule.permission is None
        if place.rule.csrf_exempt:
            assert not place.rule.signed_in


@on_sqlite
def test_who_gets_in(town: Town) -> None:
    """R-011, R-044, R-045, R-047: all routes × methods × people who may not, of another organisation in both roles."""
    owner, stranger = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")
    ids = furnished(town, owner).ids
    visitor, unverified = town.visitor(), town.person("Una", verified=False)
    theirs = Office(town, stranger).member(Rights("user"))
    their_token = theirs.token()
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
            if place.route.arguments & {"organisation", "connection"}:
                token = {"token": their_token} if method == "POST" else {}
                assert ask(theirs, method, place.path, **token).status_code == 404, (method, place.path)


@on_sqlite
def test_a_lower_role_gets_only_what_it_may(town: Town) -> None:
    """R-024, R-044, R-051: one member in every role, with each tick and none; an adviser before and after the grant."""
    owner, adviser = town.owner(), town.owner("Ada Adviser", "Ledger Lane Bookkeeping")
    ids = furnished(town, owner).ids
    token = adviser.token()
    of_organisation = [
        place for place in places(town.app, ids) if place.route.arguments & {"organisation", "connection"}
    ]

    def sees_nothing() -> None:
        for place in of_organisation:
            for method in sorted(place.methods):
                more = {"token": token} if method == "POST" else {}
                assert ask(adviser, method, place.path, **more).status_code == 404, (method, place.path)

    sees_nothing()
    for rights in BELOW_ADMIN:
        enrol(town, owner.organisation_id, adviser, rights)
        for place in of_these_ids(town.app, ids):
            if place.rule.permission and place.rule.permission not in rights.permissions:
                for method in sorted(place.methods):
                    path = (
                        place.path
                        if "organisation" in place.route.arguments
                        else f"{place.path}?organisation={ids['organisation']}"
                    )
                    more = {"token": token} if method == "POST" else {}
                    assert ask(adviser, method, path, **more).status_code == 403, (method, place.path, rights)
    owner.post(f"/org/{owner.organisation_id}/users/{adviser.user_id}/remove")
    sees_nothing()


@on_sqlite
def test_support_without_a_visit_and_the_suspended_get_in_nowhere(town: Town) -> None:
    """R-044, R-060, R-024: staff see an account only through a visit; whoever is suspended is signed out everywhere."""
    owner, agent, suspended = town.owner(), agent_of(town), town.person("Sue Suspended")
    ids = furnished(town, owner).ids
    enrol(town, owner.organisation_id, suspended, Rights("admin"))
    agents, theirs = agent.token(), suspended.token()
    with town.app.app_context(), writing():
        db.session.execute(update(User).where(User.id == suspended.user_id).values(disabled_at=clock.now()))
    for place in places(town.app, ids):
        if not place.rule.signed_in or place.view in LEAVING:
            continue
        for method in sorted(place.methods):
            where = (method, place.path)
            token = {"token": theirs} if method == "POST" else {}
            out = ask(suspended, method, place.path, **token)
            assert out.status_code == (401 if method in UNSAFE else 302), where
            if place.route.arguments & {"organisation", "connection"} and not place.rule.staff:
                token = {"token": agents} if method == "POST" else {}
                assert ask(agent, method, place.path, **token).status_code == 404, where


@on_sqlite
def test_a_signed_out_cookie_opens_nothing(town: Town) -> None:
    """R-022."""
    owner = town.owner()
    ids = furnished(town, owner).ids
    cookie = owner.client.get_cookie("l4w_8000", domain="localhost")
    assert cookie
    owner.post("/sign-out")
    owner.client.set_cookie("l4w_8000", cookie.value, domain="localhost")
    for place in places(town.app, ids):
        if place.rule.signed_in and "GET" in place.methods:
            assert owner.get(place.path).status_code == 302, place.path


@on_sqlite
def test_no_form_goes_through_without_its_token(town: Town) -> None:
    """R-027: no token, a foreign one, another site; and nothing has changed."""
    owner, other = town.owner(), town.visitor()
    ids = furnished(town, owner).ids
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


@on_sqlite
def test_answers_say_how_they_may_be_kept(town: Town) -> None:
    """R-029, R-130, R-138, R-140, R-142 on all routes, signed in and not; and no page says more than it should."""
    owner, visitor = town.owner(), town.visitor()
    ids = furnished(town, owner).ids
    for person in (owner, visitor):
        for place in places(town.app, ids):
            if "GET" in place.methods and place.route.endpoint != "accounts.sign_out":
                answer = person.get(place.path)
                where = (place.path, answer.status_code)
                assert answer.status_code < 500, where
                kept = {"Cache-Control": "public, max-age=300"} if _is_kept(place, answer) else {}
                if place.route.endpoint == FRAMED:  # it may be framed by whom the operator names, which is nobody here
                    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'"), where
                    kept["Content-Security-Policy"] = answer.headers["Content-Security-Policy"]
                assert {name: answer.headers[name] for name in HEADERS} == HEADERS | kept, where
                assert answer.headers["Content-Type"].partition("charset=")[2] == "utf-8", where
                assert "Access-Control-Allow-Origin" not in answer.headers, where
                if answer.mimetype == "text/html":
                    assert "HX-Request" in answer.headers["Vary"], where


@on_sqlite
def test_what_is_foreign_looks_like_what_is_missing(town: Town) -> None:
    """R-045, R-054: on all routes, whichever of the ids is somebody else's."""
    stranger = town.owner("Sam Stranger", "Kauri Point Marine")
    theirs, mine = furnished(town, town.owner()).ids, furnished(town, stranger).ids
    token = stranger.token()
    for foreign in (theirs, {**theirs, "organisation": mine["organisation"], "connection": mine["connection"]}):
        missing = {name: value if value == mine[name] else new_id() for name, value in foreign.items()}
        for there, nowhere in zip(places(town.app, foreign), places(town.app, missing), strict=True):
            if there.path == nowhere.path:
                continue
            for method in sorted(there.methods - {"HEAD"}):
                more = {"token": token} if method == "POST" else {}
                first, second = (ask(stranger, method, place.path, **more) for place in (there, nowhere))
                assert first.status_code == 404, (method, there.path)
                assert alike(first, second), (method, there.path)


@on_sqlite
def test_looking_changes_nothing(town: Town) -> None:
    """R-027: GET and HEAD of all routes, as a page and as a part, leave all rows as they were, but for sessions."""
    owner = town.owner()
    ids, before = furnished(town, owner).ids, everything(town)
    for place in sorted(places(town.app, ids), key=lambda place: place.view in LEAVING):
        if "GET" in place.methods:
            for headers in ({}, {"HX-Request": "true"}):
                owner.get(place.path, headers=headers)
                ask(owner, "HEAD", place.path, headers=headers)
            assert everything(town) == before, place.path


@on_sqlite
def test_what_people_wrote_is_text_everywhere(town: Town) -> None:
    """R-133: names of a person, an organisation, a ledger file and customers, and a message, on all pages."""
    owner = town.owner(f"Olive {PAYLOAD}", f"Wattle {PAYLOAD}")
    home = furnished(town, owner)
    open_join(owner, home.shop.mails_to(home.invited)[0])
    shown = 0
    for place in calm(town.app, home.ids):
        if "GET" in place.methods:
            for headers in ({}, {"HX-Request": "true"}):
                answer = owner.get(place.path, headers=headers)
                text = answer.text if answer.mimetype == "text/html" else ""
                assert "<b hx-get" not in text, place.path
                assert "49</b" not in text, place.path
                shown += "&lt;b hx-get" in text
    assert shown > 20


def break_outside(town: Town, service: str, fault: dict[str, Any] | None) -> None:
    """Let a service fail from now on, or no longer."""
    control = f"{town.simulators.base_url}/{service}/_control/fail"
    if fault is None:
        requests.delete(control, timeout=5).raise_for_status()
    else:
        requests.post(control, json={"count": 1000, **fault}, timeout=5).raise_for_status()


TROUBLE: list[dict[str, Any]] = [{"kind": "reset"}, {"kind": "half"}, {"kind": "html", "status": 200}, {"status": 503}]


@on_sqlite
def test_pages_come_whatever_happens_outside(town: Town) -> None:
    """R-165: the accounting system and the register in every kind of trouble; jobs are in their features' tests."""
    owner = town.owner()
    connection = owner.connect_xero(file=2)
    town.work()
    ids = furnished(town, owner, connection).ids
    pages = calm(town.app, ids)
    usual = {place.path: owner.get(place.path).status_code for place in pages if "GET" in place.methods}
    token = owner.token()

    def look() -> None:
        assert {path: owner.get(path).status_code for path in usual} == usual

    def press() -> None:
        form = {"number": "33 102 417 032", "email": address(), "name": "Dry Creek"}
        for place in pages:
            if "POST" in place.methods:
                assert owner.post(place.path, form, token=token).status_code != 500, place.path

    try:
        for work in (look, press):
            for fault in TROUBLE:
                forget_clients()
                for service in ("xero", "abr"):
                    break_outside(town, service, fault)
                work()
    finally:
        forget_clients()
        for service in ("xero", "abr"):
            break_outside(town, service, None)


@on_sqlite
def test_public_ids_do_not_count(town: Town) -> None:
    """R-046: no integer that grows in any address of a page."""
    owner = town.owner()
    ids = furnished(town, owner).ids
    with town.app.app_context(), writing():
        for _ in range(60):  # more than a page of the log
            record("organisation.details", chain=owner.organisation_id)
    hrefs: set[str] = set()
    for place in places(town.app, ids):
        assert "<int:" not in str(place.route), place.path
        if "GET" in place.methods:
            hrefs |= set(re.findall(r'(?:href|action|hx-get|hx-post)="([/?][^"]+)"', owner.get(place.path).text))
    assert any("before=" in href for href in hrefs)
    for href in hrefs:
        assert not re.search(r"/\d+(?:[/?]|$)", href), href
        assert not re.search(r"[?&;]\w+=\d{1,10}(?:[&#]|$)", href), href  # longer ones are business numbers


@on_sqlite
def test_head_is_get_without_a_body(town: Town) -> None:
    owner = town.owner()
    ids = furnished(town, owner).ids
    for place in places(town.app, ids):
        if "GET" in place.methods and place.rule.signed_in:
            answer = ask(owner, "HEAD", place.path)
            assert answer.data == b"", place.path
            assert answer.status_code < 500, place.path


ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["\x00", "%00", "../../etc/passwd", "' OR 1=1 --", "-1", "9" * 400, "a" * 10_000, "[]", "\ud83e"]),
)
SETTINGS = settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LEAVING = {
    "sign_out",
    "sign_out_others",
    "delete",
    "undo",
    "open_undo",
    "switch",
    "leave",
    "disconnect",
    "not_now",
    "open_verify",
    "open_reset",
}
# each has broken something somewhere: NUL a database, digits `int`, an id of nobody's a look-up
JUNK = ("\x00", "A" * 22, "9" * 5000, "²", "//evil.example", "%_\\\u202e\u2028")


def known_fields(owner: Person, home: Furnished) -> list[str]:
    """Every name that a form of ours has or our code asks a request for."""
    asked = re.compile(r'(?:args|form|values)(?:\.get\(|\.getlist\(|\[)"([\w-]+)"')
    field = re.compile(r'<(?:input|select|textarea|button)[^>]* name="([\w-]+)"')
    sources = [path.read_text() for path in CODE.rglob("*.py") if "simulators" not in path.parts]
    names = {name for source in sources for name in asked.findall(source)}
    for place in calm(owner.app, home.ids):
        if "GET" in place.methods:
            names |= set(field.findall(owner.get(place.path).text))
    assert {"message", "holder", "after", "next"} <= names
    return sorted(names - {"csrf_token"})


@on_sqlite
def test_random_input_breaks_nothing(town: Town) -> None:
    """R-151: junk in every parameter of every route gives an answer below 500."""
    owner = town.owner()
    home = furnished(town, owner)
    names = st.one_of(st.sampled_from(known_fields(owner, home)), st.text(max_size=10))
    for place in calm(town.app, home.ids):
        throw_at(place, owner, names)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # the stricter of the two about values
def test_junk_in_all_fields_at_once_breaks_nothing(town: Town) -> None:
    """R-136, R-150, R-151: also where a selection waits and an invitation is open."""
    owner = town.owner()
    home = furnished(town, owner)
    fields = known_fields(owner, home)
    mail = home.shop.mails_to(home.invited)[0]
    base, token = town.app.config["BASE_URL"], owner.token()
    for place in calm(town.app, home.ids):
        home.shop.select(home.ids["customer"])
        open_join(owner, mail)
        for junk in JUNK:
            form = dict.fromkeys(fields, junk)
            answers = []
            if "GET" in place.methods:
                answers.append(owner.client.get(place.path, query_string=form, base_url=base))
            if "POST" in place.methods:
                pressed = form | {"what": "details", "then": "send"}
                answers.append(owner.post(place.path, pressed, token=token))
            assert all(answer.status_code < 500 for answer in answers), (place.path, junk[:9])
            led_to = {answer.location or answer.headers.get("HX-Redirect") or "/" for answer in answers}
            assert all(map(is_local_path, led_to)) or place.view == "go", (place.path, led_to)


def throw_at(place: Place, owner: Person, names: st.SearchStrategy[str]) -> None:
    base = owner.app.config["BASE_URL"]
    pairs_of_text = st.lists(st.tuples(names, ANY_TEXT), max_size=6)

    @SETTINGS
    @given(pairs=pairs_of_text, part=st.booleans(), junk=ANY_TEXT)
    def throw(pairs: list[tuple[str, str]], part: bool, junk: str) -> None:
        form = {as_sent(name): as_sent(value) for name, value in pairs}
        headers = {"HX-Request": "true"} if part else {}
        answers = [owner.client.get(f"{place.path}/{as_sent(junk)[:50]}", base_url=base)]
        if "GET" in place.methods:
            answers.append(owner.client.get(place.path, query_string=form, headers=headers, base_url=base))
        if "POST" in place.methods:
            answers.append(owner.post(place.path, form, headers=headers))
        for answer in answers:
            assert answer.status_code < 500 or _asks_in_vain(place, answer), (place.path, form, junk)
            assert "Traceback" not in answer.text

    throw()


def _asks_in_vain(place: Place, answer: TestResponse) -> bool:
    """A furnished organisation has no tokens: whatever is a good name can't be added, and the page says so."""
    return place.view == "add_contact" and answer.status_code == 503 and "Connect again" in answer.text


def as_sent(text: str) -> str:
    return text.encode(errors="replace").decode()
