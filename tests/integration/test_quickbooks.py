"""What is particular to QuickBooks on the way through the application: customers that become a part of another one."""

import requests
from sqlalchemy import select

from link4web import tenancy
from link4web.customers.models import Customer, SkippedContact
from link4web.database import db
from link4web.schedule import run_schedule
from link4web.simulators.server import Running
from tests.ledger import simulators
from tests.people import Person, Town

__all__ = ["simulators"]


def test_a_customer_that_becomes_a_sub_customer_is_not_called_gone(
    town: Town, owner: Person, simulators: Running
) -> None:
    """It is not taken in any more, but it is in QuickBooks: saying otherwise would end what goes on with it here."""
    owner.connect("quickbooks")
    town.work()
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        some = select(Customer.id, Customer.name, Customer.external_id).where(Customer.state == "needs-number")
        one, parent = db.session.execute(some.order_by(Customer.name).limit(2)).all()
    fields = {"Job": True, "ParentRef": {"value": parent.external_id}}
    touched = {"do": "change", "customer": one.name, "fields": fields}
    address = f"{simulators.base_url}/quickbooks/_control/touch"
    requests.post(address, json=touched, timeout=10).raise_for_status()

    town.later(days=8)  # a walk over all of them is due
    with town.app.app_context():
        run_schedule()
    town.work()
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        skipped = db.session.scalars(
            select(SkippedContact.reason).where(SkippedContact.external_id == one.external_id)
        ).all()
        kept = db.session.get_one(Customer, (owner.organisation_id, one.id))
        assert ["belongs" in reason for reason in skipped] == [True]
        assert kept.ledger_status == "active"
