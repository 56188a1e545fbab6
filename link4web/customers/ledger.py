"""What we change in the accounting system for a customer, always asked for by a person and always through the outbox."""

from typing import Any

import structlog

from link4web import clock, outbox, tenancy
from link4web.audit import record
from link4web.connections import queries as connections
from link4web.connections import services as connection_services
from link4web.connections.models import Connection
from link4web.customers import queries
from link4web.customers.intake import Intake
from link4web.customers.models import Customer, LedgerDraft
from link4web.customers.services import lock, settle
from link4web.database import db, end_reading, writing
from link4web.ids import new_id
from link4web.outbox import GiveUp, Job, Later
from link4web.providers.base.errors import Conflict, MustReconnect, PersonMustFix, ProviderError, TryAgainLater
from link4web.providers.base.provider import ProviderClient
from link4web.providers.base.records import RemoteContact
from link4web.registers.numbers import BusinessNumber

log = structlog.get_logger()
WRITE_BACK = "customers.write_back"
MAKE_DRAFT = "customers.make_draft"
REMOVE_DRAFT = "customers.remove_draft"


def ask_to_write(connection_id: str, customer_id: str, what: str) -> None:
    """Write a customer's *number* or *email* back to the ledger; remembered as allowed from now on."""
    with writing():
        connection = connections.get(connection_id)
        if connection is None or connection.state != "active":
            return
        connection.may_write_back = True
        outbox.again(
            WRITE_BACK,
            f"{customer_id}:{what}",
            organisation_id=connection.organisation_id,
            payload={"connection": connection_id, "customer": customer_id, "what": what},
        )
        record(
            "customer.write_back", chain=connection.organisation_id, kind="customer", object_id=customer_id, what=what
        )


def write_back(job: Job) -> None:
    """Bring one value into the ledger. A value there that changed meanwhile is never overwritten."""
    connection, customer = _subjects(job)
    what = job.payload["what"]
    client = _client(connection)
    values: dict[str, Any] = (
        {"number": (customer.number_scheme, customer.number)} if what == "number" else {"email": customer.email}
    )
    expected = _as_we_knew_it(customer)
    external_id = customer.external_id
    end_reading()
    contact = _ask(connection.id, lambda: client.update_contact(external_id, expected=expected, **values))
    intake_of(connection).take([contact])


def write_back_failed(job: Job, state: str, code: str) -> None:
    """Say on the customer that its value could not be written."""
    del state
    record(
        "customer.write_back_failed",
        chain=tenancy.organisation_id(),
        kind="customer",
        object_id=job.payload["customer"],
        outcome="failed",
        reason=code,
        what=job.payload["what"],
    )


def _as_we_knew_it(customer: Customer) -> RemoteContact:
    number = customer.ledger_number
    return RemoteContact(
        external_id=customer.external_id,
        name=customer.name,
        email=customer.ledger_email,
        tax_number=number,
        company_number=number,
        updated_at=customer.ledger_updated_at,
    )


def ask_for_draft(connection_id: str, customer_id: str) -> None:
    """Make a draft invoice so that the ledger calls the contact a customer; once, however often it is pressed."""
    with writing():
        kept = queries.open_draft(customer_id)
        if kept is not None and kept.state in ("asked", "made"):
            return
        now = clock.now()
        draft = LedgerDraft(
            id=new_id(),
            organisation_id=tenancy.organisation_id(),
            customer_id=customer_id,
            state="asked",
            created_at=now,
            updated_at=now,
        )
        db.session.add(draft)
        db.session.flush()
        outbox.add(
            MAKE_DRAFT,
            draft.id,
            organisation_id=draft.organisation_id,
            payload={"connection": connection_id, "customer": customer_id, "draft": draft.id},
            priority=1,
        )
        record("customer.draft_asked", chain=draft.organisation_id, kind="customer", object_id=customer_id)


def make_draft(job: Job) -> None:
    """Create the draft (the draft's id is the idempotency key), then look what the ledger makes of it."""
    connection, customer = _subjects(job)
    client = _client(connection)
    external_id = customer.external_id
    end_reading()
    remote_id = _ask(connection.id, lambda: client.create_draft(external_id, job.payload["draft"]))
    with writing():
        _draft(job).external_id = remote_id
        _draft(job).state = "made"
    contacts = _ask(connection.id, lambda: client.contacts_by_id([external_id]))
    intake_of(connection).take(contacts)
    became = any(contact.is_customer for contact in contacts)
    with writing():
        draft = _draft(job)
        draft.message = "" if became else "The ledger has the draft but doesn’t call the contact a customer yet."
        draft.updated_at = clock.now()
        if became:
            # asked for by name: removing the draft later must not take it back, whatever the ledger does then
            for customer in lock([customer.id]):
                customer.invite_anyway = True
                settle([customer])


def ask_to_remove_draft(connection_id: str, customer_id: str) -> None:
    """Remove the draft we made from the ledger."""
    with writing():
        draft = queries.open_draft(customer_id)
        if draft is not None and draft.state == "made":
            outbox.again(
                REMOVE_DRAFT,
                draft.id,
                organisation_id=draft.organisation_id,
                payload={"connection": connection_id, "customer": customer_id, "draft": draft.id},
            )
            record("customer.draft_removed", chain=draft.organisation_id, kind="customer", object_id=customer_id)


def remove_draft(job: Job) -> None:
    """Delete the draft; one that is gone already is fine."""
    connection, customer = _subjects(job)
    client = _client(connection)
    remote_id, external_id = _draft(job).external_id, customer.external_id
    end_reading()
    _ask(connection.id, lambda: client.delete_draft(remote_id))
    intake_of(connection).take(_ask(connection.id, lambda: client.contacts_by_id([external_id])))
    with writing():
        _draft(job).state, _draft(job).updated_at = "removed", clock.now()


def draft_failed(job: Job, state: str, code: str) -> None:
    """Say on the customer's page why there is no draft, or why it is still there."""
    del state
    draft = _draft(job)
    if job.kind == MAKE_DRAFT and draft.state == "asked":
        draft.state = "failed"
    draft.message = code[:500]
    draft.updated_at = clock.now()


def add_contact(connection: Connection, *, name: str, email: str, number: BusinessNumber | None) -> Customer | None:
    """Add a contact to the ledger and here, while the person waits; None when it can't be found afterwards.

    Raises:
        ProviderError: the ledger refused (DuplicateName when one of this name exists) or can't be asked.
    """
    client = connection_services.client_for(connection)
    connection_id = connection.id
    end_reading()
    contact = client.create_contact(
        name=name, email=email, number=(number.scheme, number.digits) if number else None, idempotency_key=new_id()
    )
    intake_of(connection).take([contact])
    with writing():
        record("contact.added", chain=connection.organisation_id, kind="connection", object_id=connection_id)
    return queries.by_external_id(connection_id, contact.external_id)


def ask_ledger(connection: Connection, text: str) -> int:
    """Look for contacts in the ledger itself, now, and bring in what is found; the number found.

    Raises:
        ProviderError: the ledger can't be asked.
    """
    client = connection_services.client_for(connection)
    end_reading()
    found = client.search(text)
    intake_of(connection).take(found)
    return len(found)


def fetch_contact(connection: Connection, external_id: str) -> Customer | None:
    """Read one contact from the ledger and bring it in."""
    client = connection_services.client_for(connection)
    connection_id = connection.id
    end_reading()
    intake_of(connection).take(client.contacts_by_id([external_id]))
    return queries.by_external_id(connection_id, external_id)


def intake_of(connection: Connection) -> Intake:
    """An intake for contacts read outside a sync."""
    country = connection.file_country
    return Intake(connection.id, connection.sync_serial, country if country in ("AU", "NZ") else None)  # type: ignore[arg-type]  # narrowed by the test


def _subjects(job: Job) -> tuple[Connection, Customer]:
    connection = connections.get(job.payload["connection"])
    customer = queries.get(job.payload["connection"], job.payload["customer"])
    if connection is None or customer is None or connection.state != "active":
        raise GiveUp("NOT-CONNECTED")
    return connection, customer


def _client(connection: Connection) -> ProviderClient:
    return connection_services.client_for(connection)


def _draft(job: Job) -> LedgerDraft:
    return db.session.get_one(LedgerDraft, (tenancy.organisation_id(), job.payload["draft"]))


def _ask(connection_id: str, call: Any) -> Any:
    """Call the provider and turn its four decisions into the outbox's."""
    try:
        return call()
    except TryAgainLater as error:
        raise Later(error.code) from None
    except MustReconnect as error:
        with writing():
            connection_services.mark_lost(connection_id, error.code)
        raise GiveUp(error.code) from None
    except Conflict as error:
        raise GiveUp(error.code) from None
    except PersonMustFix as error:
        raise GiveUp("; ".join(error.messages) or error.sentence) from None
    except ProviderError as error:
        raise GiveUp(error.code) from None


def register_jobs() -> None:
    """Tell the outbox who brings changes into the ledger."""
    outbox.handles(WRITE_BACK, write_back, settled=write_back_failed)
    outbox.handles(MAKE_DRAFT, make_draft, settled=draft_failed)
    outbox.handles(REMOVE_DRAFT, remove_draft, settled=draft_failed)
