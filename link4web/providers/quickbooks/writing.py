"""What goes to QuickBooks for a change that somebody asked for, and whether it was kept.

Only sparse updates: a whole customer sent back would store the mask of its ABN as the number.
"""

from typing import NamedTuple

from link4web.providers.base.errors import Conflict, PersonMustFix, WillNeverWork
from link4web.providers.base.reading import text
from link4web.providers.base.records import RemoteContact, Skipped
from link4web.providers.quickbooks import emails, mapping, shapes
from link4web.providers.quickbooks.problems import REFUSALS

NUMBER_FIELDS = {"ABN": "PrimaryTaxIdentifier"}
said = REFUSALS.said


class Wish(NamedTuple):
    """A business number (scheme, digits) and an e-mail address to write; None leaves it alone."""

    number: tuple[str, str] | None
    email: str | None


def writable(customer: mapping.Customer) -> RemoteContact:
    """The customer, if it may be written.

    Raises:
        PersonMustFix: it is inactive, or only a part of another customer.
    """
    if isinstance(customer, Skipped):
        raise PersonMustFix("QBO-NOT-WRITABLE", customer.reason)
    if customer.status != "active":
        raise PersonMustFix(*said("QBO-ARCHIVED"))
    return customer


def check_unchanged(current: RemoteContact, wish: Wish, expected: RemoteContact | None) -> None:
    """Refuse to write over what somebody has entered in QuickBooks since we last read it.

    Raises:
        Conflict: it stands in the way.
    """
    if expected is None:
        return
    number = wish.number and current.number_ending not in (expected.number_ending, _ending(wish.number))
    known = {expected.email.casefold(), (wish.email or "").casefold()}
    if number or (wish.email is not None and current.email.casefold() not in known):
        raise Conflict(*said("QBO-CHANGED"), current)


def fields(customer: shapes.Customer, wish: Wish) -> dict[str, object]:
    """The fields of an update that differ from what stands there.

    A number is always sent: what QuickBooks shows of the one it has, an ABN shares with the ACN at its end.

    Raises:
        PersonMustFix: there is no field for it, or the other addresses leave no room for this one.
    """
    changes: dict[str, object] = {}
    if wish.number is not None:
        changes[_number_field(wish.number[0])] = wish.number[1]
    held = mapping.email_field(customer)
    if wish.email is not None and emails.first(held).casefold() != wish.email.casefold():
        changes["PrimaryEmailAddr"] = {"Address": _all_addresses(held, wish.email)}
    return changes


def update(customer: shapes.Customer, changes: dict[str, object]) -> dict[str, object]:
    """The body of the sparse update."""
    return {"Id": text(customer.id), "SyncToken": text(customer.sync_token), "sparse": True, **changes}


def new(name: str, email: str, number: tuple[str, str] | None) -> dict[str, object]:
    """The body that creates a customer. A number without a field of its own is left out: it stays with us.

    Raises:
        PersonMustFix: the name is one that QuickBooks can't take.
    """
    if ":" in name:
        raise PersonMustFix(*said("QBO-NAME-COLON"))
    body: dict[str, object] = {"DisplayName": name}
    if email:
        body["PrimaryEmailAddr"] = {"Address": email}
    if number and number[0] in NUMBER_FIELDS:
        body[NUMBER_FIELDS[number[0]]] = number[1]
    return body


def check_kept(written: RemoteContact, wish: Wish) -> None:
    """Compare what QuickBooks shows after a write: of the number, only its end.

    Raises:
        PersonMustFix: it took the change but did not keep it.
    """
    if wish.number is not None and written.number_ending != _ending(wish.number):
        raise PersonMustFix(*said("QBO-NOT-KEPT"))
    if wish.email is not None and written.email.casefold() != wish.email.casefold():
        raise PersonMustFix(*said("QBO-EMAIL-NOT-KEPT"))


def _ending(number: tuple[str, str]) -> str:
    return mapping.ending(number[1])


def _number_field(scheme: str) -> str:
    if scheme not in NUMBER_FIELDS:
        raise PersonMustFix(*said("QBO-NO-FIELD"))
    return NUMBER_FIELDS[scheme]


def _all_addresses(held: str, address: str) -> str:
    whole = emails.with_first(held, address)
    if len(whole) > emails.LONGEST_FIELD and whole != address:
        raise PersonMustFix(*said("QBO-EMAILS-FULL"))
    return whole


def checked_id(external_id: str) -> str:
    """The identifier, if it is one of a customer.

    Raises:
        WillNeverWork: it is not.
    """
    if not mapping.is_id(external_id):
        raise WillNeverWork(*said("QBO-NOT-FOUND"))
    return external_id
