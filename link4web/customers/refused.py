"""What a ledger has refused to take from us, for the page of the connection to it."""

from datetime import datetime

from flask import url_for
from sqlalchemy import select

from link4web import tenancy
from link4web.audit.models import AuditEvent
from link4web.connections.models import Connection
from link4web.connections.troubles import SHOWN, Trouble
from link4web.customers.models import Customer
from link4web.customers.remarks import REFUSED, refusal_code
from link4web.customers.words import NOT_WRITTEN_BACK
from link4web.database import db


def refused_write_backs(connection: Connection, since: datetime) -> list[Trouble]:
    """The numbers and addresses that could not be written into the ledger since then, newest first."""
    rows = db.session.execute(
        select(AuditEvent.at, AuditEvent.reason, Customer.id, Customer.name)
        .join(Customer, Customer.id == AuditEvent.object_id)
        .where(
            AuditEvent.chain == tenancy.organisation_id(),
            AuditEvent.action == REFUSED,
            AuditEvent.at > since,
            Customer.connection_id == connection.id,
        )
        .order_by(AuditEvent.position.desc())
        .limit(SHOWN)
    )
    return [
        Trouble(
            at,
            f"{NOT_WRITTEN_BACK.format(customer=name)} {reason}",
            refusal_code(reason),
            about=(name, url_for(f"{connection.provider}.customer", connection=connection.id, customer=customer)),
        )
        for at, reason, customer, name in rows
    ]
