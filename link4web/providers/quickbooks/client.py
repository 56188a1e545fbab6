"""QuickBooks in verbs the product understands, for one company (realm). Accounting API v3, minor version 75."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from link4web import clock
from link4web.providers.base.errors import DuplicateName, ProviderError, TryAgainLater, WillNeverWork
from link4web.providers.base.provider import Met
from link4web.providers.base.records import ContactPage, RemoteContact, RemoteOrganisation, Skipped
from link4web.providers.base.text import clean
from link4web.providers.base.wire import SignedWire
from link4web.providers.quickbooks import failures, mapping, query, writing
from link4web.providers.quickbooks.walking import Pages
from link4web.providers.quickbooks.writing import Wish

SEARCH_SIZE = 20
IDS_AT_ONCE = 200
MINOR_VERSION = {"minorversion": "75"}

# change data capture looks back 30 days; a day less, for clocks that differ
_LOOK_BACK = timedelta(days=29)
_MOST_CAPTURED = 1000
_STALE_RETRIES = 2
_TAKEN = {"Vendor": "QBO-NAME-SUPPLIER", "Employee": "QBO-NAME-EMPLOYEE"}


class QuickBooksClient:
    """See `providers.base.provider.ProviderClient` for what each verb promises."""

    def __init__(self, wire: SignedWire, realm: str) -> None:
        self._wire = wire
        self._realm = realm
        self._page_count: int | None = None
        self._item_count: int | None = None
        self._pages = Pages(self._query)

    def organisation(self) -> RemoteOrganisation:
        """The business that owns the ledger."""
        return mapping.organisation(self._ask("GET", f"/companyinfo/{self._realm}"))

    def contacts(
        self,
        page: int,
        *,
        modified_since: datetime | None = None,
        order: Literal["id", "updated"] = "id",
        met: Met | None = None,
    ) -> ContactPage:
        """One page, inactive customers included.

        Changes of the last month come in one answer of change data capture, deleted customers too. A full one holds an
        unknown part of them, so then, and for older ones, they are asked for by the time of their last update, which
        tells of no deleted ones: a webhook or the next walk does.
        """
        if modified_since is not None and page == 1:
            captured = self._captured(modified_since)
            if captured is not None:
                return captured
        if modified_since is not None:
            page, found = self._pages.page(page, order, since=modified_since)
            return _page(page, found, None, None)
        if page == 1 or self._page_count is None:
            self._count()
        page, found = self._pages.page(page, order, met=met)
        if page > 1 and page >= (self._page_count or 0):
            # the walk would end here, and people have added and merged customers since it began
            self._count()
        return _page(page, found, self._page_count, self._item_count)

    def contacts_by_id(self, ids: Sequence[str]) -> tuple[RemoteContact, ...]:
        """These customers, asked for in batches; unknown and unreadable ones are left out."""
        wanted = list(dict.fromkeys(filter(mapping.is_id, ids)))
        found: list[RemoteContact] = []
        for start in range(0, len(wanted), IDS_AT_ONCE):
            statement = query.customers_by_id(wanted[start : start + IDS_AT_ONCE])
            found += mapping.contacts(mapping.found(self._query(statement)))
        return tuple(found)

    def search(self, text: str) -> tuple[RemoteContact, ...]:
        """What QuickBooks finds in names, or in e-mail addresses for a text that looks like one."""
        term = clean(text, mapping.NAME_LENGTH)
        if not term:
            return ()
        fields = ("DisplayName", "PrimaryEmailAddr" if "@" in term else "CompanyName")
        found: dict[str, RemoteContact] = {}
        for field in fields:
            if len(found) < SEARCH_SIZE:
                statement = query.customers_like(field, term, SEARCH_SIZE)
                listed = mapping.contacts(mapping.found(self._query(statement)))
                found |= {contact.external_id: contact for contact in listed}
        return tuple(found.values())[:SEARCH_SIZE]

    def count(self) -> int:
        """As QuickBooks counts them, sub-customers and inactive ones included."""
        return mapping.total(self._query(query.how_many_customers()))

    def customers_from_sales(self, modified_since: datetime | None) -> Iterator[frozenset[str]]:
        """Nobody: everyone in this list is a customer already."""
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
        """Write after reading again: the token that a list gave may be too old, and a stale one is refused."""
        path, wish = f"/customer/{writing.checked_id(external_id)}", Wish(number, email)
        for _ in range(_STALE_RETRIES):
            try:
                return self._update(path, wish, expected)
            except failures.Stale:
                continue
        return self._update(path, wish, expected)

    def create_contact(
        self, *, name: str, email: str, number: tuple[str, str] | None, idempotency_key: str
    ) -> RemoteContact:
        """Add a customer; QuickBooks gives the first answer again to a request it has seen."""
        name = clean(name, mapping.NAME_LENGTH)
        body = writing.new(name, email, number)
        request = {"requestid": hashlib.sha256(idempotency_key.encode()).hexdigest()[:36]}
        try:
            customer, _ = mapping.one(self._ask("POST", "/customer", params=request, content=body))
        except DuplicateName as error:
            raise self._name_taken(name, error) from error
        if isinstance(customer, Skipped):
            raise failures.TROUBLES.garbled()
        return customer

    def create_draft(self, external_id: str, idempotency_key: str) -> str:
        """Never: what is saved in QuickBooks is posted."""
        del external_id, idempotency_key
        raise _no_drafts()

    def delete_draft(self, draft_id: str) -> None:
        """Never: there are none."""
        del draft_id
        raise _no_drafts()

    def _ask(self, method: str, path: str, *, params: Mapping[str, str] | None = None, content: object = None) -> bytes:
        return self._wire.ask(method, path, params={**MINOR_VERSION, **(params or {})}, content=content)

    def _query(self, statement: str) -> bytes:
        return self._ask("GET", "/query", params={"query": statement})

    def _count(self) -> None:
        self._item_count = self.count()
        self._page_count = query.pages(self._item_count)

    def _captured(self, since: datetime) -> ContactPage | None:
        """All that has changed, None when it is too long ago, or too much for one answer or for our patience."""
        if clock.now() - since > _LOOK_BACK:
            return None
        params = {"entities": "Customer", "changedSince": query.moment(since)}
        try:
            told = mapping.changed(self._ask("GET", "/cdc", params=params))
        except TryAgainLater as error:
            if error.code != failures.TIMEOUT:
                raise
            return None
        if told.held >= _MOST_CAPTURED:
            return None
        return _page(1, told.customers, 1, len(told.customers), gone=told.gone)

    def _update(self, path: str, wish: Wish, expected: RemoteContact | None) -> RemoteContact:
        customer, told = mapping.one(self._ask("GET", path))
        current = writing.writable(customer)
        writing.check_unchanged(current, wish, expected)
        changes = writing.fields(told, wish)
        if not changes:
            return current
        written, _ = mapping.one(self._ask("POST", "/customer", content=writing.update(told, changes)))
        kept = writing.writable(written)
        writing.check_kept(kept, wish)
        return kept

    def _name_taken(self, name: str, refusal: DuplicateName) -> DuplicateName:
        """The refusal with whoever has the name; customers, suppliers and employees share one list of names."""
        code, sentence, existing_id = refusal.code, refusal.sentence, None
        try:
            named = mapping.found(self._query(query.customers_named(name)))
            existing_id = next((contact.external_id for contact in mapping.contacts(named)), None)
            if named and existing_id is None:
                code, sentence = failures.said("QBO-NAME-PART")
            holder = None if named else self._other_holder(name)
            if holder:
                code, sentence = failures.said(_TAKEN[holder])
        except ProviderError:
            # the refusal itself is the news; without knowing who has the name it is still true
            existing_id = None
        return DuplicateName(code, sentence, refusal.messages, existing_id)

    def _other_holder(self, name: str) -> str | None:
        for entity in _TAKEN:
            if mapping.total(self._query(query.how_many_named(entity, name))):
                return entity
        return None


def _page(
    page: int,
    customers: Sequence[mapping.Customer],
    page_count: int | None,
    item_count: int | None,
    *,
    gone: Iterable[str] = (),
) -> ContactPage:
    return ContactPage(
        contacts=mapping.contacts(customers),
        skipped=tuple(customer for customer in customers if isinstance(customer, Skipped)),
        gone=tuple(gone),
        page=page,
        page_count=page_count,
        item_count=item_count,
    )


def _no_drafts() -> WillNeverWork:
    return WillNeverWork(*failures.said("QBO-NO-DRAFTS"))
