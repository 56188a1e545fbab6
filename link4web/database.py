"""Tables, types and transactions.

Everything begins read-only; a change stands in ``with writing():``. On SQLite that is the difference between BEGIN and
BEGIN IMMEDIATE: with IMMEDIATE everywhere a plain read waits for every writer, and with neither, updates that read
first are lost without an error.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, DateTime, Engine, MetaData, Result, String, event, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

from link4web import ids

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in, aware (UTC) out, whatever the database keeps."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def bytewise(length: int) -> String:
    """Text that both databases compare byte by byte, so that a keyset page means the same on each."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Id = bytewise(ids.LENGTH)


class Base(DeclarativeBase):
    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime})


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": False},
)

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Change the database in one transaction: begins as a writer, commits at the end, rolls back on an error.

    Inside another ``writing()`` it joins that transaction. What was read before is read again on the next access.
    Call nothing outside the database in here.
    """
    if _writing.get():
        yield
        return
    session = db.session
    session.commit()
    session.expire_all()
    token = _writing.set(True)
    try:
        session.connection(execution_options={"writing": True, "postgresql_readonly": False})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _writing.reset(token)


def is_writing() -> bool:
    """Whether the present code runs inside ``writing()``."""
    return _writing.get()


def end_reading() -> None:
    """Give the read transaction back before waiting for something outside."""
    if not _writing.get():
        db.session.commit()


def insert_for(table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the database in use."""
    return postgresql.insert(table) if db.engine.dialect.name == "postgresql" else sqlite.insert(table)


def insert_rows(table: type[Base], rows: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]) -> None:
    """Insert rows of the same columns beside those they have in common, inside ``writing()``; no gate is passed.

    The statement is built as always, but the driver takes the values: SQLAlchemy's own work for each of them costs
    several times what inserting them does. Columns left out get their default if it is a plain value.
    """
    insertion = _insertion(table, frozenset((*rows[0], *shared)), db.engine.dialect)
    same = {**insertion.defaults, **shared}
    same |= {name: convert(same[name]) for name, convert in insertion.converters.items() if name in same}
    converters = [(name, convert) for name, convert in insertion.converters.items() if name in rows[0]]

    def values(row: Mapping[str, Any]) -> Any:
        whole = {**row, **same}
        for name, convert in converters:
            whole[name] = convert(row[name])
        return insertion.in_order(whole)

    db.session.connection().exec_driver_sql(insertion.sql, list(map(values, rows)))


@dataclass(frozen=True)
class _Insertion:
    """An INSERT in the words of a driver, and how the driver takes values."""

    sql: str
    defaults: Mapping[str, Any]
    in_order: Callable[[Mapping[str, Any]], Any]
    converters: Mapping[str, Callable[[Any], Any]]


@lru_cache
def _insertion(table: type[Base], given: frozenset[str], dialect: Dialect) -> _Insertion:
    columns = {name: column for name, column in table.__table__.c.items() if name in given or column.default}
    found = {name: column.type.dialect_impl(dialect).bind_processor(dialect) for name, column in columns.items()}
    compiled = insert(table).compile(dialect=dialect, column_keys=list(columns))
    return _Insertion(
        sql=str(compiled),
        defaults={name: column.default.arg for name, column in columns.items() if name not in given},
        in_order=itemgetter(*compiled.positiontup) if compiled.positiontup else dict,
        converters={name: convert for name, convert in found.items() if convert},
    )


def changed_rows(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE has changed."""
    return cast("CursorResult[Any]", result).rowcount


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` needs for this database."""
    # parameters stay out of error messages, and so out of logs: they hold addresses and hashes
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": 30, "check_same_thread": False}}
    return {"hide_parameters": True, "execution_options": {"postgresql_readonly": True}, "pool_pre_ping": True}


def prepare_engine(engine: Engine) -> None:
    """Attach the pragmas and the two ways to begin (SQLite only)."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    # 16 MiB, and 32 MiB of log before it is folded in: a sync writes all over its indexes, again and again
    "cache_size=-16384",
    "wal_autocheckpoint=8192",
)


def _set_pragmas(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event says BEGIN, the driver must not
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    wants_write = connection.get_execution_options().get("writing", False)
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    if connection.info.get("query_only") is not (not wants_write):
        driver.execute(f"PRAGMA query_only={'OFF' if wants_write else 'ON'}")
        connection.info["query_only"] = not wants_write
    if wants_write:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # may find the database locked: in SQLAlchemy's words, please
    else:
        driver.execute("BEGIN")
