"""Xero in verbs the product understands, for one organisation (tenant). Xero Accounting API 2.0."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Literal

from link4web.providers.base.errors import Conflict, DuplicateName, PersonMustFix, TryAgainLater, WillNeverWork
from link4web.providers.base.provider import Met
from link4web.providers.base.reading import anything, is_guid
from link4web.providers.base.records import ContactPage, RemoteContact, RemoteOrganisation
from link4web.providers.base.text import clean
from link4web.providers.base.wire import SignedWire
from link4web.providers.xero import dates, drafts, failures, mapping

PAGE_SIZE = 1000
SEARCH_SIZE = 20
# a longer list of ids would outgrow what servers take as a URL
IDS_AT_ONCE = 100

_ORDERS = {"id": "ContactID", "updated": "UpdatedDateUTC"}
_NUMBER_FIELDS = {"ABN": "TaxNumber", "NZBN": "CompanyNumber"}
# Xero names no field for the NZBN
_UNDOCUMENTED = {"CompanyNumber"}
_VALUES = {"TaxNumber": "tax_number", "CompanyNumber": "company_number", "EmailAddress": "email"}
_SALES = (
    ("/Invoices", 'Type=="ACCREC"', "InvoiceID"),
    ("/CreditNotes", 'Type=="ACCRECCREDIT"', "CreditNoteID"),
)


class XeroClient:
    """See `providers.base.provider.ProviderClient` for what each verb promises."""

    def __init__(self, wire: SignedWire) -> None:
        self._wire = wire

    def organisation(self) -> RemoteOrganisation:
        """The business that owns the ledger."""
        return mapping.organisation(self._wire.ask("GET", "/Organisation"))

    def contacts(
        self,
        page: int,
        *,
        modified_since: datetime | None = None,
        order: Literal["id", "updated"] = "id",
        met: Met | None = None,
    ) -> ContactPage:
        """One page with all fields: the summary has no `IsCustomer`, and the list without a page lacks fields.

        Walk by "id": in the default order a contact changed during the walk moves to the end and another one is missed.
        By "id" none moves, since contacts can't be deleted.
        """
        del met
        params = {
            "page": str(page),
            "pageSize": str(PAGE_SIZE),
            "order": _ORDERS[order],
            "includeArchived": "true",
        }
        body = self._wire.ask("GET", "/Contacts", params=params, headers=_since(modified_since))
        return mapping.contact_page(body, page)

    def contacts_by_id(self, ids: Sequence[str]) -> tuple[RemoteContact, ...]:
        """These contacts, asked for in batches; unknown and unreadable ones are left out."""
        wanted = list(dict.fromkeys(one.lower() for one in ids if is_guid(one)))
        found: list[RemoteContact] = []
        for start in range(0, len(wanted), IDS_AT_ONCE):
            batch = wanted[start : start + IDS_AT_ONCE]
            params = {"IDs": ",".join(batch), "includeArchived": "true", "page": "1", "pageSize": str(PAGE_SIZE)}
            found += mapping.contacts(self._wire.ask("GET", "/Contacts", params=params))
        return tuple(found)

    def search(self, text: str) -> tuple[RemoteContact, ...]:
        """What Xero finds in names, contact and company numbers and e-mail addresses."""
        term = clean(text, mapping.NAME_LENGTH)
        if not term:
            return ()
        params = {"searchTerm": term, "includeArchived": "true", "page": "1", "pageSize": str(SEARCH_SIZE)}
        return mapping.contacts(self._wire.ask("GET", "/Contacts", params=params))[:SEARCH_SIZE]

    def count(self) -> int:
        """As Xero counts them beside a page. Nobody is ever deleted, so no sync depends on it."""
        params = {"page": "1", "pageSize": "1", "order": _ORDERS["id"], "includeArchived": "true"}
        found = mapping.contact_page(self._wire.ask("GET", "/Contacts", params=params), 1)
        return found.item_count or 0

    def customers_from_sales(self, modified_since: datetime | None) -> Iterator[frozenset[str]]:
        """Whom sales documents are for: becoming a customer does not touch the contact's own modified date."""
        for path, where, order in _SALES:
            for page in count(1):
                params = {"where": where, "order": order, "page": str(page), "pageSize": str(PAGE_SIZE)}
                body = self._wire.ask("GET", path, params=params, headers=_since(modified_since))
                listed, page_count = mapping.documents(body)
                if listed:
                    yield mapping.contact_ids(listed)
                if not listed or (page_count is not None and page >= page_count):
                    break

    def update_contact(
        self,
        external_id: str,
        *,
        number: tuple[str, str] | None = None,
        email: str | None = None,
        expected: RemoteContact | None,
    ) -> RemoteContact:
        """Write only what differs, after reading again: Xero has no conditional writes, the last one wins."""
        path = f"/Contacts/{_checked(external_id)}"
        current = self._one(self._wire.ask("GET", path))
        if current.status != "active":
            raise PersonMustFix(*failures.said("XERO-ARCHIVED"))
        changes = {
            field: value for field, value in _fields(number, email).items() if not _same(_value(current, field), value)
        }
        if expected and any(not _same(_value(current, field), _value(expected, field)) for field in changes):
            raise Conflict(*failures.said("XERO-CHANGED"), current)
        if not changes:
            return current
        content = {"Contacts": [{"ContactID": external_id, **changes}]}
        written = self._one(self._wire.ask("POST", path, content=content))
        if _UNDOCUMENTED & changes.keys():
            # the answer to a write repeats what was sent; only reading shows what was kept
            written = self._one(self._wire.ask("GET", path))
        if not all(_same(_value(written, field), value) for field, value in changes.items()):
            raise PersonMustFix(*failures.said("XERO-NOT-KEPT"))
        return written

    def create_contact(
        self, *, name: str, email: str, number: tuple[str, str] | None, idempotency_key: str
    ) -> RemoteContact:
        """PUT creates only; a POST without an id would overwrite a contact of the same name."""
        name = clean(name, mapping.NAME_LENGTH)
        contact = {"Name": name, **_fields(number, email or None)}
        try:
            body = self._wire.ask(
                "PUT",
                "/Contacts",
                params={"summarizeErrors": "true"},
                headers={"Idempotency-Key": idempotency_key},
                content={"Contacts": [contact]},
            )
            return self._one(body)
        except DuplicateName as error:
            raise DuplicateName(error.code, error.sentence, error.messages, self._id_by_name(name)) from error

    def create_draft(self, external_id: str, idempotency_key: str) -> str:
        """A draft sales invoice of one line of text. It takes a number of the organisation's invoice sequence."""
        return drafts.create(self._wire, _checked(external_id), idempotency_key)

    def delete_draft(self, draft_id: str) -> None:
        """Delete our draft, unless somebody has made something of it."""
        drafts.delete(self._wire, _checked(draft_id))

    def _one(self, body: bytes) -> RemoteContact:
        if messages := failures.problems_in(anything(body)):
            raise failures.invalid(messages)
        found = mapping.contacts(body)
        if not found:
            raise failures.TROUBLES.garbled()
        return found[0]

    def _id_by_name(self, name: str) -> str | None:
        try:
            found = self._named(name)
        except (TryAgainLater, PersonMustFix, WillNeverWork):
            # the refusal itself is the news; without an id it is still true
            return None
        same = (one for one in found if one.name.casefold() == name.casefold())
        return next((one.external_id for one in same if one.status == "active"), None)

    def _named(self, name: str) -> tuple[RemoteContact, ...]:
        # how a quote is written inside a filter is not documented; the search has no such trap, but finds parts as well
        if '"' in name or "\\" in name:
            return self.search(name)
        params = {"where": f'Name=="{name}"', "page": "1", "pageSize": "10"}
        return mapping.contacts(self._wire.ask("GET", "/Contacts", params=params))


def _since(moment: datetime | None) -> dict[str, str]:
    return {} if moment is None else {"If-Modified-Since": dates.header(moment)}


def _checked(identifier: str) -> str:
    if not is_guid(identifier):
        raise WillNeverWork(*failures.said("XERO-NOT-FOUND"))
    return identifier


def _fields(number: tuple[str, str] | None, email: str | None) -> dict[str, str]:
    fields: dict[str, str] = {}
    if number is not None:
        scheme, digits = number
        fields[_NUMBER_FIELDS[scheme]] = digits
    if email is not None:
        fields["EmailAddress"] = email
    return fields


def _value(contact: RemoteContact, field: str) -> str:
    return str(getattr(contact, _VALUES[field]))


def _same(one: str, other: str) -> bool:
    """Numbers are free text in Xero, so "51-824 753 556" and the same digits in one piece are equal."""
    if "@" in one or "@" in other:
        return one.casefold() == other.casefold()
    return _bare(one) == _bare(other)


def _bare(value: str) -> str:
    return "".join(character for character in value if character.isalnum()).casefold()
