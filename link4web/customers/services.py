"""What changes a customer: numbers and addresses given here, answers to invitations, staying with the ledger."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from link4web import clock, tenancy
from link4web.accounts.models import Organisation
from link4web.accounts.register import Finding
from link4web.audit import record
from link4web.connections import queries as connections
from link4web.customers import keys, states
from link4web.customers.counting import Tally
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.mail.address import email_key
from link4web.outbox import Job
from link4web.registers.numbers import BusinessNumber

# built once: a sync asks it in every transaction
_NUMBER_IS_OPTIONAL = select(Organisation.invite_without_number).where(Organisation.id == bindparam("organisation"))


def number_is_optional() -> bool:
    """Whether this organisation lets customers bring their number themselves; as a rule it takes one to invite."""
    return bool(db.session.scalar(_NUMBER_IS_OPTIONAL, {"organisation": tenancy.organisation_id()}))


def facts_of(customer: Customer, *, number_optional: bool) -> states.Facts:
    """The facts a customer's state is decided from."""
    return states.Facts(
        is_customer=customer.is_customer,
        ledger_status=customer.ledger_status,
        has_number=bool(customer.number),
        has_email=bool(customer.email_key),
        invitation_state=customer.invitation_state,
        invite_anyway=customer.invite_anyway,
        number_optional=number_optional,
    )


def settle(customers: Iterable[Customer], *, number_optional: bool | None = None) -> None:
    """Decide the state of changed customers anew and keep the counts, inside ``writing()``."""
    optional = number_is_optional() if number_optional is None else number_optional
    tallies: dict[str, Tally] = {}
    now = clock.now()
    for customer in customers:
        before, after = customer.state, states.decide(facts_of(customer, number_optional=optional))
        if before != after:
            customer.state, customer.state_since = after, now
            tallies.setdefault(customer.connection_id, Tally(customer.connection_id)).moved(before, after)
        customer.search_text = keys.search_text(
            customer.name,
            customer.person,
            customer.email,
            customer.ledger_email,
            customer.number,
            customer.ledger_number,
        )
        customer.version += 1
        customer.updated_at = now
    db.session.flush()
    for connection_id in sorted(tallies):
        tallies[connection_id].apply()


def lock(customer_ids: Sequence[str]) -> list[Customer]:
    """These customers, to be changed: read anew and held until the end of the running ``writing()``."""
    found: list[Customer] = []
    for start in range(0, len(customer_ids), 200):
        found += db.session.scalars(
            select(Customer)
            .where(Customer.id.in_(customer_ids[start : start + 200]))
            .order_by(Customer.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    return found


def record_number(
    customer_id: str, number: BusinessNumber, finding: Finding, *, origin: str = "typed"
) -> Customer | None:
    """Give a customer the number somebody typed or took from the register; None when there is no such customer.

    A sync never overwrites it. What the register says is kept beside it.
    """
    with writing():
        for customer in lock([customer_id]):
            customer.number_scheme, customer.number = number.scheme, number.digits
            customer.number_origin = origin
            customer.number_status = finding.status
            customer.register_name = finding.name
            settle([customer])
            _note("customer.number", customer, origin=origin, status=finding.status)
            return customer
    return None


def record_number_from_customer(customer_id: str, number: BusinessNumber) -> None:
    """Keep the number a customer gave when joining, where we had none, inside ``writing()``."""
    for customer in lock([customer_id]):
        if not customer.number:
            customer.number_scheme, customer.number, customer.number_origin = number.scheme, number.digits, "customer"
            settle([customer])
            _note("customer.number", customer, origin="customer")


def record_email(customer_id: str, email: str) -> Customer | None:
    """Give a customer the address somebody typed (canonical form); a bounce of the old one is forgotten."""
    with writing():
        for customer in lock([customer_id]):
            if customer.email_key != email_key(email) and customer.invitation_state == "bounced":
                customer.invitation_state = ""
            customer.email, customer.email_key, customer.email_origin = email, email_key(email), "typed"
            settle([customer])
            _note("customer.email", customer)
            return customer
    return None


def allow_invitation(customer_id: str) -> Customer | None:
    """*Invite anyway*: treat a contact as a customer here, whatever the ledger says."""
    with writing():
        for customer in lock([customer_id]):
            customer.invite_anyway = True
            settle([customer])
            _note("customer.invite_anyway", customer)
            return customer
    return None


def set_invitation_state(customer_ids: Sequence[str], state: str) -> None:
    """Note how the invitation of these customers stands, inside ``writing()``; their states and the counts follow."""
    changed = lock(customer_ids)
    for customer in changed:
        customer.invitation_state = state
    settle(changed)


def follow_number_rule(job: Job) -> None:
    """The outbox handler for `accounts.organisations.NUMBER_RULE`: the states of the job's organisation follow."""
    del job
    apply_number_rule([connection.id for connection in connections.all_of_organisation()])


def apply_number_rule(connection_ids: Sequence[str]) -> None:
    """Decide all states anew after the organisation changed whether a number is required; in chunks."""
    for connection_id in connection_ids:
        after = ""
        while True:
            with writing():
                ids = db.session.scalars(
                    select(Customer.id)
                    .where(
                        Customer.connection_id == connection_id,
                        Customer.number == "",
                        Customer.id > after,
                    )
                    .order_by(Customer.id)
                    .limit(200)
                ).all()
                settle(lock(ids))
            if not ids:
                break
            after = ids[-1]


def _note(action: str, customer: Customer, **details: str) -> None:
    record(action, chain=customer.organisation_id, kind="customer", object_id=customer.id, **details)
