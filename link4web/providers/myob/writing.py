"""Changing a customer: MYOB replaces the whole record, so it is read afresh and sent back with two values exchanged.

Records stay as raw JSON here, exact numbers included: fields that we don't know, and those that we never look at,
return to MYOB as they came and go nowhere else.
"""

from decimal import Decimal
from typing import Any

import msgspec

from link4web.providers.base.errors import Conflict, PersonMustFix, TryAgainLater
from link4web.providers.base.records import RemoteContact
from link4web.providers.base.wire import SignedWire
from link4web.providers.myob import mapping
from link4web.providers.myob.failures import STALE, TROUBLES, said
from link4web.registers.numbers import BusinessNumber

BILLING = 1
TRIES = 3
RETURN = {"returnBody": "true"}
_FIELDS = {"ABN": "ABN", "NZBN": "TaxIdNumber"}
_KNOWN_AS = {"ABN": "tax_number", "NZBN": "company_number"}
_decoder = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)

Number = tuple[str, str]


def update(
    wire: SignedWire, path: str, number: Number | None, email: str | None, expected: RemoteContact | None
) -> RemoteContact:
    """Write what differs and return what MYOB has then; once more when somebody saved in between.

    Raises:
        Conflict: MYOB's value is not the expected one.
        PersonMustFix: MYOB refused it or did not keep it.
    """
    for _ in range(TRIES - 1):
        try:
            return _try(wire, path, number, email, expected)
        except TryAgainLater as error:
            if error.code != STALE:
                raise
    return _try(wire, path, number, email, expected)


def _try(
    wire: SignedWire, path: str, number: Number | None, email: str | None, expected: RemoteContact | None
) -> RemoteContact:
    body = wire.ask("GET", path)
    current, record = mapping.contact(body), _record(body)
    if current.status != "active":
        raise PersonMustFix(*said("MYOB-ARCHIVED"))
    new_number = number if number and not _has_number(current, number) else None
    new_email = email if email is not None and not _same_email(current.email, email) else None
    if new_number is None and new_email is None:
        return current
    _check_expected(current, expected, new_number, new_email)
    _exchange(record, new_number, new_email)
    found = mapping.contact(wire.ask("PUT", path, params=RETURN, content=record) or wire.ask("GET", path))
    if (number and not _has_number(found, number)) or (email is not None and not _same_email(found.email, email)):
        raise PersonMustFix(*said("MYOB-NOT-KEPT"))
    return found


def selling_details(number: Number | None) -> dict[str, Any]:
    """The number as a customer's selling details carry it: MYOB takes an ABN in groups only."""
    if number is None:
        return {}
    scheme, digits = number
    return {_FIELDS[scheme]: BusinessNumber("ABN", digits).display if scheme == "ABN" else digits}


def _record(body: bytes) -> dict[str, Any]:
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TROUBLES.garbled() from error


def _check_expected(
    current: RemoteContact, expected: RemoteContact | None, number: Number | None, email: str | None
) -> None:
    if expected is None:
        return
    changed = email is not None and not _same_email(current.email, expected.email)
    if number:
        field = _KNOWN_AS[number[0]]
        changed = changed or _bare(getattr(current, field)) != _bare(getattr(expected, field))
    if changed:
        raise Conflict(*said("MYOB-CHANGED"), current)


def _exchange(record: dict[str, Any], number: Number | None, email: str | None) -> None:
    if number:
        selling = dict(record.get("SellingDetails") or {})
        _check_room(selling, number[0])
        record["SellingDetails"] = {**selling, **selling_details(number)}
    if email is not None:
        record["Addresses"] = _with_email(record.get("Addresses") or [], email)


def _check_room(selling: dict[str, Any], scheme: str) -> None:
    """The field that an NZBN goes to is for tax numbers of any kind: a GST number there is not ours to replace."""
    there = selling.get(_FIELDS[scheme])
    if scheme == "NZBN" and there and not mapping.business_number_text(there):
        raise PersonMustFix(*said("MYOB-FIELD-TAKEN"))


def _with_email(addresses: list[Any], email: str) -> list[Any]:
    if not any(_is_billing(one) for one in addresses):
        return [{"Location": BILLING, "Email": email}, *addresses]
    return [{**one, "Email": email} if _is_billing(one) else one for one in addresses]


def _is_billing(address: Any) -> bool:
    return isinstance(address, dict) and address.get("Location") == BILLING


def _has_number(contact: RemoteContact, number: Number) -> bool:
    scheme, digits = number
    return _bare(getattr(contact, _KNOWN_AS[scheme])) == digits


def _same_email(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _bare(value: str) -> str:
    """Without blanks and signs: "51 824 753 556" and the same digits in one piece are equal."""
    return "".join(character for character in value if character.isalnum()).casefold()
