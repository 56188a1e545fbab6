"""The business file itself: list of files, file information, company details, preferences, who the user is."""

from typing import Any

import msgspec
from flask import Response

from link4web.simulators.myob import errors
from link4web.simulators.myob.apps import SCOPES
from link4web.simulators.myob.behaviour import SWITCHES
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.links import address
from link4web.simulators.myob.listing import EVERY, Collection, answer, list_of, one_of
from link4web.simulators.myob.odata import Column, Fields, in_body
from link4web.simulators.myob.records import ACCOUNT, TAX_CODE
from link4web.simulators.state import state

VERSION = "2026.11"
RESOURCES = ("Company", "Company/Preferences", "Contact", "Contact/Customer", "Contact/Supplier", "Contact/Employee",
             "Contact/Personal", "CurrentUser", "GeneralLedger/Account", "GeneralLedger/TaxCode", "Sale/Invoice",
             "Sale/Invoice/Item", "Sale/Invoice/Miscellaneous", "Sale/Invoice/Professional", "Sale/Invoice/Service",
             "Sale/Invoice/TimeBilling")  # fmt: skip
# where each scope's endpoints begin; those of the others are not played here
SCOPE_PATHS = {
    **dict.fromkeys(SCOPES, "-"),
    "sme-company-file": "",
    "sme-company-settings": "Company",
    "sme-general-ledger": "GeneralLedger",
    "sme-sales": "Sale",
    **{f"sme-contacts-{kind.lower()}": f"Contact/{kind}" for kind in ("Customer", "Supplier", "Employee", "Personal")},
}
TAX_CODES = Collection(
    family=TAX_CODE,
    types=(),
    fields=Fields({**EVERY, "Code": Column("code"), "Type": in_body("Type"), "Rate": in_body("Rate", "number")}),
)
ACCOUNTS = Collection(
    family=ACCOUNT,
    types=(),
    fields=Fields(
        {**EVERY, "DisplayID": in_body("DisplayID"), "Name": in_body("Name"), "Type": in_body("Type"),
         "IsHeader": in_body("IsHeader", "flag"), "Classification": in_body("Classification")}
    ),
)  # fmt: skip


def files(_call: Call) -> Response:
    """All files of the user, which MYOB tells older keys only.

    Raises:
        ApiError: 403, where the switch says so.
    """
    if SWITCHES["file_list"] == "refused":
        raise errors.access_denied()
    with state().store.read() as db:
        rows = db.execute("select business_id, name, country from myob_business order by place").fetchall()
    listed = rows if SWITCHES["file_list"] == "listed" else []
    return answer([company_file(row["business_id"], row["name"], row["country"]) for row in listed])


def information(_call: Call) -> Response:
    """The build, and which version of the API each resource has."""
    resources = [{"ResourcePath": f"~/{path}/", "Version": "v2", "FromProductVersion": "2013.0",
                  "ToProductVersion": None, "MinimumProductLevel": None} for path in RESOURCES]  # fmt: skip
    return answer({"Build": VERSION, "Resources": resources})


def file_with_resources(call: Call) -> Response:
    row = _row(call)
    resources = [address(call.business_id, path) for path in RESOURCES]
    return answer({"CompanyFile": company_file(call.business_id, row["name"], row["country"]), "Resources": resources})


def company(call: Call) -> Response:
    return answer(msgspec.json.decode(_row(call)["body"]))


def preferences(_call: Call) -> Response:
    terms: dict[str, Any] = {
        "PaymentIsDue": "InAGivenNumberOfDays",
        "DiscountDate": 1,
        "BalanceDueDate": 30,
        "DiscountForEarlyPayment": 0.0,
        "MonthlyChargeForLatePayment": 0.0,
        "PriceLevel": "BaseSellingPrice",
        "TaxCode": None,
        "UseCustomerTaxCode": False,
        "FreightTaxCode": None,
        "CreditLimit": 0.0,
    }
    system = {
        "CategoryTracking": "Off",
        "TransactionsCannotBeChangedMustBeReversed": SWITCHES["must_reverse"],
        "LockPeriodPriorTo": None,
        "UseAlphaAccountIdentifier": False,
    }
    return answer({"System": system, "Sales": {"Terms": terms}, "RowVersion": "72057594037927936"})


def current_user(_call: Call) -> Response:
    access = [{"ResourcePath": f"~/{path}/", "Access": ["Read"]} for path in RESOURCES]
    return answer({"UserAccess": access})


def data_scopes(call: Call) -> Response:
    """The scopes that the consent gave, each with the endpoints it opens.

    That this list exists and what it tells, other integrators have written; its field names are ours.
    """
    granted = [
        {
            "Scope": scope,
            "Endpoints": [address(call.business_id, path) for path in ("", *RESOURCES) if _is_under(path, prefix)],
        }
        for scope, prefix in SCOPE_PATHS.items()
        if scope in call.scopes
    ]
    return answer({"Items": granted})


def _is_under(path: str, prefix: str) -> bool:
    return path == prefix or (prefix != "" and path.startswith(f"{prefix}/"))


def tax_codes(call: Call) -> Response:
    return list_of(call, TAX_CODES)


def one_tax_code(call: Call, uid: str) -> Response:
    return one_of(call, TAX_CODES, uid)


def accounts(call: Call) -> Response:
    return list_of(call, ACCOUNTS)


def one_account(call: Call, uid: str) -> Response:
    return one_of(call, ACCOUNTS, uid)


def company_file(business_id: str, name: str, country: str) -> dict[str, Any]:
    """A file as lists and its own address tell it."""
    return {
        "Id": business_id,
        "Name": name,
        "LibraryPath": name,
        "ProductVersion": VERSION,
        "ProductLevel": {"Code": 20, "Name": "Plus"},
        "Uri": address(business_id),
        "LauncherId": None,
        "SerialNumber": None,
        "Country": country,
        "UIAccessFlags": 3,
        "Subscription": None,
    }


def _row(call: Call) -> Any:
    with state().store.read() as db:
        return db.execute("select * from myob_business where business_id = ?", (call.business_id,)).fetchone()
