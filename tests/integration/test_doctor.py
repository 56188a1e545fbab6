"""`flask doctor` says what is there and what is missing, in plain lines, and ends with 1 when something is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from link4web import providers
from link4web.app import create_app
from link4web.database import db, writing
from link4web.providers.base.provider import Provider
from link4web.settings import ADDRESSES, SettingsError, from_environment, setting_name
from tests.people import Town
from tests.unit.test_settings import PRODUCTION, ROOT


def examine(app: Flask) -> tuple[int, str]:
    ended = app.test_cli_runner().invoke(args=["doctor"])
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    return ended.exit_code, ended.output


def test_all_is_well(app: Flask) -> None:
    code, said = examine(app)
    assert code == 0, said
    for word in ("Settings: home mode", "Database:", "Mail:", "Outbox: nothing is stuck"):
        assert word in said
    for provider in providers.ALL:
        assert f"{provider.name}: simulated" in said
    assert "secret" not in said


@pytest.fixture
def alone(environment: dict[str, str]) -> Iterator[Flask]:
    """The application with neither database nor mail server."""
    nowhere = "postgresql+psycopg://nobody:pass-canary@127.0.0.1:9/nothing?connect_timeout=1"
    app = create_app(from_environment({**environment, "LINK4WEB_DATABASE_URL": nowhere, "SMTP_PORT": "9"}))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_missing_is_named(alone: Flask) -> None:
    code, said = examine(alone)
    assert code == 1
    assert "LOOK  Database:" in said
    assert "note  Mail: nothing answers at 127.0.0.1:9; the mailbox is there while make run is running" in said
    assert "canary" not in said


def test_old_tables_and_stuck_jobs(town: Town) -> None:
    person = town.person()
    person.post("/forgot", {"email": person.email})
    with town.app.app_context(), writing():
        db.session.execute(text("UPDATE outbox SET state = 'unknown'"))
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    code, said = examine(town.app)
    assert code == 1
    assert "migrate-up" in said
    assert "Outbox: 1 of accounts.mail are unknown" in said


PAGE = (ROOT / "docs" / "register-an-app.md").read_text()
APP = {"client_id": "id-of-our-app", "client_secret": "app-canary", "webhook_key": "key-canary"}


def registered(provider: Provider, **changed: str) -> dict[str, str]:
    """A production environment with our apps at every provider; `changed` parts of one ("" for a missing one)."""
    every = {setting_name(one, part): value for one in providers.ALL for part, value in APP.items()}
    return {**PRODUCTION, **every, **{setting_name(provider, part): value for part, value in changed.items()}}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mailbox_that_is_not_running_is_no_fault_at_home(app: Flask, environment: dict[str, str]) -> None:
    code, said = examine(create_app(from_environment({**environment, "SMTP_PORT": "9"})))
    assert (code, "LOOK" in said) == (0, False)
    assert "note  Mail: nothing answers at 127.0.0.1:9" in said


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_complete_production_is_content(app: Flask, environment: dict[str, str]) -> None:
    here = {
        "LINK4WEB_DATABASE_URL": environment["LINK4WEB_DATABASE_URL"],
        "LINK4WEB_DATA_DIR": environment["LINK4WEB_DATA_DIR"],
        "LINK4WEB_SMTP_URL": f"smtp://127.0.0.1:{environment['SMTP_PORT']}",
    }
    code, said = examine(create_app(from_environment({**registered(providers.ALL[0]), **here})))
    assert code == 0, said
    assert all(line.startswith("ok ") for line in said.splitlines())


FATAL = ("ABR_GUID", "MAIL_FROM", "DATABASE_URL")


def doctor_of(environment: dict[str, str], tmp_path: Path, *command: str) -> tuple[int, list[str], str]:
    """How `flask --app wsgi doctor` ends in a process of its own, and what it says."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", *(command or ("doctor",))]
    places = {"PATH": os.environ["PATH"], "LINK4WEB_DATA_DIR": str(tmp_path), "LINK4WEB_SMTP_URL": "smtp://127.0.0.1:9"}
    ended = subprocess.run(flask, env={**environment, **places}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "canary" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout.splitlines(), ended.stderr


def test_everything_is_said_in_one_go(tmp_path: Path) -> None:
    """What keeps Link4web from starting comes first, and hides nothing of the rest."""
    environment = registered(providers.ALL[1], webhook_key="", api_url="https://sandbox.example/v3")
    for name in FATAL:
        del environment[f"LINK4WEB_{name}"]
    code, said, _ = doctor_of(environment, tmp_path)
    assert code == 3
    assert all("can’t start" in line and line.startswith("LOOK") for line in said[: len(FATAL)])
    for name in FATAL:
        assert any(f"LINK4WEB_{name} is missing" in line for line in said[: len(FATAL)])
    rest = "\n".join(said[len(FATAL) :])
    assert "can’t start" not in rest
    for told in ("Mail: no server answers", "QUICKBOOKS_API_URL is https://sandbox.example/v3; the live one is",
                 "LINK4WEB_QUICKBOOKS_WEBHOOK_KEY is missing", "https://app.example/webhooks/quickbooks",
                 *(f"https://app.example/{provider.slug}/callback" for provider in providers.ALL)):  # fmt: skip
        assert told in rest
    assert "unknown" not in "\n".join(said)


def test_nothing_set_at_all_is_told_as_well_and_starts_nothing_else(tmp_path: Path) -> None:
    code, said, _ = doctor_of({}, tmp_path)
    assert code == 3
    assert any("LINK4WEB_BASE_URL is missing" in line for line in said)
    assert "unknown" not in "\n".join(said)
    assert "/callback" not in "\n".join(said)
    code, said, errors = doctor_of({}, tmp_path, "worker")
    assert (code, said) == (3, [])
    assert "LINK4WEB_BASE_URL is missing" in errors


def test_an_address_that_is_missing_is_no_address_to_register(tmp_path: Path) -> None:
    _, said, _ = doctor_of({**registered(providers.ALL[0]), "LINK4WEB_BASE_URL": ""}, tmp_path)
    assert any(line.startswith("note") and "once LINK4WEB_BASE_URL can be used" in line for line in said)
    assert "invalid" not in "\n".join(said)


def said_in(environment: dict[str, str], tmp_path: Path) -> list[str]:
    """What the doctor says in an environment whose database and mail are not there."""
    nowhere = {
        "LINK4WEB_DATABASE_URL": f"sqlite:///{tmp_path}/none.db",
        "LINK4WEB_DATA_DIR": str(tmp_path),
        "LINK4WEB_SMTP_URL": "smtp://127.0.0.1:9",
    }
    app = create_app(from_environment({**environment, **nowhere}))
    try:
        _, said = examine(app)
    finally:
        with app.app_context():
            db.engine.dispose()
    assert "canary" not in said
    return said.splitlines()


def findings_about(provider: Provider, environment: dict[str, str], tmp_path: Path) -> list[str]:
    """What the doctor says about one provider."""
    return [line for line in said_in(environment, tmp_path) if f" {provider.name}: " in line]


def test_a_password_alone_in_production_is_pointed_at(tmp_path: Path) -> None:
    """R-006."""
    aloud = {"LINK4WEB_SECOND_FACTOR": "optional", "LINK4WEB_ALLOW_OPTIONAL_SECOND_FACTOR": "1"}
    for settings, mark in (({}, "ok "), (aloud, "LOOK")):
        [said] = [line for line in said_in({**PRODUCTION, **settings}, tmp_path) if "Security codes" in line]
        assert said.startswith(mark)
        assert all(name in said for name in settings)


every_provider = pytest.mark.parametrize("provider", providers.ALL, ids=lambda one: one.slug)


@every_provider
def test_a_registered_app_is_well_and_its_addresses_are_told(provider: Provider, tmp_path: Path) -> None:
    said = findings_about(provider, registered(provider), tmp_path)
    assert said
    assert all(line.startswith("ok ") for line in said)
    redirect = f"https://app.example/{provider.slug}/callback"
    assert any(f" {redirect} " in line for line in said)
    assert f"`{redirect.replace('https://app.example', '<base>')}`" in PAGE
    webhook = f"https://app.example/webhooks/{provider.slug}"
    assert any(f" {webhook} " in line for line in said) == provider.has_webhooks
    assert (f"`{webhook.replace('https://app.example', '<base>')}`" in PAGE) == provider.has_webhooks


@every_provider
def test_every_setting_is_on_the_page_and_named_when_it_is_missing(provider: Provider, tmp_path: Path) -> None:
    needed = list(APP) if provider.has_webhooks else ["client_id", "client_secret"]
    for part in needed:
        name = setting_name(provider, part)
        assert f"| `{name}` |" in PAGE
        try:
            said = findings_about(provider, registered(provider, **{part: ""}), tmp_path)
        except SettingsError as error:
            said = [f"LOOK {problem}" for problem in error.problems]
        assert any(line.startswith("LOOK") and name in line for line in said), said
    assert f"| `{setting_name(provider, 'use_pkce')}` |" in PAGE


@every_provider
def test_addresses_that_are_not_live_are_named(provider: Provider, tmp_path: Path) -> None:
    for part in ADDRESSES:
        live = getattr(provider.addresses, part)
        name = setting_name(provider, part)
        assert (f"| `{name}` | `{live}` |" in PAGE) == bool(live)
    given = "https://sandbox.example/v3"
    said = findings_about(provider, registered(provider, api_url=given), tmp_path)
    looks = [line for line in said if line.startswith("LOOK")]
    assert len(looks) == 1
    assert f"{setting_name(provider, 'api_url')} is {given}; the live one is {provider.addresses.api_url}" in looks[0]


@every_provider
def test_a_system_without_an_app_is_not_offered(provider: Provider, tmp_path: Path) -> None:
    [said] = findings_about(provider, registered(provider, client_id="", client_secret=""), tmp_path)
    assert said.startswith("ok ")
    assert f"not offered, since {setting_name(provider, 'client_id')} and " in said
