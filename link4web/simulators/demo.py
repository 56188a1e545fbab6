"""The demo data of all services, made together so that the register knows the businesses in the ledgers."""

from link4web.simulators.abr import register
from link4web.simulators.state import state
from link4web.simulators.xero import demo, signing


def fill_if_empty() -> None:
    """Make the demo data in a new state file, and the key that tokens are signed with."""
    signing.key_set()
    with state().store.write() as db:
        if db.execute("select 1 from xero_organisation limit 1").fetchone() is None:
            register.fill(db, demo.fill(db))
