"""The MYOB simulator's own controls: seed, tokens, throttle, expiry, disconnecting, and acting as a user in MYOB."""

import time
from typing import Any

from flask import Blueprint, Response, request

from link4web.simulators.control import PREFIX, ControlError, answer, asked
from link4web.simulators.ledger_controls import add_ledger_controls, chosen, wanted_size
from link4web.simulators.myob import apps, demo, grants, people, seed
from link4web.simulators.myob.behaviour import NAME
from link4web.simulators.myob.demo import LANTERN
from link4web.simulators.myob.errors import ApiError
from link4web.simulators.state import state

HOME_APP = "link4web-home"
HOME_SCOPES = "sme-company-file sme-company-settings sme-contacts-customer sme-sales sme-general-ledger"


def add_own_controls(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(ApiError)
    def invalid(error: ApiError) -> Response:
        return answer({"error": " ".join(error.sentences)}, 400)

    add_ledger_controls(blueprint, NAME)
    deeds = {"seed": seed_customers, "token": give_token, "disconnect": disconnect, "touch": touch}
    for name, deed in deeds.items():
        blueprint.post(f"{PREFIX}/{name}", endpoint=f"control_{name}")(deed)


def describe() -> dict[str, Any]:
    root = request.host_url.rstrip("/") + f"/{NAME}"
    with state().store.read() as db:
        rows = db.execute(
            "select business_id, name, country, (select count(*) from myob_entity e where removed = 0"
            " and e.business_id = b.business_id and family = 'Contact' and type = 'Customer') as customers"
            " from myob_business b order by place"
        ).fetchall()
    return {
        "businesses": [dict(row) for row in rows],
        "apps": [{"client_id": app.client_id, "client_secret": app.secret} for app in apps.APPS.values()],
        "api_key": "the client_id, sent as x-myobapi-key",
        "people": [{"name": one.name, "administrator": one.administrator} for one in apps.USERS.values()],
        "redirect_addresses": [
            "http://localhost:<any port>/myob/callback",
            "http://127.0.0.1:<any port>/myob/callback",
        ],
        "webhook_targets": [],
        "endpoints": {
            "authorize": f"{root}/oauth2/account/authorize",
            "token": f"{root}/oauth2/v1/authorize",
            "api": f"{root}/accountright",
            "pages": f"{root}/",
        },
        "controls": CONTROLS,
    }


def seed_customers() -> Response:
    """Fill a business up to so many customers, who came into it now; `old` ones have always been there."""
    wanted = asked(contacts=1000, business=LANTERN, old=False)
    size = wanted_size(wanted["contacts"])
    call, began = people.person_in(_business(wanted["business"])), time.perf_counter()
    with state().store.read() as db:
        file = demo.file_of(db, call.business_id, call.country)
    added = seed.bulk(state().store, file, size, old=wanted["old"] is True)
    with state().store.read() as db:
        total = seed.customers_in(db, call.business_id)
    seconds = round(time.perf_counter() - began, 2)
    return answer({"business_id": call.business_id, "contacts": total, "added": added, "seconds": seconds})


def give_token() -> Response:
    """A token without the consent page, for scripts; it connects the business."""
    wanted = asked(business_id=LANTERN, scope=HOME_SCOPES, client_id=HOME_APP)
    business_id, client_id, scope = _business(wanted["business_id"]), str(wanted["client_id"]), str(wanted["scope"])
    if client_id not in apps.APPS:
        raise ControlError("There is no such client_id.")
    if unknown := apps.unknown_scopes(scope.split()):
        raise ControlError(f"There is no scope {', '.join(unknown)}.")
    user_id = apps.ADMINISTRATOR.uid
    grants.consent(client_id, business_id, user_id, scope)
    grant = {"client_id": client_id, "business_id": business_id, "user_id": user_id, "scope": scope}
    return answer({**grants.issue(grant), "business_id": business_id, "api_key": client_id, "client_id": client_id})


def disconnect() -> Response:
    """As the user would in my.MYOB's list of apps."""
    wanted = asked(business_id=None)
    business_id = None if wanted["business_id"] is None else _business(wanted["business_id"])
    return answer({"disconnected": grants.disconnect(business_id)})


def touch() -> Response:
    """One thing that a user does by hand inside MYOB."""
    wanted = asked(do="", business=LANTERN, customer="", amount=55.0, invoice="", fields={})
    call = people.person_in(_business(wanted["business"]))
    customer, fields, amount = str(wanted["customer"]), wanted["fields"], wanted["amount"]
    if not isinstance(fields, dict):
        raise ControlError("fields is an object with MYOB's field names, or Name, Email, ABN, TaxIdNumber.")
    if not isinstance(amount, int | float) or isinstance(amount, bool):
        raise ControlError("amount is a number; a negative one makes a credit note.")
    deeds = {
        "add": lambda: people.add_customer(call, fields),
        "change": lambda: people.change_customer(call, customer, fields),
        "deactivate": lambda: people.change_customer(call, customer, {"IsActive": False}),
        "delete": lambda: people.delete_customer(call, customer),
        "restore": lambda: people.restore_customer(call, customer),
        "individual": lambda: people.become(call, customer, individual=True),
        "company": lambda: people.become(call, customer, individual=False),
        "invoice": lambda: people.invoice_customer(call, customer, float(amount)),
        "delete invoice": lambda: people.delete_invoice(call, str(wanted["invoice"])),
    }
    if wanted["do"] not in deeds:
        raise ControlError(f"do is one of {', '.join(deeds)}.")
    return answer(deeds[wanted["do"]]())


def _business(given: object) -> str:
    """A business id, or a business's place in the list, or the start of its name."""
    with state().store.read() as db:
        rows = db.execute("select business_id, name, place from myob_business order by place").fetchall()
    return str(chosen(rows, "business_id", given)["business_id"])


_OFFLINE = {"Errors": [{"Name": "ServiceUnavailable", "Message": "The file is being upgraded", "ErrorCode": None,
                        "AdditionalDetails": None, "Severity": "Error"}]}  # fmt: skip
_TIMED_OUT = {"Errors": [{"Name": "GatewayTimeout", "Message": "Connection to the API has timed out",
                          "ErrorCode": None, "AdditionalDetails": None, "Severity": "Error"}]}  # fmt: skip
CONTROLS = {
    "seed": [{"contacts": 100_000}, {"contacts": 5_000, "business": "Takahē"}, {"contacts": 5_000, "old": True}],
    "token": [{}, {"business_id": "<business id or start of name>", "scope": "sme-company-file"}],
    "fail": [
        {"count": 1, "status": 504, "body": _TIMED_OUT, "path": "/accountright"},
        {"count": 2, "status": 503, "body": _OFFLINE},
        {"status": 500, "body": '"Something went wrong."', "content_type": "application/json"},
        {"kind": "html", "status": 502, "path": "/oauth2"},
        {"kind": "slow", "delay": 2.5, "count": 3},
        {"kind": "reset"},
        {"kind": "half"},
    ],
    "throttle": [{"off": True}, {"off": False}],
    "expire": [{"access": True}, {"refresh": True}, {"codes": True}],
    "disconnect": [{}, {"business_id": "Lantern"}],
    "touch": [
        {"do": "add", "fields": {"Name": "Saltbush Lane Picture House", "Email": "box@picturehouse.example"}},
        {"do": "change", "customer": "Coolibah Point Optical", "fields": {"ABN": "86 151 956 832"}},
        {"do": "deactivate", "customer": "Tidewater Motel"},
        {"do": "delete", "customer": "Saltbush Lane Picture House"},
        {"do": "restore", "customer": "Saltbush Lane Picture House"},
        {"do": "individual", "customer": "Emu Bush Stockfeed"},
        {"do": "company", "customer": "<name of an individual>"},
        {"do": "invoice", "customer": "Emu Bush Stockfeed", "amount": -55.0},
        {"do": "delete invoice", "invoice": "<UID>"},
    ],
}
