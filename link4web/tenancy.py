"""The organisation gate: every query on a tenant table is bound to one organisation or refused.

Requests set the organisation from the signed-in person's membership, jobs from their row. `system(reason)` crosses on
purpose; a test reads the list of places that do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import ForeignKey, Table, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.sql import visitors

from link4web.database import Id

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


@event.listens_for(Session, "do_orm_execute")
def _bind_to_organisation(state: ORMExecuteState) -> None:
    if _system.get() is not None:
        return
    current = _organisation.get()
    if current is None:
        if _touches_tenant_table(state):
            raise NoOrganisation("a tenant table was queried without an organisation")
        return
    if state.is_insert or (state.is_update and isinstance(state.parameters, list)):
        _check_rows(state, current)
    elif state.is_orm_statement and not state.is_column_load:
        state.statement = state.statement.options(
            with_loader_criteria(TenantMixin, lambda cls: cls.organisation_id == current, include_aliases=True)
        )
    elif not state.is_orm_statement and _touches_tenant_table(state):
        raise NoOrganisation("query tenant tables through their mapped classes")


def _touches_tenant_table(state: ORMExecuteState) -> bool:
    return any(
        isinstance(element, Table) and "organisation_id" in element.primary_key and element.name not in GLOBAL_TABLES
        for element in visitors.iterate(state.statement)
    )


# Keyed by organisation, but asked for a person: which organisations may this user enter.
GLOBAL_TABLES = frozenset({"membership"})


def _check_rows(state: ORMExecuteState, current: str) -> None:
    """Inserts, and updates by primary key in bulk, name the organisation in each row instead of a criterion."""
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, TenantMixin):
        return
    rows = state.parameters or []
    for row in [rows] if isinstance(rows, dict) else rows:
        if row.get("organisation_id", current) != current:
            raise ForeignOrganisation(f"{mapper.class_.__name__} of another organisation")


@event.listens_for(Session, "before_flush")
def _check_flushed(session: Session, _context: object, _instances: object) -> None:
    if _system.get() is not None:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantMixin) and row.organisation_id != organisation_id():
            raise ForeignOrganisation(f"{type(row).__name__} of another organisation")
