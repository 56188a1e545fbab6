"""`flask doctor` says what is there and what is missing, in plain lines, and ends with 1 when something is."""

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
    assert "LOOK  Mail: no server answers at 127.0.0.1:9" in said
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
