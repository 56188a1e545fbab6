"""Headers, forgery, redirects, limits: what every answer has, and what no request gets through with."""

import io
import re

import pytest
from flask import request
from sqlalchemy import select
from werkzeug.test import TestResponse

from link4web.accounts.models import Organisation
from link4web.app import create_app
from link4web.database import db
from link4web.settings import from_environment
from link4web.web.responses import is_local_path
from tests.invited import open_shop
from tests.people import PASSWORD, Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no question of the database
FORM = {"name": "Forged Business", "country": "AU"}


def organisations(town: Town) -> list[str]:
    with town.app.app_context():
        return list(db.session.scalars(select(Organisation.name)))


def test_headers_are_on_every_answer(town: Town) -> None:
    """R-029, R-130, R-138, R-140, R-142."""
    person = town.person()
    for path in ("/sign-in", "/nowhere", "/account", "/organisations", "/healthz", "/sign-out", "/readyz"):
        check_headers(person.get(path, headers={"Origin": "https://evil.example"}))


def check_headers(answer: TestResponse) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Permissions-Policy"]
    assert "charset=utf-8" in answer.headers["Content-Type"]
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:8100"},
    {"Origin": "null"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost:8000.evil.example"},
    {"Origin": "http://evil.example", "Referer": "http://localhost:8000/"},
]


def test_forms_of_other_sites_are_refused(town: Town) -> None:
    """R-027: even with the right token."""
    person = town.person()
    for headers in FOREIGN:
        assert person.post("/organisations/new", FORM, headers=headers).status_code == 403, headers
    assert organisations(town) == []


def test_forms_without_their_token_are_refused(town: Town) -> None:
    person = town.person()
    person.token()
    for token in ("", "made-up", "IjEyMyI.ZzZz.abc"):
        assert person.post("/organisations/new", FORM, token=token).status_code == 403
        assert person.post("/organisations/new", FORM, token=token, headers={"HX-Request": "true"}).status_code == 403
    assert organisations(town) == []


def test_both_names_of_this_computer_work(town: Town) -> None:
    known = town.person()
    for here in ("http://localhost:8000", "http://127.0.0.1:8000"):
        assert sign_in_at(here, town, known.email).status_code == 303


def sign_in_at(here: str, town: Town, email: str) -> TestResponse:
    client = town.app.test_client()
    shown = client.get("/sign-in", base_url=here).text
    token = shown.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"email": email, "password": PASSWORD, "csrf_token": token}
    return client.post("/sign-in", data=form, base_url=here, headers={"Origin": here})


TRICKS = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\/evil.example",
    "https://evil.example",
    "HTTPS:evil.example",
    "https:evil.example",
    "http:///evil.example",
    "//evil.example/%2e%2e",
    "//localhost:8000@evil.example",
    "http://localhost:8000@evil.example",
    "//localhost:8000.evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "/%2f/evil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/%5C/evil.example",
    "/%09/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/%2e/%2e/evil.example",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "",
    "/\u2028/evil.example",
    "/／evil.example",
    "／／evil.example",
    "/" + "a" * 3000,
    "/x\r\nSet-Cookie: a=b",
]


def test_after_the_sign_in_the_page_asked_for(town: Town) -> None:
    """R-136."""
    assert [trick for trick in TRICKS if is_local_path(trick)] == []
    assert all(map(is_local_path, ["/", "/customers", "/xero/a/customers?q=x&sort=-name", "/a/../b", "/q?to=//x"]))
    known, visitor = town.person(), town.visitor()
    asked = visitor.get("/organisations?q=a%20b")
    assert asked.status_code == 302
    assert asked.location.startswith("/sign-in?next=/organisations")
    form = {"email": known.email, "password": PASSWORD, "next": "/organisations?q=a%20b"}
    assert visitor.post("/sign-in", form).location == "/organisations?q=a%20b"
    away = town.visitor().post("/sign-in?next=//evil.example", {**form, "next": "//evil.example"})
    assert away.location == "/customers"


def test_links_from_outside_survive_the_sign_in(town: Town) -> None:
    """R-139: a link to a task leads there after the sign-in, and shows whoever follows it their own things only."""
    owner, stranger = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")
    shops = {person.email: open_shop(town, person) for person in (owner, stranger)}
    for link in ("/customers", "/xero/customers", "/connect", "/xero/connect", "/organisations"):
        for person in (owner, stranger):
            browser = town.visitor()
            led = browser.get(link)
            assert (led.status_code, led.location) == (302, f"/sign-in?next={link}")
            form = {"email": person.email, "password": PASSWORD, "next": link}
            assert browser.post(led.location, form).location == link
            shown = browser.get(link, follow_redirects=True)
            assert shown.status_code == 200
            if link.endswith("customers"):
                assert shown.request.path == f"{shops[person.email].base}/customers"
            assert ("Kauri Point" in shown.text) == (person is stranger), link
    private = f"{shops[owner.email].base}/customers"
    assert stranger.get(private).status_code == 404


def test_htmx_calls_without_a_session_are_led_to_the_sign_in(town: Town) -> None:
    """R-137."""
    visitor = town.visitor()
    for current, wanted in (
        ("http://localhost:8000/xero/x/customers?q=a", "/sign-in?next=/xero/x/customers?q%3Da"),
        ("https://evil.example//evil.example", "/sign-in"),
        ("http://[", "/sign-in"),
    ):
        answer = visitor.get("/organisations", headers={"HX-Request": "true", "HX-Current-URL": current})
        assert answer.status_code == 401
        assert answer.headers["HX-Redirect"] == wanted
        assert answer.data == b""
    posted = visitor.post("/organisations/new", FORM, headers={"HX-Request": "true"})
    assert posted.status_code == 401
    assert posted.headers["HX-Redirect"] == "/sign-in"


def test_redirects_reach_htmx_as_a_header(town: Town) -> None:
    person = town.person()
    answer = person.post("/organisations/new", FORM, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert re.fullmatch(r"/connect\?organisation=[\w-]{22}", answer.headers["HX-Redirect"])


def test_page_or_part_by_header(town: Town) -> None:
    """R-134."""
    person = town.person()
    htmx = {"HX-Request": "true"}
    assert "HX-Request" in person.get("/nowhere").headers["Vary"]
    assert "<html" in person.get("/nowhere").text
    assert "<html" not in person.get("/nowhere", headers=htmx).text
    assert "<html" in person.get("/nowhere", headers={**htmx, "HX-History-Restore-Request": "true"}).text
    assert "<html" in person.get("/nowhere", headers={**htmx, "HX-Boosted": "true"}).text


def test_addresses_with_a_secret_show_no_page(town: Town) -> None:
    """R-030."""
    visitor = town.visitor()
    for path in ("/verify/canary-of-a-token", "/reset/canary-of-a-token"):
        answer = visitor.get(path)
        assert answer.status_code == 302
        assert "canary" not in answer.location
        assert "canary" not in visitor.get(answer.location).text
        assert visitor.get(answer.location).headers["Referrer-Policy"] == "strict-origin"


def test_bodies_have_a_limit(town: Town) -> None:
    """R-152."""
    client, base = town.app.test_client(), town.app.config["BASE_URL"]
    form = "application/x-www-form-urlencoded"
    for body, kind in ((b"name=" + b"a" * 1_100_000, form), (b"a=1&" * 3000, form), (b"{" * 1_100_000, "text/json")):
        answer = client.post("/forgot", data=body, content_type=kind, base_url=base)
        assert answer.status_code == 413
        assert "<h1" in answer.text


def test_chunks_have_the_same_limit(town: Town) -> None:
    """R-152: a body that does not say its length is refused at the limit, not cut off there."""
    person = town.visitor()
    for size, status in ((1_000_000, 422), (1_100_000, 413)):
        form = f"csrf_token={person.token()}&email=".encode() + b"a" * size
        answer = person.client.post(
            "/forgot",
            input_stream=io.BytesIO(form),
            content_type="application/x-www-form-urlencoded",
            base_url=town.app.config["BASE_URL"],
            environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        )
        assert answer.status_code == status


def test_files_nobody_asked_for_are_dropped(town: Town) -> None:
    person = town.person()
    files = {"file": (io.BytesIO(b"GIF89a"), "x.gif"), "name": "x" * 200}
    assert person.post("/account", files, content_type="multipart/form-data").status_code == 422


def test_methods_nobody_offers(town: Town) -> None:
    client, base = town.app.test_client(), town.app.config["BASE_URL"]
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "QUERY"):
        answer = client.open("/sign-in", method=method, base_url=base)
        assert answer.status_code == 405, method
        assert "POST" in answer.headers["Allow"]
    assert client.head("/sign-in", base_url=base).data == b""


def test_proxies_are_believed_only_when_configured(environment: dict[str, str]) -> None:
    """R-158."""
    seen: list[str | None] = []
    for hops in ("0", "1"):
        app = create_app(from_environment({**environment, "LINK4WEB_TRUSTED_PROXIES": hops}))
        app.before_request(lambda: seen.append(request.remote_addr))
        forged = {"X-Forwarded-For": "192.0.2.1, 203.0.113.5", "X-Forwarded-Host": "evil.example"}
        app.test_client().get("/healthz", headers=forged)
        with app.app_context():
            db.engine.dispose()
    assert seen == ["127.0.0.1", "203.0.113.5"]


def test_forms_take_only_their_own_fields(town: Town) -> None:
    """R-048."""
    owner, other = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")
    extra = {"organisation_id": other.organisation_id, "id": other.organisation_id, "role": "admin", "is_staff": "1"}
    extra |= {"created_by": other.user_id, "user_id": other.user_id, "number_status": "active", "verified_at": "2020"}
    settings = f"/org/{owner.organisation_id}/settings/details"
    details = {"name": "Renamed", "timezone": "Australia/Perth"}
    assert owner.post(settings, details | extra).status_code == 303
    owner.post("/account", {"name": "Olive", "email": "taken@harbour.example", "disabled_at": "now"} | extra)
    owner.post("/organisations/new", FORM | extra)
    assert sorted(organisations(town)) == ["Forged Business", "Kauri Point Marine", "Renamed"]
    assert other.get(f"/org/{other.organisation_id}/settings/business").status_code == 200
    assert owner.get(f"/org/{other.organisation_id}/settings/business").status_code == 404
    assert owner.email in owner.get("/account").text
