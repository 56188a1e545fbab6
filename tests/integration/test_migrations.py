"""The migrations build exactly the tables of the models, on both databases."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import CheckConstraint, Connection, MetaData, Table, func, insert, inspect, select

from link4web import tenancy
from link4web.app import create_app
from link4web.audit import record
from link4web.audit.models import AuditEvent
from link4web.connections.models import Connection as LedgerConnection
from link4web.database import Base, db, writing
from link4web.settings import from_environment
from link4web.web.health import newest_migration

TRIGGERS = {
    "sqlite": {
        "audit_event_no_update",
        "audit_event_no_delete",
        "audit_event_no_replace",
        "audit_head_forward",
        "audit_head_no_delete",
    },
    "postgresql": {"audit_event_append_only", "audit_head_forward", "audit_head_no_delete"},
}


@pytest.fixture
def connection(app: Flask) -> Any:
    with app.app_context(), db.engine.connect() as connected:
        yield connected


def test_models_and_migrations_agree(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    assert compare_metadata(context, Base.metadata) == []


def test_check_constraints_agree(connection: Connection) -> None:
    """Alembic does not compare these."""
    inspector = inspect(connection)
    for table in Base.metadata.sorted_tables:
        declared = {
            str(constraint.name): words(str(constraint.sqltext))
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint) and constraint.name
        }
        built = {str(check["name"]): words(check["sqltext"]) for check in inspector.get_check_constraints(table.name)}
        assert built == declared, table.name


def words(sql: str) -> set[str]:
    """What a check names and allows, however the database writes it down."""
    ours = {"in", "any", "array", "character", "varying", "text", "bpchar", "and"}
    return set(re.findall(r"[\w-]+", sql.lower())) - ours


def test_partial_indexes_agree(connection: Connection) -> None:
    inspector = inspect(connection)
    where = f"{connection.dialect.name}_where"
    for table in Base.metadata.sorted_tables:
        declared = {index.name: index.dialect_kwargs[where] for index in table.indexes if where in index.dialect_kwargs}
        built = {index["name"]: index.get("dialect_options", {}) for index in inspector.get_indexes(table.name)}
        for name, condition in declared.items():
            if condition is not None:
                kept = str(built[name].get(where, ""))
                assert words(kept) == words(str(condition)), name


def test_the_trail_is_guarded(connection: Connection) -> None:
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name == "postgresql":
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    found = {row[0] for row in connection.exec_driver_sql(names)}
    assert found >= TRIGGERS[connection.dialect.name]


def test_down_and_up_again(app: Flask) -> None:
    with app.app_context():
        flask_migrate.downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        flask_migrate.upgrade()
        assert set(inspect(db.engine).get_table_names()) >= set(Base.metadata.tables)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_upgrade_keeps_the_rows_that_refer_to_a_copied_table(app: Flask) -> None:
    """On SQLite a changed column means a copied table; dropping the old one must not delete what refers to it."""
    with app.app_context():
        flask_migrate.downgrade(revision="0007")  # 0008 changes `connection`, which customers refer to
        tables = {name: Table(name, MetaData(), autoload_with=db.engine) for name in KEPT}
        with writing():
            for name, table in tables.items():
                db.session.connection().execute(insert(table).values(row_of(table, KEPT[name])))
        flask_migrate.upgrade()
        for name, table in tables.items():
            assert db.session.connection().scalar(select(func.count()).select_from(table)) == 1, name
        foreign_keys = db.session.connection().exec_driver_sql("PRAGMA foreign_keys").scalar()
        assert foreign_keys == 1


ORGANISATION, CONNECTION = "o" * 22, "c" * 22
KEPT: dict[str, dict[str, object]] = {
    "organisation": {"id": ORGANISATION, "country": "AU"},
    "connection": {"organisation_id": ORGANISATION, "id": CONNECTION, "state": "active", "sync_state": "idle"},
    "customer": {"organisation_id": ORGANISATION, "connection_id": CONNECTION, "ledger_status": "active"},
}


def row_of(table: Table, facts: dict[str, object]) -> dict[str, object]:
    """A row with the facts, and anything that fits in the other columns that must not be empty."""
    plain = {str: "x", int: 0, bool: False, datetime: datetime(2026, 11, 1)}  # noqa: DTZ001 (as SQLite keeps them)
    needed = [column for column in table.columns if not column.nullable and column.name not in facts]
    return {**{column.name: plain[column.type.python_type] for column in needed}, **facts}


def test_upgrading_twice_is_harmless(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade()
        assert newest_migration()


def test_from_nothing(tmp_path: Path) -> None:
    empty = {"LINK4WEB_MODE": "home", "LINK4WEB_DATA_DIR": str(tmp_path / "a folder with blanks")}
    app = create_app(from_environment(empty))
    with app.app_context():
        flask_migrate.upgrade()
        assert set(inspect(db.engine).get_table_names()) >= set(Base.metadata.tables)
        db.session.remove()
        db.engine.dispose()


def test_an_upgrade_takes_from_the_trail_since_when_a_connection_is_lost(app: Flask) -> None:
    """0022: the page told the moment of connecting instead."""
    connected = datetime(2026, 11, 1, tzinfo=UTC)
    with app.app_context():
        with writing():
            record("connection.lost", chain=ORGANISATION, kind="connection", object_id=CONNECTION)
        lost = db.session.scalars(select(AuditEvent.at)).one()
        db.session.rollback()
        flask_migrate.downgrade(revision="0021")
        tables = {name: Table(name, MetaData(), autoload_with=db.engine) for name in ("organisation", "connection")}
        times = {"created_at": connected, "connected_at": connected}
        with writing():
            put = db.session.connection().execute
            put(insert(tables["organisation"]).values(row_of(tables["organisation"], KEPT["organisation"])))
            for one, state in ((CONNECTION, "reconnect"), ("e" * 22, "reconnect"), ("f" * 22, "active")):
                row = row_of(tables["connection"], {**KEPT["connection"], "id": one, "state": state})
                put(insert(tables["connection"]).values({**row, **times}))
        flask_migrate.upgrade()
        with tenancy.acting_for(ORGANISATION):
            rows = db.session.execute(select(LedgerConnection.id, LedgerConnection.state_since)).all()
    assert dict(rows) == {CONNECTION: lost, "e" * 22: connected, "f" * 22: connected}
