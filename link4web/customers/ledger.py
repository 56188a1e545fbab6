"""What we change in the accounting system for a customer: only when a person asks, and always through the outbox."""

from collections.abc import Callable

from link4web import clock, outbox, tenancy
from link4web.audit import current_actor, record
from link4web.connections import queries as connections
from link4web.connections.models import Connection
from link4web.customers import queries
from link4web.customers.asking import asked_by_job, client_of, intake_of
from link4web.customers.models import Customer, LedgerDraft
from link4web.customers.services import lock, settle
from link4web.customers.words import DRAFT_NOT_YET, ENDED, TIRED
from link4web.database import db, end_reading, writing
from link4web.ids import new_id
from link4web.outbox import GiveUp, Job, Later
from link4web.providers.base.errors import Conflict
from link4web.providers.base.records import RemoteContact

WRITE_BACK = "customers.write_back"
MAKE_DRAFT = "customers.make_draft"
REMOVE_DRAFT = "customers.remove_draft"


def register_jobs() -> None:
    """Tell the outbox who brings changes into the ledger."""
    outbox.handles(WRITE_BACK, write_back, settled=write_back_failed, is_long=True)
    outbox.handles(MAKE_DRAFT, make_draft, settled=draft_failed, is_long=True)
    outbox.handles(REMOVE_DRAFT, remove_draft, settled=draft_failed, is_long=True)


def may_ask_to_write(connection: Connection) -> bool:
    """Whether whoever acts may have the ledger changed: the customer's consent is never support's to give (R-064)."""
    return connection.may_write_back or current_actor().on_behalf_of_id is None


def ask_to_write(connection_id: str, customer_id: str, what: str) -> bool:
    """Write a customer's *number* or *email* back to the ledger; remembered as allowed from now on.

    False when there is no connection to write through, or it is none that `may_ask_to_write`.
    """
    with writing():
        connection = connections.get(connection_id)
        if connection is None or connection.state != "active" or not may_ask_to_write(connection):
            return False
        connection.may_write_back = True
        payload = {"connection": connection_id, "customer": customer_id, "what": what}
        where = connection.organisation_id
        outbox.again(WRITE_BACK, f"{customer_id}:{what}", organisation_id=where, payload=payload)
        record("customer.write_back", chain=where, kind="customer", object_id=customer_id, what=what)
    return True


def write_back(job: Job) -> None:
    """Bring one value into the ledger. A value there that changed meanwhile is never overwritten."""
    connection, customer = _subjects(job, _tell_write_failed(job))
    what, external_id, expected = job.payload["what"], customer.external_id, _as_we_knew_it(customer)
    value = _value(customer, what)
    if not value:
        return
    number = (customer.number_scheme, customer.number) if what == "number" else None
    email = customer.email if what == "email" else None
    with asked_by_job(connection, _tell_write_failed(job)):
        client = client_of(connection, job)
        end_reading()
        try:
            contact = client.update_contact(external_id, number=number, email=email, expected=expected)
        except Conflict as conflict:
            intake_of(connection).take([conflict.current])
            raise
    intake_of(connection).take([contact])
    with writing():
        record(
            "customer.written_back",
            chain=tenancy.organisation_id(),
            kind="customer",
            object_id=job.payload["customer"],
            what=what,
        )
    again = queries.get(job.payload["connection"], job.payload["customer"])
    if again is not None and _value(again, what) != value:
        raise Later("typed anew meanwhile", at=clock.now(), counts=False)


def _value(customer: Customer, what: str) -> str:
    return customer.number if what == "number" else customer.email


def _as_we_knew_it(customer: Customer) -> RemoteContact:
    """The ledger's own values as last read: nothing else may be written over."""
    return RemoteContact(
        external_id=customer.external_id,
        name=customer.name,
        email=customer.ledger_email,
        tax_number=customer.ledger_number,
        company_number=customer.ledger_number,
        number_ending=customer.ledger_number_ending,
        updated_at=customer.ledger_updated_at,
    )


def write_back_failed(job: Job, state: str, code: str) -> None:
    """The outbox has given up after many attempts: say so on the customer."""
    del state, code
    if job.attempts >= job.max_attempts:
        _tell_write_failed(job)(TIRED)


def _tell_write_failed(job: Job) -> Callable[[str], None]:
    def tell(sentence: str) -> None:
        record(
            "customer.write_back_failed",
            chain=tenancy.organisation_id(),
            kind="customer",
            object_id=job.payload["customer"],
            outcome="failed",
            reason=sentence,
            what=job.payload["what"],
        )

    return tell


def ask_for_draft(connection_id: str, customer_id: str) -> None:
    """Make a draft invoice so that the ledger calls the contact a customer; once, however often it is pressed."""
    with writing():
        lock([customer_id])  # two presses at once wait for each other here
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
    connection, customer = _subjects(job, _tell_draft_failed(job))
    external_id, customer_id = customer.external_id, customer.id
    with asked_by_job(connection, _tell_draft_failed(job)):
        client = client_of(connection, job)
        end_reading()
        remote_id = client.create_draft(external_id, job.payload["draft"])
        with writing():
            _draft(job).external_id, _draft(job).state = remote_id, "made"
        contacts = client.contacts_by_id([external_id])
    intake_of(connection).take(contacts)
    became = any(contact.is_customer for contact in contacts)
    with writing():
        draft = _draft(job)
        draft.message, draft.updated_at = "" if became else DRAFT_NOT_YET, clock.now()
        if became:
            # asked for by name: removing the draft later must not take it back, whatever the ledger does then
            for one in lock([customer_id]):
                one.invite_anyway = True
                settle([one])


def ask_to_remove_draft(connection_id: str, customer_id: str) -> bool:
    """Remove the draft we made from the ledger; False when there is none."""
    with writing():
        draft = queries.open_draft(customer_id)
        if draft is None or draft.state != "made":
            return False
        draft.message = ""
        where, payload = (
            draft.organisation_id,
            {"connection": connection_id, "customer": customer_id, "draft": draft.id},
        )
        outbox.again(REMOVE_DRAFT, draft.id, organisation_id=where, payload=payload)
        record("customer.draft_removed", chain=where, kind="customer", object_id=customer_id)
    return True


def remove_draft(job: Job) -> None:
    """Delete the draft; one that is gone already is fine."""
    connection, customer = _subjects(job, _tell_draft_failed(job))
    remote_id, external_id = _draft(job).external_id, customer.external_id
    with asked_by_job(connection, _tell_draft_failed(job)):
        client = client_of(connection, job)
        end_reading()
        client.delete_draft(remote_id)
        contacts = client.contacts_by_id([external_id])
    intake_of(connection).take(contacts)
    with writing():
        _draft(job).state, _draft(job).updated_at = "removed", clock.now()


def draft_failed(job: Job, state: str, code: str) -> None:
    """The outbox has given up after many attempts: say so on the customer's page."""
    del state, code
    if job.attempts >= job.max_attempts:
        _tell_draft_failed(job)(TIRED)


def _tell_draft_failed(job: Job) -> Callable[[str], None]:
    def tell(sentence: str) -> None:
        draft = _draft(job)
        if draft.state == "asked":
            draft.state = "failed"
        draft.message, draft.updated_at = sentence, clock.now()

    return tell


def _subjects(job: Job, tell: Callable[[str], None]) -> tuple[Connection, Customer]:
    connection = connections.get(job.payload["connection"])
    customer = queries.get(job.payload["connection"], job.payload["customer"])
    if connection is None or customer is None or connection.state != "active":
        with writing():
            tell(ENDED)
        raise GiveUp("NOT-CONNECTED")
    return connection, customer


def _draft(job: Job) -> LedgerDraft:
    return db.session.get_one(LedgerDraft, (tenancy.organisation_id(), job.payload["draft"]))
