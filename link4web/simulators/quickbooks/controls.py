"""The QuickBooks simulator's own controls: seed, tokens, throttle, expiry, disconnecting, acting as a user."""

import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from link4web.simulators import webhook_controls
from link4web.simulators.control import PREFIX, ControlError, answer, asked
from link4web.simulators.ledger_controls import add_ledger_controls, chosen, wanted_size
from link4web.simulators.quickbooks import apps, grants, people, seed
from link4web.simulators.quickbooks.behaviour import NAME
from link4web.simulators.quickbooks.demo import BLUEGUM
from link4web.simulators.quickbooks.errors import ApiError
from link4web.simulators.quickbooks.identity import discovery, issuer
from link4web.simulators.state import state

HOME_APP = "link4web-home"


def add_own_controls(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(ApiError)
    def invalid(error: ApiError) -> Response:
        return answer({"error": words_of(error)}, 400)

    deeds: dict[str, Callable[[], Response]] = {
        "seed": seed_customers, "token": give_token,
        "disconnect": disconnect, "touch": touch,
    }  # fmt: skip
    add_ledger_controls(blueprint, NAME)
    for name, deed in deeds.items():
        blueprint.post(f"{PREFIX}/{name}", endpoint=f"control_{name}")(deed)


def words_of(error: ApiError) -> str:
    return str(error.fault["Error"][0]["Detail"])


def describe() -> dict[str, Any]:
    root = request.host_url.rstrip("/") + f"/{NAME}"
    with state().store.read() as db:
        rows = db.execute(
            "select realm as realm_id, name, country, (select count(*) from quickbooks_object o where o.realm = c.realm"
            " and o.kind = 'Customer' and o.removed = 0) as customers from quickbooks_company c order by place"
        ).fetchall()
    found = discovery()
    return {
        "companies": [dict(row) for row in rows],
        "apps": [{"client_id": app.client_id, "client_secret": app.secret} for app in apps.APPS.values()],
        "redirect_addresses": [
            "http://localhost:<any port>/quickbooks/callback",
            "http://127.0.0.1:<any port>/quickbooks/callback (real Intuit refuses this one; switch loopback_address)",
        ],
        "webhook_targets": webhook_controls.targets(NAME),
        "endpoints": {
            "discovery": f"{root}/.well-known/openid_configuration",
            "authorize": found["authorization_endpoint"],
            "token": found["token_endpoint"],
            "revocation": found["revocation_endpoint"],
            "userinfo": found["userinfo_endpoint"],
            "accounting": f"{root}/v3/company/<realm_id>",
            "pages": f"{root}/",
        },
        "controls": CONTROLS,
    }


def seed_customers() -> Response:
    """Fill a company up to so many customers, who came into it now; `old` ones have always been there.

    `contacts` is the name that all simulators share.
    """
    wanted = asked(contacts=1000, company=BLUEGUM, old=False)
    size = wanted_size(wanted["contacts"])
    company, began = _company(wanted["company"]), time.perf_counter()
    added = seed.bulk(state().store, company["realm"], company["country"], size, old=wanted["old"] is True)
    seconds = round(time.perf_counter() - began, 2)
    with state().store.read() as db:
        total = db.execute(
            "select count(*) from quickbooks_object where realm = ? and kind = 'Customer' and removed = 0",
            (company["realm"],),
        ).fetchone()[0]
    return answer({"realm_id": company["realm"], "contacts": total, "added": added, "seconds": seconds})


def give_token() -> Response:
    """Tokens without the consent page, for scripts; they connect the company."""
    wanted = asked(realm_id=BLUEGUM, scope=apps.ACCOUNTING, client_id=HOME_APP)
    realm, client_id = _company(wanted["realm_id"])["realm"], str(wanted["client_id"])
    if client_id not in apps.APPS:
        raise ControlError("There is no such client_id.")
    with state().store.write() as db:
        grant_id = grants.new_grant(db, client_id, realm, str(wanted["scope"]))
        grant = db.execute("select * from quickbooks_grant where id = ?", (grant_id,)).fetchone()
    return answer({**grants.issue(grant, issuer()), "realm_id": realm, "client_id": client_id})


def disconnect() -> Response:
    """As the user would in QuickBooks' list of connected apps."""
    wanted = asked(realm_id=None)
    chosen = None if wanted["realm_id"] is None else _company(wanted["realm_id"])["realm"]
    with state().store.write() as db:
        gone = db.execute(
            "update quickbooks_grant set dead = 1 where dead = 0 and (? is null or realm = ?)", (chosen, chosen)
        ).rowcount
    return answer({"disconnected": gone})


def touch() -> Response:
    """One thing that a user does by hand inside QuickBooks."""
    wanted = asked(do="", company=BLUEGUM, customer="", into="", invoice="", fields={})
    realm, customer = _company(wanted["company"])["realm"], str(wanted["customer"])
    fields, invoice = wanted["fields"], str(wanted["invoice"])
    if not isinstance(fields, dict):
        raise ControlError("fields is an object with QuickBooks' field names.")
    deeds = {
        "add": lambda: people.add_customer(realm, fields),
        "change": lambda: people.change_customer(realm, customer, fields),
        "deactivate": lambda: people.change_customer(realm, customer, {"Active": False}),
        "restore": lambda: people.change_customer(realm, customer, {"Active": True}),
        "merge": lambda: people.merge_customers(realm, customer, str(wanted["into"])),
        "draft": lambda: people.draft_invoice(realm, customer),
        "void": lambda: people.end_invoice(realm, invoice, "void"),
        "delete": lambda: people.end_invoice(realm, invoice, "delete"),
    }
    if wanted["do"] not in deeds:
        raise ControlError(f"do is one of {', '.join(deeds)}.")
    return answer(deeds[wanted["do"]]())


def _company(given: object) -> dict[str, str]:
    """By realm id, place in the list, or start of name."""
    with state().store.read() as db:
        rows = db.execute("select realm, name, country, place from quickbooks_company order by place").fetchall()
    row = chosen(rows, "realm", given)
    return {"realm": row["realm"], "country": row["country"]}


SYSTEM_FAILURE = {
    "Fault": {
        "Error": [{"Message": "An application error has occurred while processing your request",
                   "Detail": "System Failure Error", "code": "10000", "element": ""}],
        "type": "SystemFault",
    }
}  # fmt: skip
CONTROLS = {
    "fail": [
        {"count": 2, "status": 503, "body": "Service unavailable"},
        {"status": 500, "body": SYSTEM_FAILURE, "path": "/v3/company"},
        {"kind": "html", "status": 502, "path": "/v3/company"},
        {"kind": "reset"},
        {"kind": "half"},
        {"kind": "slow", "delay": 2.5, "count": 3},
    ],
    "seed": [{"contacts": 100_000}, {"contacts": 5_000, "company": "Toetoe"}, {"contacts": 5_000, "old": True}],
    "token": [{}, {"realm_id": "<realm id or start of name>", "scope": "com.intuit.quickbooks.accounting openid"}],
    "throttle": [{"off": True}, {"off": False}],
    "expire": [{"access": True}, {"refresh": True}, {"codes": True}],
    "disconnect": [{}, {"realm_id": "Bluegum"}],
    "touch": [
        {"do": "draft", "customer": "Bandicoot Books & Toys"},
        {"do": "add", "fields": {"DisplayName": "Saltbush Lane Picture House"}},
        {"do": "change", "customer": "Apostle Bay Cannery", "fields": {"PrimaryTaxIdentifier": "86151956832"}},
        {"do": "deactivate", "customer": "Irukandji Dive Charters"},
        {"do": "merge", "customer": "Harbour & Hearth", "into": "Flinders Lane Gelato"},
        {"do": "delete", "invoice": "1001"},
    ],
    **webhook_controls.EXAMPLES,
}
