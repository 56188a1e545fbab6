"""The QuickBooks Online simulator: consent page, tokens, Accounting API and webhooks, as Intuit documents them."""

from flask import Blueprint, request

from link4web.simulators.control import add_controls
from link4web.simulators.quickbooks import api, authorise, controls, demo, hooks, identity, pages
from link4web.simulators.quickbooks.behaviour import NAME, SWITCHES
from link4web.simulators.quickbooks.gate import BASE, add_trace
from link4web.simulators.quickbooks.limits import limits
from link4web.simulators.quickbooks.schema import SCHEMA, TABLES
from link4web.simulators.state import state
from link4web.simulators.webhook_controls import add_webhook_controls

__all__ = ["NAME", "SCHEMA", "blueprint", "strikes_itself"]

blueprint = Blueprint(NAME, __name__, template_folder="templates", static_folder="static", static_url_path="/_static")


def strikes_itself() -> bool:
    """Whether this request meets its faults inside the Accounting API's gate."""
    return request.path.startswith(f"/{NAME}{BASE}")


def start_over() -> None:
    """The demo companies as they were; the register keeps its entries, which they don't change."""
    limits().clear()
    with state().store.write() as db:
        for table in TABLES:
            db.execute(f"delete from quickbooks_{table}")  # noqa: S608 (names of our own)
        demo.fill(db)


add_controls(blueprint, SWITCHES, controls.describe, start_over)
controls.add_own_controls(blueprint)
add_webhook_controls(blueprint, hooks.HABITS)
authorise.add_authorise(blueprint)
identity.add_identity(blueprint)
api.add_api(blueprint)
add_trace(blueprint)
pages.add_pages(blueprint)
