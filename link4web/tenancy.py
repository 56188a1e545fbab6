"""The organisation gate: every query on a tenant table is bound to one organisation or refused.

Requests set the organisation from the signed-in person's membership, jobs from their row. `system(reason)` crosses on
purpose; a test reads the list of places that do.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Executable, ForeignKey, Insert, Table, Update, bindparam, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.sql import visitors

from link4web import revision
from link4web.database import Base, Id, db, insert_rows

_organisation: ContextVar[str | None] = ContextVar("organisation", default=None)
_system: ContextVar[str | None] = ContextVar("system", default=None)


class NoOrganisation(RuntimeError):
    """A tenant table was asked without saying for which organisation."""


class ForeignOrganisation(RuntimeError):
    """A row of another organisation was about to be written."""


class TenantMixin:
    """A table whose rows belong to an organisation; its primary key begins with it."""

    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisation.id", ondelete="RESTRICT"), primary_key=True, sort_order=-1
    )


@contextmanager
def acting_for(organisation_id: str) -> Iterator[None]:
    """Run as this organisation."""
    token = _organisation.set(organisation_id)
    try:
        yield
    finally:
        _organisation.reset(token)


@contextmanager
def system(reason: str) -> Iterator[None]:
    """Cross organisations on purpose, for the stated reason."""
    token = _system.set(reason)
    try:
        yield
    finally:
        _system.reset(token)


def enter(organisation_id: str | None) -> None:
    """Set the organisation for the rest of this request; the end of the request sets it back to None."""
    _organisation.set(organisation_id)


def organisation_id() -> str:
    """The organisation acted for.

    Raises:
        NoOrganisation: none is set.
    """
    current = _organisation.get()
    if current is None:
        raise NoOrganisation("no organisation is set")
    return current


def insert_many(table: type[Base], rows: Sequence[Mapping[str, Any]], shared: Mapping[str, Any]) -> None:
    """`database.insert_rows` into a tenant table: the rows become the organisation's acted for."""
    insert_rows(table, rows, {**shared, "organisation_id": organisation_id()})
    revision.touch(db.session(), organisation_id())


@event.listens_for(Session, "do_orm_execute")
def _bind_to_organisation(state: ORMExecuteState) -> None:
    current = _organisation.get()
    if current is not None and _changes_tenant_table(state):
        revision.touch(state.session, current)
    if _system.get() is not None:
        return
    if current is None:
        if _touches_tenant_table(state):
            raise NoOrganisation("a tenant table was queried without an organisation")
        return
    if state.is_insert or state.is_update:
        _check_written(state, current)
    if state.is_insert or (state.is_update and isinstance(state.parameters, list)):
        return  # an UPDATE of many rows by primary key names the organisation in each row, not in a criterion
    if state.is_orm_statement and not state.is_column_load:
        state.statement = _bound(state.statement)
    elif not state.is_orm_statement and _touches_tenant_table(state):
        raise NoOrganisation("query tenant tables through their mapped classes")


# one criterion for all: the organisation is asked for each time a statement runs, never kept in it
_CURRENT: BindParameter[str] = bindparam("current_organisation", callable_=organisation_id, type_=Id)
_ONLY_CURRENT = with_loader_criteria(
    TenantMixin,
    lambda cls: cls.organisation_id == _CURRENT,
    include_aliases=True,
    track_closure_variables=False,
)
_bound_statements: WeakKeyDictionary[Executable, Executable] = WeakKeyDictionary()


def _bound(statement: Executable) -> Executable:
    """The statement with the criterion; that of one built once and run often is kept beside it."""
    bound = _bound_statements.get(statement)
    if bound is None:
        bound = _bound_statements[statement] = statement.options(_ONLY_CURRENT)
    return bound


def _changes_tenant_table(state: ORMExecuteState) -> bool:
    mapper = state.bind_mapper if state.is_insert or state.is_update or state.is_delete else None
    return mapper is not None and issubclass(mapper.class_, TenantMixin)


_touching: WeakKeyDictionary[Executable, bool] = WeakKeyDictionary()


def _touches_tenant_table(state: ORMExecuteState) -> bool:
    """Whether one stands anywhere in the statement; kept beside it, as a walk costs half of what running it does."""
    touches = _touching.get(state.statement)
    if touches is None:
        elements = visitors.iterate(state.statement)  # type: ignore[arg-type]  # every statement can be walked
        touches = _touching[state.statement] = any(map(_is_tenant_table, elements))
    return touches


def _is_tenant_table(element: object) -> bool:
    return isinstance(element, Table) and "organisation_id" in element.primary_key and element.name not in GLOBAL_TABLES


# Keyed by organisation, but asked for a person (which organisations may this user enter?) or raised by the gate itself
GLOBAL_TABLES = frozenset({"membership", "revision"})


def _check_written(state: ORMExecuteState, current: str) -> None:
    """Refuse INSERTs for another organisation and UPDATEs that would hand a row to one."""
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, TenantMixin):
        return
    parameters: Any = state.parameters or {}
    rows = [parameters] if isinstance(parameters, Mapping) else parameters
    written = {row.get("organisation_id", current) for row in rows}
    if (written | _organisations_in(state.statement)) - {current}:
        raise ForeignOrganisation(f"{mapper.class_.__name__} of another organisation")


def _organisations_in(statement: Executable) -> set[object]:
    """The organisations in the VALUES of a statement."""
    if not isinstance(statement, Insert | Update):
        return set()
    # SQLAlchemy has no public name for what values() was given
    rows: list[Any] = [statement._values or {}]  # noqa: SLF001
    for several in statement._multi_values or ():  # noqa: SLF001
        rows += several
    return {_plain(value) for row in rows for column, value in row.items() if _key(column) == "organisation_id"}


def _key(column: Any) -> Any:
    return getattr(column, "key", column)


def _plain(value: Any) -> object:
    return value.value if isinstance(value, BindParameter) else value


@event.listens_for(Session, "before_flush")
def _check_flushed(session: Session, _context: object, _instances: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantMixin):
            revision.touch(session, row.organisation_id)
            if _system.get() is None and row.organisation_id != organisation_id():
                raise ForeignOrganisation(f"{type(row).__name__} of another organisation")
        elif row.__tablename__ == "organisation" and row not in session.new:  # the feature's own table; its key is `id`
            revision.touch(session, row.id)
