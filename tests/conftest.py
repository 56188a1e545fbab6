"""Fixtures: the application on a fresh database, real simulators, and people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from link4web import clock
from link4web.app import create_app
from link4web.database import db
from link4web.settings import Settings, from_environment
from link4web.simulators import server as simulators_server
from link4web.simulators.server import Running
from tests.databases import PostgresqlTemplate, SqliteTemplate, require_postgresql
from tests.people import Person, Town
from tests.thrift import (
    CompiledOnce,
    CompiledTemplates,
    compile_statements_once,
    read_help_once,
    search_for_garbage_rarely,
)

BASE_URL = "http://localhost:8000"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlTemplate]:
    require_postgresql()
    template = PostgresqlTemplate(tmp_path_factory.mktemp("postgresql"))
    yield template
    template.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database; each test that uses it runs on both (R-181)."""
    template = request.getfixturevalue(f"{request.param}_template")
    with template.fresh(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The simulators on ports of their own, for the whole run; a test that changes them uses its own data."""
    running = simulators_server.start(0, 0, tmp_path_factory.mktemp("simulators") / "simulators.db")
    yield running
    running.close()


@pytest.fixture
def environment(database_url: str, tmp_path: Path, simulators: Running) -> dict[str, str]:
    """The environment of a home installation with this test's database and simulators."""
    return {
        "LINK4WEB_MODE": "home",
        "LINK4WEB_DATA_DIR": str(tmp_path),
        "LINK4WEB_DATABASE_URL": database_url,
        "LINK4WEB_BASE_URL": BASE_URL,
        "LINK4WEB_LIGHT_PASSWORDS": "1",
        "LINK4WEB_PACE_CALLS": "0",
        "LINK4WEB_TEST_CLOCK": str(tmp_path / "clock"),
        "SIMULATORS_PORT": simulators.base_url.rpartition(":")[2],
        "SMTP_PORT": str(simulators.smtp_port),
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return from_environment(environment)


compiled_templates = CompiledTemplates()
Flask.url_rule_class = CompiledOnce
read_help_once()


def pytest_collection_finish() -> None:
    search_for_garbage_rarely()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    with app.app_context():
        compile_statements_once(db.engine)
    yield app
    app.extensions["post"].close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    clock.use_offset_file(None)


@pytest.fixture
def town(app: Flask, simulators: Running) -> Town:
    """Makes people and organisations."""
    return Town(app, simulators)


@pytest.fixture
def owner(town: Town) -> Person:
    """Admin of an organisation with its own ABN, signed in."""
    return town.owner()


@pytest.fixture
def stranger(town: Town) -> Person:
    """Admin of another organisation; must see nothing of the owner's."""
    return town.owner(name="Sam Stranger", organisation="Kauri Point Marine")
