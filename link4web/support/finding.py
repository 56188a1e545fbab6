"""One box that finds anything, in all organisations: by an id, ours, a ledger file's or that of a request that failed;
by a ticket, a name, a business number or an e-mail address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from flask import url_for
from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select

from link4web import ids, providers, tenancy
from link4web.accounts.leaving import GONE_HOST
from link4web.accounts.models import Organisation, User
from link4web.audit.models import AuditEvent
from link4web.audit.trail import SYSTEM
from link4web.closing.models import Export
from link4web.colleagues.models import MembershipInvitation
from link4web.colleagues.words import MAIL
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.connections.vault import fingerprint
from link4web.contact.models import ContactMessage
from link4web.customers.models import Customer
from link4web.database import db
from link4web.folding import fold
from link4web.invitations.eligibility import EVERYBODY
from link4web.invitations.models import CustomerInvitation, Suppression
from link4web.mail.address import email_key
from link4web.outbox.models import OutboxRow
from link4web.support.models import SupportAccess
from link4web.web.filters import business_number, moment

EACH = 10
SHORTEST = 3
LATEST_EVENTS = 20


@dataclass(frozen=True)
class Hit:
    """Something that was found: what it is, its name, more about it, and its page (empty where it has none)."""

    kind: str
    name: str
    detail: str
    href: str
    tools: tuple[tuple[str, str], ...] = ()


def kind_of(asked: str) -> str:
    """What somebody has typed: an *id*, *number*, *address* or *name*; empty for less than three characters."""
    asked = _plain(asked)
    if len(asked) < SHORTEST:
        return ""
    if ids.is_id(asked):
        return "id"
    digits = asked.replace(" ", "")
    if digits.isascii() and digits.isdigit() and len(digits) in (11, 13):
        return "number"
    return "address" if email_key(asked) else "name"


def find(asked: str) -> list[Hit]:
    """What fits, kind by kind, some of each; nothing for less than three characters."""
    kind, asked = kind_of(asked), _plain(asked)
    if not kind:
        return []
    with tenancy.system("support staff look for something by its id, name, number or address"):
        if kind == "id" and (found := list(_by_id(asked))):
            return found
        if kind == "number":
            digits = asked.replace(" ", "")
            found = [*_organisations(Organisation.number == digits), *_connections(Connection.file_number == digits)]
            return [*found, *_customers(Customer.number == digits, Customer.number != ""), *_by_reference(asked)]
        if kind == "address":
            address = email_key(asked)
            found = [*_people(User.email == address), *_suppressions(address), *_invitations_to(address)]
            found += _colleagues(MembershipInvitation.email == address)
            # the one that no index helps with: some tenths of a second for 100,000 customers
            return [*found, *_customers(Customer.email_key == address)]
        return [*_by_reference(asked), *_by_name(asked)]


def _plain(asked: str) -> str:
    return " ".join(asked.split())[:200]


def _by_id(wanted: str) -> Iterator[Hit]:
    yield from _people(User.id == wanted)
    yield from _organisations(Organisation.id == wanted)
    yield from _connections(Connection.id == wanted)
    yield from _invitations(_INVITATIONS.where(CustomerInvitation.id == wanted))
    yield from _invitations(_INVITATIONS.where(CustomerInvitation.customer_id == wanted))
    yield from _invitations(_INVITATIONS.where(CustomerInvitation.batch_id == wanted))
    yield from _customers(Customer.id == wanted)
    yield from _colleagues(MembershipInvitation.id == wanted)
    for row in db.session.scalars(select(OutboxRow).where(OutboxRow.id == wanted)):
        yield outbox_hit(row)
    yield from _accesses(SupportAccess.id == wanted)
    for it in db.session.scalars(select(Export).where(Export.id == wanted)):
        href = url_for("support.organisation", organisation=it.organisation_id)
        until = f", until {moment(it.expires_at)}" if it.state == "ready" else ""
        yield Hit("Export of an organisation", it.id, f"{it.state}, asked for {moment(it.asked_at)}{until}", href)
    yield from _events(wanted)


def _events(object_id: str) -> Iterator[Hit]:
    """The latest events about an object: in the chain of its organisation, or in the system's."""
    chains = [SYSTEM, *_homes(object_id)]
    events = select(AuditEvent).where(AuditEvent.chain.in_(chains), AuditEvent.object_id == object_id)
    for event in db.session.scalars(events.order_by(AuditEvent.at.desc()).limit(LATEST_EVENTS)):
        reason = f", {event.reason}" if event.reason else ""
        chain = "the system" if event.chain == SYSTEM else "its organisation"
        detail = f"{moment(event.at)}, {event.outcome}{reason}; in the trail of {chain}"
        yield Hit("Event", event.action, detail, "")


def _homes(object_id: str) -> Iterator[str]:
    """The organisations that something of this id belongs to."""
    yield object_id
    for table in (Connection, Customer, CustomerInvitation, MembershipInvitation, SupportAccess, Export):
        yield from db.session.scalars(select(table.organisation_id).where(table.id == object_id))


def _by_reference(text: str) -> Iterator[Hit]:
    """By what others call it: a message's reference, a ticket, a failed request, an accounting system's own file id."""
    yield from _messages(ContactMessage.reference == text.upper())
    if failed := _REQUEST.search(text):
        yield from _messages(cast(ContactMessage.findings, Text).like(f'%"{failed[0]}"%'))
    yield from _accesses(func.upper(SupportAccess.ticket) == text.upper())
    marks = [fingerprint(one.slug, spelt) for one in providers.ALL for spelt in {text, text.lower()}]
    yield from _connections(Connection.file_hmac.in_(marks))


#: A request's id as error pages show it, also with the status that they show before it.
_REQUEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")


def _accesses(condition: ColumnElement[bool]) -> Iterator[Hit]:
    """Requests of support to work in an account, and the visits that came of them."""
    asked = select(SupportAccess).where(condition).order_by(SupportAccess.asked_at.desc()).limit(EACH)
    for it in db.session.scalars(asked):
        href = url_for("support.access", organisation=it.organisation_id, access=it.id)
        yield Hit("Support access", it.ticket, f"{it.state}, by {it.agent_name}, asked {moment(it.asked_at)}", href)


def _by_name(text: str) -> Iterator[Hit]:
    like = f"%{_escaped(text)}%"
    yield from _organisations(
        or_(Organisation.name.ilike(like, escape="\\"), Organisation.register_name.ilike(like, escape="\\"))
    )
    yield from _people(or_(User.name.ilike(like, escape="\\"), User.email.ilike(like, escape="\\")))
    yield from _connections(Connection.file_name.ilike(like, escape="\\"))
    folded = fold(text)
    yield from _invitations(_INVITATIONS.where(Customer.name_key.like(f"{_escaped(folded)}%", escape="\\")))
    if folded:
        yield from _customers(Customer.name_key == folded)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _people(condition: ColumnElement[bool]) -> Iterator[Hit]:
    for user in db.session.scalars(select(User).where(condition).order_by(User.email).limit(EACH)):
        gone = "deleted" if user.email.endswith(f"@{GONE_HOST}") else "suspended"
        state = gone if user.disabled_at else "confirmed" if user.verified_at else "not confirmed yet"
        yield Hit("Person", user.name, f"{user.email}, {state}", url_for("support.person", person=user.id))


def _organisations(condition: ColumnElement[bool]) -> Iterator[Hit]:
    for it in db.session.scalars(select(Organisation).where(condition).order_by(Organisation.name).limit(EACH)):
        number = f"{it.number_scheme} {business_number(it.number)}" if it.number else "no business number"
        yield Hit("Organisation", it.name, number, url_for("support.organisation", organisation=it.id))


def _connections(condition: ColumnElement[bool]) -> Iterator[Hit]:
    rows = db.session.execute(
        select(Connection, Organisation.name)
        .join(Organisation, Organisation.id == Connection.organisation_id)
        .where(condition)
        .order_by(Connection.created_at.desc())
        .limit(EACH)
    )
    for it, organisation in rows:
        href = url_for("support.organisation", organisation=it.organisation_id)
        yield Hit(
            f"Connection, {provider_of(it.provider).name}",
            it.file_name or "not confirmed",
            f"{it.state}, of {organisation}",
            f"{href}#c-{it.id}",
        )


_INVITATIONS: Select[CustomerInvitation, str, str] = (
    select(CustomerInvitation, Customer.name, Organisation.name)
    .join(
        Customer,
        (Customer.organisation_id == CustomerInvitation.organisation_id)
        & (Customer.id == CustomerInvitation.customer_id),
    )
    .join(Organisation, Organisation.id == CustomerInvitation.organisation_id)
)


def _invitations_to(address: str) -> Iterator[Hit]:
    yield from _invitations(_INVITATIONS.where(CustomerInvitation.email_key == address))


def _invitations(chosen: Select[CustomerInvitation, str, str]) -> Iterator[Hit]:
    for it, customer, organisation in db.session.execute(
        chosen.order_by(CustomerInvitation.created_at.desc()).limit(EACH)
    ):
        problem = f", {it.problem}" if it.problem else ""
        detail = f"{it.state} {moment(it.answered_at or it.sent_at or it.created_at)}, from {organisation}{problem}"
        href = url_for("support.organisation", organisation=it.organisation_id)
        yield Hit("Invitation", f"{customer}, {it.email}", detail, f"{href}#invitations")


def _colleagues(condition: ColumnElement[bool]) -> Iterator[Hit]:
    """Invitations to work somewhere."""
    rows = db.session.execute(
        select(MembershipInvitation, Organisation.name)
        .join(Organisation, Organisation.id == MembershipInvitation.organisation_id)
        .where(condition)
        .order_by(MembershipInvitation.created_at.desc())
        .limit(EACH)
    )
    for it, organisation in rows:
        problem = f"; {MAIL[it.problem]}" if it.problem else ""
        href = url_for("support.organisation", organisation=it.organisation_id)
        yield Hit("Invitation to work", it.email, f"{it.state}, for {organisation}{problem}", f"{href}#colleagues")


def _customers(*conditions: ColumnElement[bool]) -> Iterator[Hit]:
    """Customers by what is exactly theirs, those of one ledger after the other.

    Every index of customers begins with the ledger they are of: asked about all at once, a database reads them all.
    """
    of_ledger = (Customer.organisation_id == Connection.organisation_id, Customer.connection_id == Connection.id)
    first = select(Customer.id).where(*of_ledger, *conditions).limit(1).scalar_subquery()
    homes = db.session.execute(
        select(Connection.organisation_id, Connection.id, Organisation.name)
        .join(Organisation, Organisation.id == Connection.organisation_id)
        .where(first.is_not(None))
        .order_by(Connection.organisation_id, Connection.id)
        .limit(EACH)
    ).all()
    found = (
        (it, name)
        for organisation, ledger, name in homes
        for it in db.session.scalars(
            select(Customer)
            .where(Customer.organisation_id == organisation, Customer.connection_id == ledger, *conditions)
            .order_by(Customer.id)
            .limit(EACH)
        )
    )
    for it, name in islice(found, EACH):
        href = url_for("support.organisation", organisation=it.organisation_id)
        detail = f"{it.state.replace('-', ' ')}, of {name}"
        yield Hit("Customer", it.name, detail, f"{href}#c-{it.connection_id}")


def _messages(condition: ColumnElement[bool]) -> Iterator[Hit]:
    latest = select(ContactMessage).where(condition).order_by(ContactMessage.created_at.desc()).limit(EACH)
    for it in db.session.scalars(latest):
        href = url_for("support.person", person=it.person_id) if it.person_id else ""
        yield Hit("Message to support", it.reference, f"{it.email}, {moment(it.created_at)}: {it.subject}", href)


def _suppressions(address: str) -> Iterator[Hit]:
    """An address that wants no mails; lifting it goes by the latest invitation it got there."""
    for it in db.session.scalars(select(Suppression).where(Suppression.email_key == address)):
        last = select(CustomerInvitation.id).where(CustomerInvitation.email_key == address)
        if it.scope != EVERYBODY:
            last = last.where(CustomerInvitation.organisation_id == it.scope)
        invitation = db.session.scalar(last.order_by(CustomerInvitation.created_at.desc()).limit(1))
        tools = (("Lift it", url_for("support.tool", tool="lift", subject=invitation)),) if invitation else ()
        name = db.session.scalar(select(Organisation.name).where(Organisation.id == it.scope))
        whose = "from anybody" if it.scope == EVERYBODY else f"from {name or 'an organisation that is gone'}"
        yield Hit("Wants no mails", f"{address}, {whose}", f"{it.reason}, {moment(it.created_at)}", "", tools)


def outbox_hit(row: OutboxRow) -> Hit:
    """A row of the outbox, with what may be done to it."""
    error = f", {row.error_code}" if row.error_code else ""
    detail = f"{row.state} since {moment(row.finished_at or row.due_at)}, attempt {row.attempts}{error}"
    tools = (("Put it back", url_for("support.tool", tool="requeue", subject=row.id)),) if row.state == "dead" else ()
    href = url_for("support.organisation", organisation=row.organisation_id) if row.organisation_id else ""
    return Hit("Outbox", f"{row.kind} {row.id}", detail, href, tools)
