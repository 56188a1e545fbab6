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
#: Above this, an emptied database would be slower than a new one.
MANY_ROWS = 5_000
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
    """Lends databases out and takes them back emptied: dropping one makes the server write everything to the disk."""

    def __init__(self, folder: Path) -> None:
        self.name = f"l4w_{RUN}"
        self._spare: list[str] = []
        with _admin() as admin:
            admin.execute(f'CREATE DATABASE "{self.name}"')
        migrate(self._url(self.name), folder)
        with self._inside(self.name) as connection:
            self._schema = _schema(connection)
            assert not any(_rows(connection).values()), "migrations that write rows need another way to clean up"

    def _url(self, name: str) -> str:
        return make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)

    def _inside(self, name: str) -> psycopg.Connection:
        url = make_url(self._url(name)).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=3)

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[str]:
        del folder
        name = self._spare.pop() if self._spare else self._made()
        yield self._url(name)
        if self._cleaned(name):
            self._spare.append(name)
        else:
            _drop(name)

    def _made(self) -> str:
        name = f"l4w_{uuid.uuid4().hex[:12]}"
        with _admin() as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
            admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')  # no test outlives its server
        return name

    def _cleaned(self, name: str) -> bool:
        """Empty the tables; False when there was much in them or a test has changed the schema."""
        with self._inside(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if _schema(connection) != self._schema:
                return False
            rows = _rows(connection)
            connection.execute("SET session_replication_role = replica")  # neither order nor guards of tables matter
            for table in filter(rows.get, rows):
                connection.execute(f'DELETE FROM "{table}"')
            return sum(rows.values()) < MANY_ROWS

    def drop(self) -> None:
        for name in (*self._spare, self.name):
            _drop(name)


def _drop(name: str) -> None:
    with _admin() as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _schema(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    """What there is in the database, and the migration it is at."""
    return connection.execute(
        "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT tgname, 'trigger' FROM pg_trigger WHERE NOT tgisinternal"
        " UNION ALL SELECT version_num, 'migration' FROM alembic_version ORDER BY 1, 2"
    ).fetchall()


def _rows(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    counts = (f"SELECT '{name}', count(*) FROM \"{name}\"" for (name,) in tables if name != "alembic_version")
    return dict(connection.execute(" UNION ALL ".join(counts)).fetchall())


def require_postgresql() -> None:
    if not postgresql_answers():
        pytest.skip(f"no PostgreSQL server answers at {make_url(POSTGRESQL).host}")
