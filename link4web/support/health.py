"""How an organisation and a person are, with the words and the articles that they see themselves (R-190, R-192)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import func, select

from link4web.accounts import codes
from link4web.accounts.leaving import GONE_HOST
from link4web.accounts.models import Membership, Organisation, SessionRow, User
from link4web.accounts.words import ROLES_IN_SENTENCES
from link4web.colleagues.models import MembershipInvitation
from link4web.colleagues.words import MAIL
from link4web.connections import queries
from link4web.connections.models import Connection, LedgerBinding
from link4web.connections.providers import provider_of
from link4web.connections.words import reconnect_words
from link4web.customers.models import Customer, CustomerCount
from link4web.customers.pages import Place, sync_view
from link4web.customers.words import state_words
from link4web.database import db
from link4web.help.centre import centre
from link4web.help.reader import Reader
from link4web.invitations.models import CustomerInvitation
from link4web.invitations.words import MAIL_CODES
from link4web.outbox.models import OutboxRow
from link4web.sentences import Coded
from link4web.support import staff
from link4web.support.finding import Hit, outbox_hit
from link4web.support.models import SupportAccess
from link4web.web.filters import moment, number

TROUBLED = ("bounced", "unknown")
SOME = 10
Tool = tuple[str, str]


@dataclass(frozen=True)
class Trouble:
    """What is wrong, as the customer reads it; `code` leads to the article, `raw` is what was stored."""

    title: str
    sentence: str
    fix: str
    code: str
    raw: str = ""


@dataclass(frozen=True)
class Ledger:
    """One connection: facts in words, what is wrong with it, and what staff may do to it."""

    id: str
    system: str
    file_name: str
    state: str
    facts: list[tuple[str, str]]
    troubles: list[Trouble]
    tools: list[Tool]


@dataclass(frozen=True)
class Health:
    """An organisation's page. `colleagues`: who was invited to work there, how that stands, why no mail arrived."""

    organisation: Organisation
    ledgers: list[Ledger]
    members: list[dict[str, Any]]
    invitations: list[tuple[str, int]]
    colleagues: list[tuple[str, str, Coded | None]]
    troubled: list[tuple[str, str, str, str]]
    outbox: list[Hit]
    accesses: list[SupportAccess]


def of_organisation(organisation: Organisation) -> Health:
    """Look at everything; acts for the organisation already."""
    counts = db.session.execute(
        select(CustomerInvitation.state, func.count()).group_by(CustomerInvitation.state).order_by(func.count().desc())
    )
    invited = db.session.scalars(
        select(MembershipInvitation).order_by(MembershipInvitation.created_at.desc()).limit(SOME)
    )
    return Health(
        organisation,
        [_ledger(connection, organisation) for connection in queries.all_of_organisation()],
        list(_members(organisation.id)),
        [(state, many) for state, many in counts],
        [(one.email, f"{one.state}, as {ROLES_IN_SENTENCES[one.role]}", MAIL.get(one.problem)) for one in invited],
        list(_troubled()),
        [outbox_hit(row) for row in _stuck(organisation.id)],
        list(db.session.scalars(select(SupportAccess).order_by(SupportAccess.asked_at.desc()).limit(SOME))),
    )


def _ledger(connection: Connection, organisation: Organisation) -> Ledger:
    provider = provider_of(connection.provider)
    place = Place(provider, connection, organisation)
    line = sync_view(place)
    facts = [
        ("Sync", line["words"]),
        ("Last sync", moment(connection.synced_at) or "Not yet"),
        ("Connected", moment(connection.connected_at) or "Not yet"),
        ("Customers", _customers(place)),
    ]
    if connection.state == "disconnected" and _is_bound(connection):
        facts.append(("File", "Still bound to this organisation, so nobody else can connect it"))
    troubles = list(_troubles(connection, organisation, line["code"]))
    return Ledger(
        connection.id,
        provider.name,
        connection.file_name or "Not confirmed",
        connection.state,
        facts,
        troubles,
        list(_tools(connection)),
    )


def _customers(place: Place) -> str:
    counts = db.session.execute(
        select(CustomerCount.state, CustomerCount.number).where(
            CustomerCount.connection_id == place.connection.id, CustomerCount.number > 0
        )
    )
    words = [f"{number(many)} {state_words(state, place.terms, place.scheme).word.lower()}" for state, many in counts]
    return ", ".join(words) or "None"


def _troubles(connection: Connection, organisation: Organisation, code: str) -> Iterator[Trouble]:
    provider = provider_of(connection.provider)
    reader = Reader(provider.slug, organisation.country)
    if words := reconnect_words(connection, provider):
        known = words.code if words.code in centre().problems else "RECONNECT"
        said = centre().said(known, reader)
        yield Trouble(words.title, words.text, said.fix if said else "", known, words.code)
    if connection.state == "active" and connection.sync_state in ("failed", "waiting") and code:
        known = code if code in centre().problems else f"SYNC-{connection.sync_state.upper()}"
        if said := centre().said(known, reader):
            yield Trouble(said.title, connection.sync_message or said.sentence, said.fix, known, connection.sync_error)


def _is_bound(connection: Connection) -> bool:
    return db.session.scalar(select(binding_of(connection.id).exists())) or False


def binding_of(connection_id: str) -> Any:
    """The binding of a connection's ledger file."""
    return select(LedgerBinding).where(LedgerBinding.connection_id == connection_id)


def _tools(connection: Connection) -> Iterator[Tool]:
    if connection.state == "active" and connection.sync_state not in ("queued", "running"):
        yield "Retry the sync", url_for("support.tool", tool="sync", subject=connection.id)
    if connection.state == "disconnected" and _is_bound(connection):
        yield "Release the file", url_for("support.tool", tool="release", subject=connection.id)


def _members(organisation_id: str) -> Iterator[dict[str, Any]]:
    rows = db.session.execute(
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.role, User.name)
    )
    for user, role in rows:
        yield {"user": user, "role": role, "href": url_for("support.person", person=user.id)}


def _troubled() -> Iterator[tuple[str, str, str, str]]:
    """Invitations that did not arrive: the customer, what happened, when, and the code of it."""
    rows = db.session.execute(
        select(CustomerInvitation, Customer.name)
        .join(Customer, Customer.id == CustomerInvitation.customer_id)
        .where(CustomerInvitation.state.in_(TROUBLED))
        .order_by(CustomerInvitation.created_at.desc())
        .limit(SOME)
    )
    for it, name in rows:
        code = MAIL_CODES.get(it.problem, "CUSTOMER-BOUNCED")
        yield f"{name}, {it.email}", it.problem or it.state, moment(it.sent_at or it.created_at), code


def _stuck(organisation_id: str) -> list[OutboxRow]:
    stuck = select(OutboxRow).where(
        OutboxRow.organisation_id == organisation_id, OutboxRow.state.in_(("dead", "unknown", "running", "ready"))
    )
    return list(db.session.scalars(stuck.order_by(OutboxRow.state, OutboxRow.created_at.desc()).limit(2 * SOME)))


@dataclass(frozen=True)
class PersonFacts:
    """A person's page: no secrets, only whether there are any."""

    user: User
    facts: list[tuple[str, str]]
    memberships: list[dict[str, Any]]
    tools: list[Tool]


def of_person(user: User) -> PersonFacts:
    """What staff may know of a sign-in."""
    sessions = db.session.scalar(select(func.count()).select_from(SessionRow).where(SessionRow.user_id == user.id)) or 0
    role = staff.role_of(user.id)
    facts = [
        (
            "Address",
            f"{user.email}, {'confirmed ' + moment(user.verified_at) if user.verified_at else 'not confirmed'}",
        ),
        ("Signed up", moment(user.created_at)),
        ("Signed in on", f"{sessions} browsers" if sessions != 1 else "1 browser"),
    ]
    standing = codes.standing(user.id)
    facts.append(("Security codes", f"Set up {moment(standing.since)}" if standing else "Not set up"))
    if user.disabled_at:
        word = "Deleted" if user.email.endswith(f"@{GONE_HOST}") else "Suspended"
        facts.append((word, moment(user.disabled_at)))
    if role:
        facts.append(("Support staff", role))
    rows = db.session.execute(
        select(Organisation, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user.id)
        .order_by(Organisation.name)
    )
    memberships = [
        {
            "organisation": it,
            "role": role_there,
            "href": url_for("support.organisation", organisation=it.id),
            "ask_href": url_for("support.ask", organisation=it.id, person=user.id),
        }
        for it, role_there in rows
    ]
    tools = [("Send the confirmation again", url_for("support.tool", tool="verification", subject=user.id))]
    return PersonFacts(user, facts, memberships, tools if user.verified_at is None else [])
