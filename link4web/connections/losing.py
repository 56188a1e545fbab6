"""A connection that the provider has ended: one change of state, one event, one mail to each admin (R-088)."""

from datetime import datetime
from email.message import EmailMessage

from flask import g
from sqlalchemy import select

from link4web import outbox, tenancy
from link4web.accounts import news
from link4web.accounts.models import Membership, Organisation, User
from link4web.audit import record
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.connections.troubles import note
from link4web.connections.words import LOST, RECONNECT
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import Job
from link4web.web.filters import moment
from link4web.web.links import link_to

LOST_MAIL = "connections.lost_mail"


def lose(connection_id: str, code: str, *, fence: int | None = None, consent: datetime | None = None) -> bool:
    """Note that the provider no longer lets us in, inside ``writing()``; False when that was known already.

    `fence`: only while this lease on the tokens is still the newest one. `consent`: only while nobody has connected
    again since that moment, which `connected_at` showed before the provider was asked.
    """
    held = select(Connection).where(Connection.id == connection_id, Connection.state == "active").with_for_update()
    if fence is not None:
        held = held.where(Connection.refresh_fence == fence)
    if consent is not None:
        held = held.where(Connection.connected_at == consent)
    connection = db.session.scalars(held.execution_options(populate_existing=True)).first()
    if connection is None:
        return False
    connection.enter("reconnect", code)
    connection.refresh_owner = connection.refresh_until = None
    if connection.sync_state in ("queued", "running", "waiting"):
        connection.sync_state, connection.sync_error, connection.sync_message = "failed", code, LOST
    where = connection.organisation_id
    note(connection.id, code, RECONNECT[0].format(provider=provider_of(connection.provider).name) + ".")
    record("connection.lost", chain=where, kind="connection", object_id=connection.id, reason=code)
    jobs: list[dict[str, object]] = [
        {"key": new_id(), "payload": {"connection": connection.id, "user": admin}} for admin in _admins(where)
    ]
    outbox.add_many(LOST_MAIL, jobs, organisation_id=where)
    return True


def _admins(organisation_id: str) -> list[str]:
    admins = select(Membership.user_id).where(Membership.organisation_id == organisation_id, Membership.role == "admin")
    return list(db.session.scalars(admins))


def send_lost_mail(job: Job) -> None:
    """Tell one admin, unless somebody has connected again meanwhile."""
    connection = db.session.get_one(Connection, (tenancy.organisation_id(), job.payload["connection"]))
    user = db.session.get(User, job.payload["user"])
    if connection.state != "reconnect" or user is None or not user.is_active:
        return
    message = _lost_mail(connection, user)
    with writing():
        provider = provider_of(connection.provider)
        said = f"{provider.name} no longer lets us in ({plain_name(connection.file_name, 'a ledger')})."
        where = connection.organisation_id
        link = link_to(f"{provider.slug}.connect", organisation=where, reconnect=connection.id)
        if news.held_back(job, user.id, "connection_lost", organisation_id=where, said=said, link=link):
            return
        outbox.begin_flight(job)
    deliver_to(user.id, "connection_lost", message, chain=connection.organisation_id)


def _lost_mail(connection: Connection, user: User) -> EmailMessage:
    provider = provider_of(connection.provider)
    organisation = g.organisation = db.session.get_one(Organisation, connection.organisation_id)
    return compose(
        "connection_lost",
        user.email,
        f"{provider.name} is disconnected from Link4web",
        name=plain_name(user.name, "there"),
        provider_name=provider.name,
        file_name=plain_name(connection.file_name, organisation.name),
        reason="The connection was ended there, or it has run out.",
        since=moment(connection.state_since),
        link=link_to(f"{provider.slug}.connect", organisation=organisation.id, reconnect=connection.id),
        choices=news.choices_link(),
    )
