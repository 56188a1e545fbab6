"""One customer: its fields in MYOB's order, what they start as, and what may be written.

After MYOB developer documentation, "Customer", and the contracts of MYOB's .NET SDK, release 25.5.
"""

from collections.abc import Mapping
from typing import Any

from link4web.simulators.myob.contacts import ADDRESS
from link4web.simulators.myob.records import Entity

NO_CARD_ID = "*None"
LABELLED = ("CustomList1", "CustomList2", "CustomList3", "CustomField1", "CustomField2", "CustomField3")
TEXT_LIMITS = {"CompanyName": 50, "LastName": 30, "FirstName": 20, "DisplayID": 15, "Notes": 255}
SELLING_LIMITS = {"ABN": 14, "ABNBranch": 11, "TaxIdNumber": 19}
ADDRESS_LIMITS = {
    "Street": 255, "City": 255, "State": 255, "PostCode": 11, "Country": 255, "Phone1": 21, "Phone2": 21, "Phone3": 21,
    "Fax": 21, "Email": 255, "Website": 255, "ContactName": 25, "Salutation": 15,
}  # fmt: skip
# in answers, but not in the contracts that libraries were made from: they get lost in typed models
UNPUBLISHED_IN_ADDRESS, UNPUBLISHED_IN_SELLING = ("DeliveryNote",), ("SurchargeSetting",)
TERMS = {
    "PaymentIsDue": "InAGivenNumberOfDays",
    "DiscountDate": 1,
    "BalanceDueDate": 30,
    "DiscountForEarlyPayment": 0.0,
    "MonthlyChargeForLatePayment": 0.0,
    "VolumeDiscount": 0.0,
}
CREDIT = {"Limit": 0.0, "OnHold": False}
SELLING: Mapping[str, Any] = {
    "SaleLayout": "NoDefault",
    "PrintedForm": None,
    "InvoiceDelivery": "Nothing",
    "ItemPriceLevel": None,
    "IncomeAccount": None,
    "ReceiptMemo": None,
    "SalesPerson": None,
    "SaleComment": None,
    "ShippingMethod": None,
    "HourlyBillingRate": 0.0,
    "ABN": None,
    "ABNBranch": None,
    "TaxIdNumber": None,
    "TaxCode": None,
    "FreightTaxCode": None,
    "UseCustomerTaxCode": False,
    "Memo": None,
}
PAYMENT = ("Method", "CardNumber", "NameOnCard", "BSBNumber", "BankAccountNumber", "BankAccountName", "Notes")


def customer(uid: str, sent: Mapping[str, Any], balance: float = 0.0) -> Entity:
    """A customer of what was sent and, for the rest, what a new one starts with; read-only fields are not taken over.

    `sent` has passed the checks of `customer_checks`.
    """
    individual = bool(sent.get("IsIndividual"))
    names = ("LastName", "FirstName") if individual else ("CompanyName",)
    credit = _over(CREDIT, (sent.get("SellingDetails") or {}).get("Credit"))
    return {
        "UID": uid,
        **{name: sent.get(name) or "" for name in names},
        "IsIndividual": individual,
        "DisplayID": sent.get("DisplayID") or NO_CARD_ID,
        "IsActive": sent.get("IsActive") is not False,
        "Addresses": [_address(one) for one in sent.get("Addresses") or []],
        "Notes": sent.get("Notes"),
        "Identifiers": sent.get("Identifiers") or [],
        "Tags": sent.get("Tags"),
        **{name: sent.get(name) for name in LABELLED},
        "CurrentBalance": balance,
        "SellingDetails": _selling(sent.get("SellingDetails") or {}, credit, balance),
        "PaymentDetails": {name: (sent.get("PaymentDetails") or {}).get(name) for name in PAYMENT},
        "ForeignCurrency": sent.get("ForeignCurrency"),
        "PhotoURI": None,
    }


def with_balance(entity: Entity, balance: float) -> Entity:
    """The customer owing so much."""
    credit = entity["SellingDetails"]["Credit"]
    return {
        **entity,
        "CurrentBalance": balance,
        "SellingDetails": {**entity["SellingDetails"], "Credit": _credit(credit, balance)},
    }


def _selling(sent: Mapping[str, Any], credit: Mapping[str, Any], balance: float) -> dict[str, Any]:
    kept = {name: sent[name] for name in UNPUBLISHED_IN_SELLING if name in sent}
    return {**_over(SELLING, sent), "Terms": _over(TERMS, sent.get("Terms")), "Credit": _credit(credit, balance),
            **kept}  # fmt: skip


def _credit(credit: Mapping[str, Any], balance: float) -> dict[str, Any]:
    limit = float(credit["Limit"] or 0)
    return {"Limit": limit, "Available": round(limit - balance, 2), "PastDue": 0.0, "OnHold": bool(credit["OnHold"])}


def _address(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sent.get(name) for name in ADDRESS} | {
        name: sent[name] for name in UNPUBLISHED_IN_ADDRESS if name in sent
    }


def _over(blank: Mapping[str, Any], sent: Mapping[str, Any] | None) -> dict[str, Any]:
    """The known fields, with what was sent for them; null means what a new one starts with."""
    given = sent or {}
    return {name: start if given.get(name) is None else given[name] for name, start in blank.items()}
