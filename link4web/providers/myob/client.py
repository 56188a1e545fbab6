"""MYOB in verbs the product understands, for one business. MYOB Business API v2; every customer listed is one."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from link4web.http import Answer
from link4web.providers.base.errors import DuplicateName, MustReconnect, PersonMustFix, WillNeverWork
from link4web.providers.base.provider import Met
from link4web.providers.base.reading import is_guid
from link4web.providers.base.records import ContactPage, RemoteContact, RemoteOrganisation
from link4web.providers.base.text import clean
from link4web.providers.base.wire import SignedWire
from link4web.providers.myob import filters, mapping, tax_codes, writing
from link4web.providers.myob.failures import ACCESS_DENIED, NOT_FOUND, TROUBLES, said
from link4web.providers.myob.walking import PATH, List, Walk

SEARCH_SIZE = 20
# a longer filter would outgrow what servers take as a URL
IDS_AT_ONCE = 50

_ORDERS = {"id": "UID", "updated": "LastModified"}


class MyobClient:
    """See `providers.base.provider.ProviderClient` for what each verb promises."""

    def __init__(self, wire: SignedWire) -> None:
        self._wire = wire
        self._walk = Walk(wire)

    def organisation(self) -> RemoteOrganisation:
        """The business that owns the file."""
        return mapping.organisation(self._wire.ask("GET", "/"), self._company())

    def contacts(
        self,
        page: int,
        *,
        modified_since: datetime | None = None,
        order: Literal["id", "updated"] = "id",
        met: Met | None = None,
    ) -> ContactPage:
        """One page of customers, inactive ones included. Walk by "id": unordered pages may repeat or miss some."""
        condition = filters.modified_since(modified_since) if modified_since else ""
        return self._walk.page(page, _ORDERS[order], condition, met)

    def contacts_by_id(self, ids: Sequence[str]) -> tuple[RemoteContact, ...]:
        """These customers, asked for in batches; unknown, deleted and unreadable ones are left out."""
        wanted = list(dict.fromkeys(one.lower() for one in ids if is_guid(one)))
        found: list[RemoteContact] = []
        for start in range(0, len(wanted), IDS_AT_ONCE):
            found += self._batch(wanted[start : start + IDS_AT_ONCE])
        return tuple(found)

    def search(self, text: str) -> tuple[RemoteContact, ...]:
        """What MYOB finds in names and e-mail addresses."""
        words = clean(text, mapping.NAME_LENGTH)
        if not words:
            return ()
        return tuple(one for one in self._filtered(filters.found_by(words), SEARCH_SIZE) if _answers(one, words))

    def count(self) -> int:
        """As MYOB counts them beside a list (MYOB developer documentation, "Retrieving Data").

        Raises:
            TryAgainLater: it doesn't say.
        """
        count = List(self._wire, _ORDERS["id"], "").rows(0, 1)[1]
        if count is None:
            raise TROUBLES.garbled()
        return count

    def customers_from_sales(self, modified_since: datetime | None) -> Iterator[frozenset[str]]:
        """Nothing: whoever is in this list is a customer, with sales or without."""
        del modified_since
        return iter(())

    def update_contact(
        self,
        external_id: str,
        *,
        number: tuple[str, str] | None = None,
        email: str | None = None,
        expected: RemoteContact | None,
    ) -> RemoteContact:
        """Send the whole record back with the two values exchanged; the e-mail address goes to the billing address."""
        with_id = f"{PATH}/{_checked(external_id)}"
        try:
            return writing.update(self._wire, with_id, number, email, expected)
        except MustReconnect as error:
            raise _may_not_write(error) from error

    def create_contact(
        self, *, name: str, email: str, number: tuple[str, str] | None, idempotency_key: str
    ) -> RemoteContact:
        """Add a company. MYOB would take a second one of the same name, and has no key against repetition: looking
        for the name first does both."""
        del idempotency_key
        name = clean(name, mapping.NAME_LENGTH)
        same = [one for one in self._filtered(filters.named(name), SEARCH_SIZE) if _same(one.name, name)]
        if same:
            active = next((one for one in same if one.status == "active"), same[0])
            raise DuplicateName(*said("MYOB-NAME-TAKEN"), (), active.external_id)
        code = tax_codes.of_sales(self._wire)
        customer = {
            "IsIndividual": False,
            "IsActive": True,
            "CompanyName": name,
            "Addresses": [{"Location": writing.BILLING, "Email": email}] if email else [],
            "SellingDetails": {"TaxCode": code, "FreightTaxCode": code, **writing.selling_details(number)},
        }
        try:
            answer = self._wire.answer("POST", PATH, params=writing.RETURN, content=customer)
        except MustReconnect as error:
            raise _may_not_write(error) from error
        return mapping.contact(answer.body or self._wire.ask("GET", f"{PATH}/{_made(answer)}"))

    def create_draft(self, external_id: str, idempotency_key: str) -> str:
        """Never needed: nobody has to be made a customer."""
        del external_id, idempotency_key
        raise _no_drafts()

    def delete_draft(self, draft_id: str) -> None:
        """There are none."""
        del draft_id
        raise _no_drafts()

    def _company(self) -> bytes:
        """The company's own details; nothing where the consent leaves them out, since the customers come without."""
        try:
            return self._wire.ask("GET", "/Company")
        except MustReconnect as error:
            if error.code != ACCESS_DENIED:
                raise
            return b"{}"

    def _filtered(self, condition: str, most: int) -> tuple[RemoteContact, ...]:
        params = {"$filter": condition, "$top": str(most), "$orderby": "UID", "generateUris": "false"}
        return mapping.contacts(self._wire.ask("GET", PATH, params=params))[:most]

    def _batch(self, ids: list[str]) -> list[RemoteContact]:
        found = self._filtered(filters.any_of(ids), IDS_AT_ONCE)
        if {one.external_id for one in found} <= set(ids):
            return list(found)
        # a filter that MYOB ignores brings strangers; concluding from it that somebody is gone would be wrong
        return [one for external_id in ids if (one := self._single(external_id))]

    def _single(self, external_id: str) -> RemoteContact | None:
        try:
            return mapping.contact(self._wire.ask("GET", f"{PATH}/{external_id}"))
        except WillNeverWork as error:
            if error.code == NOT_FOUND:
                return None
            raise


def _checked(identifier: str) -> str:
    if not is_guid(identifier):
        raise WillNeverWork(*said(NOT_FOUND))
    return identifier.lower()


def _no_drafts() -> WillNeverWork:
    return WillNeverWork(*said("MYOB-NO-DRAFTS"))


def _made(answer: Answer) -> str:
    """The id of what a POST made, at the end of its address, which may be on another host."""
    identifier = answer.headers.get("Location", "").rstrip("/").rpartition("/")[2]
    if not is_guid(identifier):
        raise TROUBLES.garbled()
    return identifier


def _may_not_write(error: MustReconnect) -> MustReconnect | PersonMustFix:
    """Denied right after the same record could be read, or the tax codes: it is writing that is not allowed."""
    if error.code != ACCESS_DENIED:
        return error
    return PersonMustFix(*said("MYOB-READ-ONLY"))


def _answers(contact: RemoteContact, words: str) -> bool:
    """Whether the search found this one, or MYOB has ignored the filter."""
    text = _plain(f"{contact.name} {contact.person} {contact.email}")
    return all(word in text for word in _plain(words).split())


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _plain(text: str) -> str:
    """Without case and accents: databases differ in what they take for the same letter."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
