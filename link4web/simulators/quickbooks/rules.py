"""What QuickBooks accepts in a customer, vendor or employee: fields, kinds, lengths, names.

After Intuit's API reference, "Customer", "Vendor" and "Employee".
"""

import re
from typing import Any

from link4web.simulators.quickbooks import errors
from link4web.simulators.quickbooks.records import TAX_FIELD, Object

TEXTS = {
    "DisplayName": 500, "Title": 16, "GivenName": 100, "MiddleName": 100, "FamilyName": 100, "Suffix": 16,
    "CompanyName": 100, "PrintOnCheckName": 110, "Notes": 2000, "ResaleNum": 16, "BusinessNumber": 10,
    "SecondaryTaxIdentifier": 20, "PrimaryTaxIdentifier": 20, "TaxIdentifier": 20, "SSN": 20, "AcctNum": 100,
    "PreferredDeliveryMethod": 20, "OpenBalanceDate": 10, "GSTIN": 15, "GSTRegistrationType": 30,
}  # fmt: skip
FLAGS = ("Active", "Job", "BillWithParent", "Taxable", "Vendor1099")
REFERENCES = (
    "ParentRef", "CurrencyRef", "DefaultTaxCodeRef", "SalesTermRef", "PaymentMethodRef", "ARAccountRef",
    "CustomerTypeRef", "TermRef", "APAccountRef",
)  # fmt: skip
ADDRESSES = ("BillAddr", "ShipAddr", "PrimaryAddr")
PHONES = ("PrimaryPhone", "AlternatePhone", "Mobile", "Fax")
WRITABLE = (*TEXTS, *FLAGS, *REFERENCES, *ADDRESSES, *PHONES, "PrimaryEmailAddr", "WebAddr")
# taken without complaint and without effect: clients send back what they have read
READ_ONLY = (
    "Id", "SyncToken", "MetaData", "domain", "sparse", "FullyQualifiedName", "Balance", "BalanceWithJobs", "Level",
    "IsProject", "V4IDPseudonym", "ClientEntityId", "CustomField", "RootCustomerRef", "status", "AttachableRef",
)  # fmt: skip
NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}$")
MOST_EMAIL, MOST_PHONE, MOST_LEVEL = 100, 30, 5


def check_shape(sent: Object) -> None:
    """Refuse unknown properties and values of the wrong kind.

    Raises:
        ApiError: 400 with Intuit's code.
    """
    for name, value in sent.items():
        if name not in WRITABLE and name not in READ_ONLY:
            raise errors.bad_property(f'Unrecognized field "{name}" is unsupported or invalid', name)
        if value is not None:
            _check_value(name, value)


def _check_value(name: str, value: Any) -> None:
    if name in TEXTS:
        if isinstance(value, dict | list | bool):
            raise errors.bad_property(f"Can not instantiate value of type String for {name}", name)
        if len(str(value)) > TEXTS[name]:
            raise errors.too_long(name, TEXTS[name], len(str(value)))
    elif name in FLAGS:
        if str(value).lower() not in ("true", "false"):
            raise errors.Fault(2230, "Invalid Boolean", f"Invalid Boolean. Supplied value:{value}", name)
    elif name in WRITABLE:
        if not isinstance(value, dict):
            raise errors.bad_property(f"Can not instantiate value of type object for {name}", name)
        _check_parts(name, value)


def _check_parts(name: str, value: Object) -> None:
    if name == "PrimaryEmailAddr":
        _check_email(str(value.get("Address") or ""))
    number = str(value.get("FreeFormNumber") or "")
    if name in PHONES and len(number) > MOST_PHONE:
        raise errors.too_long(name, MOST_PHONE, len(number))
    if name in REFERENCES and not value.get("value"):
        raise errors.missing(f"{name}.value")


def _check_email(text: str) -> None:
    """People enter several addresses, with commas between; each must be one."""
    if len(text) > MOST_EMAIL:
        raise errors.too_long("PrimaryEmailAddr", MOST_EMAIL, len(text))
    if text and not all(EMAIL.match(one.strip()) for one in text.split(",")):
        detail = f"Email Address does not conform to the syntax rules of RFC 822. Supplied value:{text}"
        raise errors.Fault(2210, "Invalid Email Address format", detail, "PrimaryEmailAddr")


def clean(sent: Object) -> Object:
    """The writable values of a checked body: flags as such, texts trimmed, nothing that is null."""
    values: Object = {}
    for name in WRITABLE:
        value = sent.get(name)
        if value is None:
            continue
        if name in FLAGS:
            value = str(value).lower() == "true"
        elif name in TEXTS:
            value = str(value).strip()
        elif name not in REFERENCES:
            value = {part: text for part, text in value.items() if text not in (None, "")}
        values[name] = value
    return values


def display_name(values: Object) -> str:
    """The name given, or made of the name's parts.

    Raises:
        ApiError: 400, there is none, or it has a character that names can't have.
    """
    made = " ".join(filter(None, (values.get(part, "") for part in NAME_PARTS)))
    name = str(values.get("DisplayName") or made or values.get("CompanyName") or "")
    if not name:
        fields = "Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix"
        raise errors.Fault(6080, "No name provided", f"Fill out at least one of the following: {fields}.")
    if set(name) & set(":\t\n"):
        raise errors.business("Names must have at least one character and cannot include tabs, newlines or ':'.")
    return name


def without_mask(kind: str, body: Object) -> Object:
    return {name: value for name, value in body.items() if name != TAX_FIELD[kind]}
