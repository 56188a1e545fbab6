"""All organisations of a person, each with its ledgers and what needs attention there: an adviser's first page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, current_app, url_for
from flask_login import current_user
from sqlalchemy import bindparam, select

from link4web import tenancy
from link4web.accounts.closed import deleted_on
from link4web.accounts.models import Membership, Organisation
from link4web.accounts.words import ROLES_IN_SENTENCES
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.customers import states
from link4web.customers.models import CustomerCount
from link4web.customers.pages import usual_scheme
from link4web.database import db
from link4web.help.asked import reader_asked
from link4web.help.hints import hint_of, task_here
from link4web.help.links import task_href
from link4web.help.reader import Reader
from link4web.help.tasks import Task
from link4web.web.access import signed_in
from link4web.web.filters import number, plural
from link4web.web.responses import page

bp = Blueprint("overview", __name__)

#: Of organisations, what waits there for an admin: words and address by the organisation's id.
Watcher = Callable[[Sequence[str]], dict[str, list[tuple[str, str]]]]

ASKED = (states.CAN_INVITE, states.NEEDS_NUMBER, states.NEEDS_EMAIL, *states.PROBLEMS)


@dataclass
class Ledger:
    """A ledger of an organisation. `attention`: words and address of each thing to do, the worst first."""

    connection: str
    system: str
    file_name: str
    state: str
    href: str
    attention: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Entry:
    """An organisation a person may enter, and what they are there in words. `href`: where a task is done in it.

    `number_href`: where its business number is missing, for whoever may add it; nothing can be sent without one.
    `waiting`: words and address of what waits there for an admin, apart from the ledgers.
    `deleted_on`: it is closed, and what it holds is deleted then; only its admins still see it.
    """

    organisation: Organisation
    role_words: str
    ledgers: list[Ledger] = field(default_factory=list)
    href: str = ""
    number_href: str = ""
    waiting: list[tuple[str, str]] = field(default_factory=list)

    @property
    def deleted_on(self) -> datetime | None:
        return deleted_on(self.organisation)


def init_overview(app: Flask, watchers: Sequence[Watcher]) -> None:
    """Say who else knows of things that wait for an admin; features above this one."""
    app.extensions["watchers"] = tuple(watchers)


@bp.get("/organisations")
@signed_in
def index() -> Response:
    """Also the fork in the road of a link to a task (`hint`) that any of them may be meant by."""
    entries, task = entries_of(current_user.id), task_here()
    if task is None or task.slug == "organisations":
        return page("customers/organisations.html", entries=entries)
    reader = reader_asked()
    for entry in entries:
        _lead_on(entry, task, reader)
    what = "organisation" if _is_of_organisation(task) else "ledger"
    hint = hint_of(task, f"{reader.fill(task.label)}: choose the {what}, and this link leads on to it.")
    return page("customers/organisations.html", entries=entries, hint=hint)


def _is_of_organisation(task: Task) -> bool:
    """Whether it needs no ledger, or is about a new one."""
    return not task.by_provider or task.slug == "connect"


def _lead_on(entry: Entry, task: Task, reader: Reader) -> None:
    """Let the line's links lead to the task in this organisation, or in its ledgers."""
    if _is_of_organisation(task):
        entry.href = task_href(task.slug, reader, organisation=entry.organisation.id)
        return
    for ledger in entry.ledgers:
        ledger.href = task_href(task.slug, connection=ledger.connection)


# built once; a row for each organisation, ledger and count
_ENTRIES = (
    select(
        Organisation,
        Membership.role,
        Connection.id.label("connection_id"),
        Connection.provider,
        Connection.file_name,
        Connection.file_country,
        Connection.state,
        Connection.sync_state,
        CustomerCount.state.label("customers_state"),
        CustomerCount.number,
    )
    .join(Membership, Membership.organisation_id == Organisation.id)
    .outerjoin(Connection, (Connection.organisation_id == Organisation.id) & (Connection.state != "choosing"))
    .outerjoin(
        CustomerCount,
        (CustomerCount.organisation_id == Connection.organisation_id)
        & (CustomerCount.connection_id == Connection.id)
        & CustomerCount.state.in_(ASKED),
    )
    .where(Membership.user_id == bindparam("person"))
    .order_by(Organisation.name, Organisation.id, Connection.created_at, Connection.id)
)


def entries_of(user_id: str) -> list[Entry]:
    """The organisations a person may enter, by name, with their ledgers in the order they were connected."""
    with tenancy.system("the ledgers of all organisations of a person; the join with the memberships is the check"):
        rows = db.session.execute(_ENTRIES, {"person": user_id}).all()
    entries: dict[str, Entry] = {}
    of_ledger: dict[str, list[Any]] = {}
    for row in rows:
        is_closed = row.Organisation.closed_at is not None
        if is_closed and row.role != "admin":
            continue
        entries.setdefault(row.Organisation.id, _entry(row.Organisation, row.role))
        if row.connection_id and not is_closed:
            of_ledger.setdefault(row.connection_id, []).append(row)
    for found in of_ledger.values():
        organisation = found[0].Organisation
        entries[organisation.id].ledgers.append(_ledger(organisation, found))
    _ask_watchers({row.Organisation.id: entries[row.Organisation.id] for row in rows if row.role == "admin"})
    return list(entries.values())


def _ask_watchers(administered: dict[str, Entry]) -> None:
    watchers: tuple[Watcher, ...] = current_app.extensions["watchers"]
    is_open = [one for one, entry in administered.items() if entry.organisation.closed_at is None]
    for watcher in watchers if is_open else ():
        for organisation, lines in watcher(is_open).items():
            administered[organisation].waiting.extend(lines)


def _entry(organisation: Organisation, role: str) -> Entry:
    entry = Entry(organisation, ROLES_IN_SENTENCES[role])
    if role == "admin" and not organisation.number:
        entry.number_href = url_for("organisations.business", organisation=organisation.id)
    return entry


def _ledger(organisation: Organisation, rows: list[Any]) -> Ledger:
    first = rows[0]
    counts = {row.customers_state: row.number for row in rows if row.number}
    href = url_for(f"{first.provider}.customers", connection=first.connection_id)
    attention = [*_troubles(first), *_waiting(href, usual_scheme(first.file_country, organisation.country), counts)]
    name = provider_of(first.provider).name
    return Ledger(first.connection_id, name, first.file_name, first.state, href, attention)


def _troubles(row: Any) -> list[tuple[str, str]]:
    """What is wrong with the connection itself, with its own page."""
    health = url_for(f"{row.provider}.connection", connection=row.connection_id)
    if row.state == "reconnect":
        return [("needs reconnecting", health)]
    return [("the last sync stopped", health)] if row.state == "active" and row.sync_state == "failed" else []


def _waiting(href: str, scheme: str, counts: dict[str, int]) -> list[tuple[str, str]]:
    problems = sum(counts.get(state, 0) for state in states.PROBLEMS)
    lines = (
        (plural(problems, "problem"), problems, "problems"),
        (
            f"{number(counts.get(states.NEEDS_NUMBER, 0))} without {scheme}",
            counts.get(states.NEEDS_NUMBER),
            "needs-number",
        ),
        (f"{number(counts.get(states.NEEDS_EMAIL, 0))} without e-mail", counts.get(states.NEEDS_EMAIL), "needs-email"),
        (f"{number(counts.get(states.CAN_INVITE, 0))} can be invited", counts.get(states.CAN_INVITE), "can-invite"),
    )
    return [(words, f"{href}?queue={queue}") for words, count, queue in lines if count]
