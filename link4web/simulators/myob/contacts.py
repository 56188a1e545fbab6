"""Contacts of all types, as read through the API: what can be asked of them, and the paths they are under."""

from flask import Response

from link4web.simulators.myob import errors
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.listing import EVERY, Collection, list_of, one_of
from link4web.simulators.myob.odata import Column, Fields, in_body
from link4web.simulators.myob.records import CONTACT, Entity

CUSTOMER, SUPPLIER, EMPLOYEE, PERSONAL = "Customer", "Supplier", "Employee", "Personal"
SCOPES = {
    CUSTOMER: "sme-contacts-customer",
    SUPPLIER: "sme-contacts-supplier",
    EMPLOYEE: "sme-contacts-employee",
    PERSONAL: "sme-contacts-personal",
}
ADDRESS = ("Location", "Street", "City", "State", "PostCode", "Country", "Phone1", "Phone2", "Phone3", "Fax", "Email",
           "Website", "ContactName", "Salutation")  # fmt: skip
COMMON = {
    **EVERY,
    "CompanyName": in_body("CompanyName"),
    "FirstName": in_body("FirstName"),
    "LastName": in_body("LastName"),
    "DisplayID": Column("code"),
    "IsActive": Column("active", "flag"),
    "IsIndividual": in_body("IsIndividual", "flag"),
    "Notes": in_body("Notes"),
    "CurrentBalance": in_body("CurrentBalance", "number"),
}
OF_CUSTOMERS = {
    "SellingDetails/ABN": in_body("SellingDetails.ABN"),
    "SellingDetails/ABNBranch": in_body("SellingDetails.ABNBranch"),
    "SellingDetails/TaxIdNumber": in_body("SellingDetails.TaxIdNumber"),
    "SellingDetails/TaxCode/UID": in_body("SellingDetails.TaxCode.UID", "guid"),
    "SellingDetails/TaxCode/Code": in_body("SellingDetails.TaxCode.Code"),
    "SellingDetails/Credit/OnHold": in_body("SellingDetails.Credit.OnHold", "flag"),
}
OF_ALL = {"Type": Column("type")}
MEMBERS = {"Addresses": ADDRESS}
# what only the list of one type tells
TYPED_ONLY = ("SellingDetails", "BuyingDetails", "PaymentDetails", "ForeignCurrency")


def collection(kind: str) -> Collection:
    """The contacts of one type."""
    columns = {**COMMON, **(OF_CUSTOMERS if kind == CUSTOMER else {})}
    return Collection(family=CONTACT, types=(kind,), fields=Fields(columns, MEMBERS))


CUSTOMERS = collection(CUSTOMER)


def list_type(call: Call, kind: str) -> Response:
    return list_of(call, collection(kind))


def one_of_type(call: Call, kind: str, uid: str) -> Response:
    return one_of(call, collection(kind), uid)


def list_all(call: Call) -> Response:
    """Every contact of the types that the consent covers, with its Type.

    Raises:
        ApiError: 403, it covers none.
    """
    types = tuple(kind for kind, scope in SCOPES.items() if scope in call.scopes)
    if not types:
        raise errors.access_denied()
    fields = Fields({**COMMON, **OF_ALL}, MEMBERS)
    return list_of(call, Collection(family=CONTACT, types=types, fields=fields, shaped=_in_all))


def _in_all(entity: Entity, kind: str) -> Entity:
    return {**{name: value for name, value in entity.items() if name not in TYPED_ONLY}, "Type": kind}
