"""The demo data of all services, made together so that the register knows the businesses in the ledgers."""

from link4web.simulators import signing
from link4web.simulators.abr import register
from link4web.simulators.myob import demo as myob
from link4web.simulators.quickbooks import demo as quickbooks
from link4web.simulators.state import state
from link4web.simulators.xero import demo as xero


def fill_if_empty() -> None:
    """Make the demo data in a new state file, and the key that tokens are signed with."""
    signing.key_set()
    with state().store.write() as db:
        if db.execute("select 1 from xero_organisation limit 1").fetchone() is None:
            register.fill(db, [*xero.fill(db), *quickbooks.fill(db), *myob.fill(db)])
