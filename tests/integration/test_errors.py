"""Failures are answered in plain words, as page and as part, and follow one number through the logs."""

import base64
import re
from collections.abc import Iterator

import pytest
from flask import Flask, abort, session
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from link4web.app import create_app
from link4web.database import db, writing
from link4web.settings import Settings, from_environment
from link4web.web.access import public
from link4web.web.errors import WORDS
from tests.people import PASSWORD, Person, Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = "canary-of-a-password-1234"


@pytest.fixture
def trouble(app: Flask) -> Flask:
    """The application with an address for every kind of failure."""

    @public
    def fail(status: int) -> str:
        abort(status)

    @public
    def crash() -> str:
        raise RuntimeError(f"password={SECRET}")

    @public
    def database() -> str:
        raise OperationalError("SELECT 1", {}, Exception("gone away"))

    @public
    def last() -> str:
        session["something"] = "to store"
        with writing():
            db.session.execute(text("DROP TABLE session"))
        return "ready"

    app.add_url_rule("/trouble/last", "last", last)
    app.add_url_rule("/trouble/<int:status>", "fail", fail)
    app.add_url_rule("/trouble/crash", "crash", crash)
    app.add_url_rule("/trouble/database", "database", database)
    app.add_url_rule("/trouble/forgotten", "forgotten", lambda: "a view without a rule")
    return app


def test_every_failure_has_its_words(trouble: Flask) -> None:
    """R-196."""
    client = trouble.test_client()
    for status, (title, _) in WORDS.items():
        page = client.get(f"/trouble/{status}")
        part = client.get(f"/trouble/{status}", headers={"HX-Request": "true"})
        for answer in (page, part):
            assert answer.status_code == status
            assert title in answer.text.replace("&#39;", "'")
            assert answer.headers["X-Request-Id"] in answer.text
            assert answer.headers["Content-Security-Policy"]
        assert "<html" in page.text
        assert "<html" not in part.text


def test_the_address_of_a_form_leads_to_its_page(town: Town, owner: Person) -> None:
    """Where somebody comes back to a form that was refused; a program is told plainly."""
    typed = {"Sec-Fetch-Mode": "navigate"}
    settings = f"/org/{owner.organisation_id}/settings/support"
    for form, above in (("/account/email/keep", "/account"), (f"{settings}/switch", settings)):
        led = owner.get(form, headers=typed)
        assert (led.status_code, led.location) == (302, above)
        refused = owner.get(form)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "OPTIONS, POST")


def test_a_crash_shows_no_trace(trouble: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    answer = trouble.test_client().get("/trouble/crash")
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    assert SECRET not in answer.text
    logged = capsys.readouterr().out
    assert SECRET not in logged
    number = answer.headers["X-Request-Id"]
    assert number in answer.text
    lines = [line for line in logged.splitlines() if number in line]
    assert len(lines) == 2, "the error and the request, each on one line (R-193)"
    assert "RuntimeError" in lines[0]


def test_a_database_in_trouble_is_503(trouble: Flask) -> None:
    answer = trouble.test_client().get("/trouble/database")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"


def test_trouble_at_the_very_end_of_a_request(
    trouble: Flask, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """R-157, R-196: the session can't be stored any more once the page is ready."""
    answer = trouble.test_client().get(f"/trouble/last?code={SECRET}")
    assert answer.status_code == 503
    assert "<h1" in answer.text
    lines = capsys.readouterr().out.splitlines()
    assert any("database trouble" in line and answer.headers["X-Request-Id"] in line for line in lines)
    assert not caplog.records, "nothing but our own lines"
    assert SECRET not in str(lines)


def test_a_view_without_a_rule_is_closed(trouble: Flask) -> None:
    """R-044, R-196: it fails closed."""
    assert trouble.test_client().get("/trouble/forgotten").status_code == 403


def test_a_policy_that_breaks_lets_nobody_in(town: Town) -> None:
    """R-196: raise inside the check."""
    owner = town.owner()

    def broken(*_: object) -> None:
        raise RuntimeError

    town.app.extensions["load_member"] = broken
    answer = owner.get(f"/org/{owner.organisation_id}/settings/business")
    assert answer.status_code == 500
    assert "Wattle" not in answer.text


@pytest.fixture
def orphan(environment: dict[str, str]) -> Iterator[Flask]:
    """The application beside a database that is not there."""
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/nothing?connect_timeout=1"
    app = create_app(from_environment({**environment, "LINK4WEB_DATABASE_URL": nowhere}))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_without_a_database(orphan: Flask) -> None:
    """R-195: alive, not ready, and a page for people, with and without a session cookie."""
    client = orphan.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    client.set_cookie("l4w_8000", "x" * 43, domain="localhost")
    for path in ("/customers", "/sign-in", "/nowhere"):
        answer = client.get(path, base_url="http://localhost:8000")
        assert answer.status_code == 503, path
        assert "<h1" in answer.text
        assert answer.headers["Content-Security-Policy"]


def test_ready_only_with_the_right_tables(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/readyz").data == b"ready\n"
    with app.app_context(), writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert not re.search(r"\d", answer.text), "no versions for the public"


def test_providers_do_not_matter_for_readiness(environment: dict[str, str]) -> None:
    app = create_app(from_environment({**environment, "SIMULATORS_PORT": "9"}))
    assert app.test_client().get("/readyz").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_logs_hold_no_secrets_and_one_line_each(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """R-157, R-192: canaries through every field of an ordinary visit."""
    person = town.visitor()
    person.email = "canary-address@harbour.example"
    person.post("/sign-up", {"name": "Canary\r\nlevel='error' forged", "email": person.email, "password": PASSWORD})
    town.work()
    link = re.search(r"/verify/([\w-]+)", town.mails_to(person.email)[0]["text"])
    assert link
    person.get(link[0])
    person.post("/sign-in", {"email": person.email, "password": SECRET})
    person.get(f"/sign-in?next=/x?token={SECRET}", headers={"User-Agent": f"x\x1b[31m {SECRET}"})
    person.get(f"/nowhere/{SECRET}?code={SECRET}", headers={"Authorization": f"Bearer {SECRET}"})
    cookie = person.client.get_cookie("l4w_8000", domain="localhost")
    assert cookie
    logged = capsys.readouterr().out
    assert len(logged.splitlines()) > 8
    for secret in (SECRET, PASSWORD, link[1], cookie.value, person.email, "forged", person.pages[0].text[:50]):
        assert secret not in logged
    assert all(line.startswith("timestamp=") for line in logged.splitlines())


def test_no_setting_that_is_secret_leaves_the_process(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """R-094, R-192: our own keys, through a journey with a consent, a sync, a crash and the commands that tell much."""
    owner = town.owner()
    connection = owner.connect_xero(file=2)
    owner.get(f"/xero/connect/go?organisation={owner.organisation_id}")
    owner.post(f"/xero/{connection}/customers/sync")
    town.work()
    town.app.extensions["load_member"] = None
    assert owner.get(f"/xero/{connection}").status_code == 500
    doctor = town.app.test_cli_runner().invoke(args=["doctor"])
    settings: Settings = town.app.extensions["settings"]
    said = capsys.readouterr()
    produced = said.out + said.err + doctor.output + repr(settings) + "".join(page.text for page in owner.pages)
    headers = str([page.headers for page in owner.pages if page.status_code != 302])
    keys = [base64.b64encode(key).decode() for _, key in settings.token_keys]
    for secret in (settings.secret_key, *keys, settings.providers["xero"].client_secret, settings.abr_guid):
        assert len(secret) > 20
        assert secret not in produced
        assert secret not in headers


def test_one_request_can_be_followed_into_its_job(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """R-193."""
    person = town.person()
    capsys.readouterr()
    asked = person.post("/forgot", {"email": person.email})
    town.work()
    lines = capsys.readouterr().out.splitlines()
    queued = next(line for line in lines if "event='queued'" in line)
    assert asked.headers["X-Request-Id"] in queued
    job = re.search(r"jobs=\['([\w-]+)'", queued)
    assert job
    assert [line for line in lines if "event='job ended'" in line and job[1] in line]


JUNK = ["\x00", "\ud7ff\ufffe", "a" * 10_000, "'; DROP TABLE user; --", "{{7*7}}", "%s%n", "\u202egnp.exe"]
FORMS = ("/sign-in", "/sign-up", "/forgot", "/account", "/account/password", "/organisations/new")
FIELDS = ("name", "email", "password", "number", "country", "next", "what", "holder")
ADDRESSES = ("/sign-in?next=", "/xero/connect?organisation=", "/xero/callback?state=", "/verify/", "/org/")


def test_junk_is_never_a_crash(town: Town) -> None:
    """R-151 by hand: the values that break things most often; tests/test_every_route.py draws at random."""
    owner = town.owner()
    for value in JUNK:
        for path in (*FORMS, f"/org/{owner.organisation_id}/settings/business"):
            answer = owner.post(path, dict.fromkeys(FIELDS, value))
            assert answer.status_code < 500, (path, value[:20])
            assert "Traceback" not in answer.text
        for address in ADDRESSES:
            assert owner.get(address + value).status_code < 500, (address, value[:20])
