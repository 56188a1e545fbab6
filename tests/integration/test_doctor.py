"""`flask doctor` says what is there and what is missing, in plain lines, and ends with 1 when something is."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from link4web.app import create_app
from link4web.database import db, writing
from link4web.settings import from_environment
from tests.people import Town


def examine(app: Flask) -> tuple[int, str]:
    ended = app.test_cli_runner().invoke(args=["doctor"])
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    return ended.exit_code, ended.output


def test_all_is_well(app: Flask) -> None:
    code, said = examine(app)
    assert code == 0, said
    for word in ("Settings: home mode", "Database:", "Mail:", "xero:", "Outbox: nothing is stuck"):
        assert word in said
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
