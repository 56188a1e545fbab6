"""A fresh, migrated database for each test: a copied SQLite file, or a PostgreSQL database made from a template."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from sqlalchemy import make_url

from link4web.app import create_app
from link4web.database import db
from link4web.settings import from_environment

POSTGRESQL = os.environ.get("LINK4WEB_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1/postgres")
RUN = os.environ.get("PYTEST_XDIST_WORKER", "main") + uuid.uuid4().hex[:8]


@cache
def postgresql_answers() -> bool:
    try:
        with _admin():
            return True
    except psycopg.OperationalError:
        return False


def _admin() -> psycopg.Connection:
    url = make_url(POSTGRESQL).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=3)


def migrate(url: str, folder: Path) -> None:
    app = create_app(
        from_environment({"LINK4WEB_MODE": "home", "LINK4WEB_DATA_DIR": str(folder), "LINK4WEB_DATABASE_URL": url})
    )
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        db.engine.dispose()  # the last connection to close folds the write-ahead log into the file


class SqliteTemplate:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "template.db"
        migrate(f"sqlite:///{self.file}", folder)

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[str]:
        copy = folder / f"{uuid.uuid4().hex}.db"
        shutil.copy(self.file, copy)
        yield f"sqlite:///{copy}"


class PostgresqlTemplate:
    def __init__(self, folder: Path) -> None:
        self.name = f"l4w_{RUN}"
        with _admin() as admin:
            admin.execute(f'CREATE DATABASE "{self.name}"')
        migrate(self._url(self.name), folder)

    def _url(self, name: str) -> str:
        return make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[str]:
        del folder
        name = f"l4w_{uuid.uuid4().hex[:12]}"
        with _admin() as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        yield self._url(name)
        with _admin() as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def drop(self) -> None:
        with _admin() as admin:
            admin.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')


def require_postgresql() -> None:
    if not postgresql_answers():
        pytest.skip(f"no PostgreSQL server answers at {make_url(POSTGRESQL).host}")
