"""Ask the accounting system something, for a job or for a person who waits, and take its contacts in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

from link4web import clock
from link4web.accounts import register
from link4web.audit import record
from link4web.connections import services as connections
from link4web.connections.allowance import Turns
from link4web.connections.losing import lose
from link4web.connections.models import Connection
from link4web.customers import queries, services
from link4web.customers.heartbeat import Heartbeat
from link4web.customers.intake import Intake
from link4web.customers.models import Customer
from link4web.database import end_reading, writing
from link4web.ids import new_id
from link4web.outbox import GiveUp, Job, Later
from link4web.providers.base.errors import MustReconnect, PersonMustFix, ProviderError, TryAgainLater
from link4web.providers.base.provider import ProviderClient
from link4web.registers.numbers import BusinessNumber, Country

LEASE_SECONDS = 60


def intake_of(connection: Connection) -> Intake:
    """An intake for contacts read outside a sync."""
    country = cast("Country", connection.file_country) if connection.file_country in ("AU", "NZ") else None
    return Intake(connection.id, None, country)


def words_of(error: ProviderError) -> str:
    """What to tell the person: our sentence, and the provider's own words where it doesn't repeat them already."""
    said = error.messages if isinstance(error, PersonMustFix) else ()
    known = error.sentence.casefold()
    return " ".join((error.sentence, *(one for one in said if one.rstrip(". ").casefold() not in known)))


def client_of(connection: Connection, job: Job) -> ProviderClient:
    """A client whose calls keep the job's lease; once the worker stops, the job is given back between two of them.

    Whatever a job has done by then, doing it again must change nothing.
    """
    return connections.client_for(connection, Heartbeat(Turns.of(connection), job, LEASE_SECONDS))


@contextmanager
def asked_by_job(connection: Connection, tell: Callable[[str], None]) -> Iterator[None]:
    """Turn a provider's decisions into the outbox's.

    `tell` gets the sentence for the person when there is no point in trying again; it runs inside ``writing()``.
    """
    connection_id, consent = connection.id, connection.connected_at
    try:
        yield
    except TryAgainLater as error:
        wait = error.retry_after
        at = clock.now() + timedelta(seconds=wait) if wait else None
        raise Later(error.code, at=at, counts=wait is None) from None
    except ProviderError as error:
        with writing():
            if isinstance(error, MustReconnect):
                lose(connection_id, error.code, consent=consent)
            tell(words_of(error)[:300])
        raise GiveUp(error.code) from None


@contextmanager
def _asked_by_person(connection: Connection) -> Iterator[None]:
    """The page shows the error itself; a connection that has ended is noted all the same."""
    connection_id, consent = connection.id, connection.connected_at
    try:
        yield
    except MustReconnect as error:
        with writing():
            lose(connection_id, error.code, consent=consent)
        raise


def add_contact(connection: Connection, *, name: str, email: str, number: BusinessNumber | None) -> Customer | None:
    """Add a contact to the ledger and here, while the person waits; None when it can't be found afterwards.

    Raises:
        ProviderError: the ledger refused (DuplicateName when one of this name exists) or can't be asked.
    """
    where, connection_id = connection.organisation_id, connection.id
    with _asked_by_person(connection):
        client = connections.client_for(connection)
        end_reading()
        contact = client.create_contact(
            name=name, email=email, number=(number.scheme, number.digits) if number else None, idempotency_key=new_id()
        )
    intake_of(connection).take([contact])
    customer = queries.by_external_id(connection_id, contact.external_id)
    added = customer.id if customer else None
    with writing():
        about = ("customer", added) if added else ("connection", connection_id)
        record("contact.added", chain=where, kind=about[0], object_id=about[1])
    if added is None:
        return None
    # typed here, whatever the ledger does with it: it may have no field for a number, or keep it from us from now on
    if number is not None:
        services.record_number(added, number, register.look_up(number))
    if email:
        services.record_email(added, email)
    return queries.get(connection_id, added)


def ask_ledger(connection: Connection, text: str) -> int:
    """Look for contacts in the ledger itself, now, and bring in what is found; the number found.

    Raises:
        ProviderError: the ledger can't be asked.
    """
    with _asked_by_person(connection):
        client = connections.client_for(connection)
        end_reading()
        found = client.search(text)
    intake_of(connection).take(found)
    return len(found)


def fetch_contact(connection: Connection, external_id: str) -> Customer | None:
    """Read one contact from the ledger and bring it in.

    Raises:
        ProviderError: the ledger can't be asked.
    """
    connection_id = connection.id
    with _asked_by_person(connection):
        client = connections.client_for(connection)
        end_reading()
        found = client.contacts_by_id([external_id])
    intake_of(connection).take(found)
    return queries.by_external_id(connection_id, external_id)
