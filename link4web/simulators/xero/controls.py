"""The Xero simulator's own controls: seed, tokens, throttle, expiry, disconnecting, and acting as a user in Xero."""

import time
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, request

from link4web.simulators import webhook_controls
from link4web.simulators.control import PREFIX, ControlError, answer, asked
from link4web.simulators.ledger_controls import add_ledger_controls, chosen, wanted_size
from link4web.simulators.state import state
from link4web.simulators.xero import apps, grants, people, seed
from link4web.simulators.xero.behaviour import NAME
from link4web.simulators.xero.bulk import InvalidError
from link4web.simulators.xero.demo import WATTLE
from link4web.simulators.xero.identity import issuer

HOME_APP = "link4web-home"
ALL_SCOPES = "openid profile email offline_access accounting.contacts accounting.invoices accounting.settings.read"


def add_own_controls(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(InvalidError)
    def invalid(error: InvalidError) -> Response:
        return answer({"error": " ".join(error.args)}, 400)

    deeds = {"seed": seed_contacts, "token": give_token,
             "disconnect": disconnect, "touch": touch}  # fmt: skip
    add_ledger_controls(blueprint, NAME)
    for name, deed in deeds.items():
        blueprint.post(f"{PREFIX}/{name}", endpoint=f"control_{name}")(deed)


def describe() -> dict[str, Any]:
    root = request.host_url.rstrip("/") + "/xero"
    with state().store.read() as db:
        rows = db.execute(
            "select tenant_id, name, country, (select count(*) from xero_contact c where c.tenant_id = o.tenant_id)"
            " as contacts from xero_organisation o order by place"
        ).fetchall()
    return {
        "organisations": [dict(row) for row in rows],
        "apps": [{"client_id": app.client_id, "client_secret": app.secret} for app in apps.APPS.values()],
        "redirect_addresses": [
            "http://localhost:<any port>/xero/callback",
            "http://127.0.0.1:<any port>/xero/callback (real Xero refuses this one; switch loopback_address)",
        ],
        "webhook_targets": webhook_controls.targets(NAME),
        "endpoints": {
            "authorize": f"{root}/identity/connect/authorize",
            "token": f"{root}/connect/token",
            "revocation": f"{root}/connect/revocation",
            "connections": f"{root}/connections",
            "accounting": f"{root}/api.xro/2.0",
            "pages": f"{root}/",
        },
        "controls": CONTROLS,
    }


def seed_contacts() -> Response:
    """Fill an organisation up to so many contacts, who came into it now; `old` ones have always been there."""
    wanted = asked(contacts=1000, organisation=WATTLE, old=False)
    size = wanted_size(wanted["contacts"])
    call, began = people.person_in(_tenant(wanted["organisation"])), time.perf_counter()
    added = seed.bulk(state().store, call.tenant_id, call.country, size, old=wanted["old"] is True)
    with state().store.read() as db:
        total = db.execute("select count(*) from xero_contact where tenant_id = ?", (call.tenant_id,)).fetchone()[0]
    seconds = round(time.perf_counter() - began, 2)
    return answer({"tenant_id": call.tenant_id, "contacts": total, "added": added, "seconds": seconds})


def give_token() -> Response:
    """A token without the consent page, for scripts; it connects the organisation."""
    wanted = asked(tenant_id=WATTLE, scope=ALL_SCOPES, client_id=HOME_APP)
    tenant_id, client_id = _tenant(wanted["tenant_id"]), str(wanted["client_id"])
    if client_id not in apps.APPS:
        raise ControlError("There is no such client_id.")
    event = str(uuid4())
    with state().store.write() as db:
        grants.connect(db, client_id, tenant_id, event)
        found = db.execute(
            "select id from xero_connection where tenant_id = ? and client_id = ?", (tenant_id, client_id)
        ).fetchone()
    grant = {"user_id": apps.USER_ID, "scope": str(wanted["scope"]), "auth_event_id": event}
    tokens = grants.issue(issuer(), client_id, grant)
    return answer({**tokens, "tenant_id": tenant_id, "connection_id": found["id"], "client_id": client_id})


def disconnect() -> Response:
    """As the user would in Xero's list of connected apps."""
    wanted = asked(tenant_id=None)
    chosen = None if wanted["tenant_id"] is None else _tenant(wanted["tenant_id"])
    with state().store.write() as db:
        gone = db.execute("delete from xero_connection where ? is null or tenant_id = ?", (chosen, chosen)).rowcount
    return answer({"disconnected": gone})


def touch() -> Response:
    """One thing that a user does by hand inside Xero."""
    wanted = asked(do="", organisation=WATTLE, contact="", into="", invoice="", fields={})
    call = people.person_in(_tenant(wanted["organisation"]))
    contact, fields = str(wanted["contact"]), wanted["fields"]
    if not isinstance(fields, dict):
        raise ControlError("fields is an object with Xero's field names.")
    deeds = {
        "add": lambda: people.add_contact(call, fields),
        "change": lambda: people.change_contact(call, contact, fields),
        "archive": lambda: people.change_contact(call, contact, {"ContactStatus": "ARCHIVED"}),
        "restore": lambda: people.change_contact(call, contact, {"ContactStatus": "ACTIVE"}),
        "erase": lambda: people.erase_contact(call, contact),
        "merge": lambda: people.merge_contacts(call, contact, str(wanted["into"])),
        "draft": lambda: people.draft_invoice(call, contact),
        "approve": lambda: people.change_invoice(call, str(wanted["invoice"]), "AUTHORISED"),
        "delete": lambda: people.change_invoice(call, str(wanted["invoice"]), "DELETED"),
    }
    if wanted["do"] not in deeds:
        raise ControlError(f"do is one of {', '.join(deeds)}.")
    return answer(deeds[wanted["do"]]())


def _tenant(given: object) -> str:
    """A tenant id, or an organisation's place in the list, or the start of its name."""
    with state().store.read() as db:
        rows = db.execute("select tenant_id, name, place from xero_organisation order by place").fetchall()
    return str(chosen(rows, "tenant_id", given)["tenant_id"])


CONTROLS = {
    "seed": [{"contacts": 100_000}, {"contacts": 5_000, "organisation": "Kōwhai"}, {"contacts": 5_000, "old": True}],
    "token": [{}, {"tenant_id": "<tenant id or start of name>", "scope": "offline_access accounting.contacts.read"}],
    "throttle": [{"off": True}, {"off": False}],
    "expire": [{"access": True}, {"refresh": True}, {"codes": True}],
    "disconnect": [{}, {"tenant_id": "Wattle"}],
    "touch": [
        {"do": "draft", "contact": "Marram Grass Café"},
        {"do": "add", "fields": {"Name": "Saltbush Lane Picture House"}},
        {"do": "change", "contact": "Dry Creek Joinery", "fields": {"TaxNumber": "86151956832"}},
        {"do": "archive", "contact": "Little Tern Surf Hire"},
        {"do": "merge", "contact": "Little Tern Surf Hire", "into": "Saltbush Linen Hire"},
        {"do": "delete", "invoice": "INV-5001"},
    ],
    **webhook_controls.EXAMPLES,
    "intent": "POST {}: empty events, some signed wrong on purpose",
}
