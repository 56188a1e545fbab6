"""The Xero simulator: consent page, tokens, connections and the Accounting API, as Xero documents them."""

from flask import Blueprint, request

from link4web.simulators.control import add_controls
from link4web.simulators.state import state
from link4web.simulators.webhook_controls import add_webhook_controls
from link4web.simulators.xero import accounting, authorise, controls, demo, hooks, identity, pages
from link4web.simulators.xero.behaviour import NAME, SWITCHES
from link4web.simulators.xero.gate import BASE
from link4web.simulators.xero.limits import limits
from link4web.simulators.xero.schema import SCHEMA

__all__ = ["NAME", "SCHEMA", "blueprint", "strikes_itself"]

blueprint = Blueprint(NAME, __name__, template_folder="templates")

TABLES = (
    "organisation",
    "contact",
    "contact_body",
    "document",
    "history",
    "connection",
    "code",
    "token",
    "idempotency",
)


def forget() -> None:
    """Everything of this service goes."""
    limits().clear()
    with state().store.write() as db:
        for table in TABLES:
            db.execute(f"delete from xero_{table}")  # noqa: S608 (names from the line above)


def strikes_itself() -> bool:
    """Whether this request meets its faults inside the Accounting API's gate."""
    return request.path.startswith(f"/{NAME}{BASE}")


def start_over() -> None:
    """The demo organisations as they were; the register keeps its entries, which they don't change."""
    forget()
    with state().store.write() as db:
        demo.fill(db)


add_controls(blueprint, SWITCHES, controls.describe, start_over)
controls.add_own_controls(blueprint)
add_webhook_controls(blueprint, hooks.HABITS)
hooks.add_intent(blueprint)
authorise.add_authorise(blueprint)
identity.add_identity(blueprint)
accounting.add_accounting(blueprint)
pages.add_pages(blueprint)
