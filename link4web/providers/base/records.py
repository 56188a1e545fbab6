"""What comes back from a provider, as typed records. Raw JSON stops at the provider's mapping."""

from datetime import datetime
from typing import Literal

import msgspec

ContactStatus = Literal["active", "archived", "merged", "erased"]


class RemoteContact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A provider's record of someone the organisation deals with; absent texts are empty.

    `name` is at most 255 characters without control characters. `tax_number` and `company_number` are the ledger's
    own text, not checked (`registers.ledger_numbers` picks the business number). `number_ending` is all that a ledger
    shows of a number which it keeps from us: its last digits, or empty. `country` is "AU", "NZ", "" or the ledger's
    own words. `updated_at` is aware UTC.
    """

    external_id: str
    name: str
    person: str = ""
    email: str = ""
    tax_number: str = ""
    company_number: str = ""
    number_ending: str = ""
    is_customer: bool = False
    status: ContactStatus = "active"
    merged_into: str | None = None
    country: str = ""
    place: str = ""
    updated_at: datetime | None = None


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that is left out. `external_id` is empty when even that was unreadable.

    `reason` begins with the contact's name in “ ”, where it has one, so that whoever searches for it is told.
    """

    external_id: str
    reason: str


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a walk, 1-based. The counts are None when the provider did not give them.

    `gone` are ids of contacts that the provider itself calls deleted, where changes were asked for.
    """

    contacts: tuple[RemoteContact, ...]
    skipped: tuple[Skipped, ...]
    gone: tuple[str, ...] = ()
    page: int
    page_count: int | None
    item_count: int | None

    @property
    def is_last(self) -> bool:
        """Whether the walk ends here. A page that is merely short does not end it."""
        if not self.contacts and not self.skipped:
            return True
        return self.page_count is not None and self.page >= self.page_count


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook's word that something changed in a ledger file. `event_id` names it, so that a repeat is known.

    `is_sale`: a sales document did, which may have made somebody a customer without a change of the contact.
    `removed` is the contact that was deleted or merged away, `merged_into` the one that has taken its place.
    """

    file_id: str
    event_id: str
    is_sale: bool = False
    removed: str = ""
    merged_into: str = ""


class LedgerFile(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger that consent was given for. `remote_connection_id` is what a disconnect names."""

    file_id: str
    name: str
    remote_connection_id: str


class RemoteOrganisation(msgspec.Struct, frozen=True, kw_only=True):
    """The business that owns the ledger.

    `number_candidates` holds only ABNs and NZBNs whose check digits are right, digits only: a provider's field may
    hold a tax file number, which must not be kept or shown. `country` is "AU", "NZ" or another ISO code;
    `timezone` is an IANA name, or empty.
    """

    name: str
    legal_name: str = ""
    country: str = ""
    number_candidates: tuple[str, ...] = ()
    short_code: str = ""
    timezone: str = ""
    base_currency: str = ""


class TokenSet(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of tokens. `expires_at` is aware UTC; `consent_id` names the consent that gave them, where known."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    scope: str = ""
    consent_id: str | None = None

    def __repr__(self) -> str:
        return f"TokenSet(expires_at={self.expires_at.isoformat()}, secrets hidden)"
