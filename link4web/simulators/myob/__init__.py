"""The MYOB simulator: consent for one business at a time, tokens, and the Business API, as MYOB documents them."""

from flask import Blueprint

from link4web.simulators.control import add_controls
from link4web.simulators.myob import authorise, controls, demo, pages, resources, tokens
from link4web.simulators.myob.behaviour import NAME, SWITCHES
from link4web.simulators.myob.limits import limits
from link4web.simulators.myob.schema import SCHEMA, TABLES
from link4web.simulators.state import state

__all__ = ["NAME", "SCHEMA", "blueprint"]

blueprint = Blueprint(NAME, __name__, template_folder="templates", static_folder="static", static_url_path="/_static")


def start_over() -> None:
    """The demo businesses as they were; the register keeps its entries, which they don't change."""
    limits().clear()
    with state().store.write() as db:
        for table in TABLES:
            db.execute(f"delete from myob_{table}")  # noqa: S608 (names from the schema)
        demo.fill(db)


add_controls(blueprint, SWITCHES, controls.describe, start_over)
controls.add_own_controls(blueprint)
authorise.add_authorise(blueprint)
tokens.add_tokens(blueprint)
resources.add_resources(blueprint)
pages.add_pages(blueprint)
