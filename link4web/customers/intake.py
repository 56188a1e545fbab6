"""Take a ledger's contacts into the customer table: what is new, what has changed, and nothing silently overwritten."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.exc import IntegrityError

from link4web import clock, tenancy
from link4web.customers import keys, states
from link4web.customers.counting import Tally
from link4web.customers.known import Lookup
from link4web.customers.models import Customer, SkippedContact
from link4web.customers.services import number_is_optional
from link4web.database import db, insert_for, writing
from link4web.ids import new_id, new_neighbours
from link4web.mail.address import email_key
from link4web.providers.base.records import RemoteContact, Skipped
from link4web.registers.ledger_numbers import business_number
from link4web.registers.numbers import ABN_LENGTH, NZBN_LENGTH, BusinessNumber, Country

CHUNK = 200
SHORTEST_TAX_FILE_NUMBER = 8
# shorter than any limit on an address's parts
_PLAIN_LENGTH = 64
# letters, digits and single signs between them, under an ending that is never reserved
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:com|net|org|biz|info|example|au|nz)",
    re.IGNORECASE | re.ASCII,
)

_LEDGER_COLUMNS = (
    "name",
    "person",
    "country",
    "place",
    "ledger_email",
    "ledger_number",
    "ledger_number_ending",
    "ledger_status",
    "ledger_updated_at",
    "merged_into",
    "is_customer",
)
_OWN_COLUMNS = (
    "id",
    "external_id",
    "email",
    "email_key",
    "email_origin",
    "number_scheme",
    "number",
    "number_origin",
    "number_status",
    "register_name",
    "invitation_state",
    "invite_anyway",
    "state",
    "version",
    "sync_serial",
    "sync_change",
    "walk_serial",
)
_KNOWN = Lookup([getattr(Customer, name) for name in (*_OWN_COLUMNS, *_LEDGER_COLUMNS)])


@dataclass
class Intake:
    """Contacts going into one connection. `new` and `changed` count what they did, `seen` whom a walk has met.

    `serial` numbers the sync; None outside of one, then the last sync's own news stay as they are.
    """

    connection_id: str
    serial: int | None
    country: Country | None
    is_walk: bool = False
    new: int = 0
    changed: int = 0
    seen: int = 0
    _optional: bool = field(default=False, init=False, repr=False)

    def take(self, contacts: Iterable[RemoteContact]) -> None:
        """Bring these contacts in, at most 200 in a transaction."""
        for chunk in _chunks(contacts):
            try:
                self._take_chunk(chunk)
            except IntegrityError:  # another intake has brought one of them in since we looked: now it is known
                self._take_chunk(chunk)

    def _take_chunk(self, contacts: Sequence[RemoteContact]) -> None:
        with writing():
            self._take_held(contacts)

    def _take_held(self, contacts: Sequence[RemoteContact]) -> None:
        latest = {contact.external_id: contact for contact in contacts}
        known = _KNOWN.rows(self.connection_id, latest)
        self._optional = number_is_optional()
        tally, inserts, updates, same = Tally(self.connection_id), [], [], []
        for external_id, contact in latest.items():
            before = known.get(external_id)
            if before is None:
                inserts.append(self._as_ledger_says(contact))
                tally.moved(None, inserts[-1]["state"])
            elif change := self._changes(before, contact):
                updates.append(change)
                tally.moved(before.state, change["state"])
            else:
                same.append(before.id)
        self._write(inserts, updates, same)
        tally.apply()
        self.new += len(inserts)
        self.changed += len(updates)
        self.seen += sum(1 for one in latest if one not in known or not self._has_seen(known[one]))

    def _has_seen(self, before: Row[Any]) -> bool:
        """Whether the walk has come by here already: a page may be read twice."""
        return self.is_walk and bool(before.walk_serial == self.serial)

    def _write(self, inserts: list[dict[str, Any]], updates: list[dict[str, Any]], same: list[str]) -> None:
        if inserts:
            for row, identifier in zip(inserts, new_neighbours(len(inserts)), strict=True):
                row["id"] = identifier
            tenancy.insert_many(Customer, inserts, self._at_first())
        if updates:
            db.session.execute(update(Customer), updates)
        if same and self.is_walk:
            # row by row, by primary key: without statistics PostgreSQL would walk over the organisation for a list
            own = {"organisation_id": tenancy.organisation_id(), "walk_serial": self.serial}
            db.session.execute(update(Customer), [{**own, "id": identifier} for identifier in same])

    def new_row(self, contact: RemoteContact) -> dict[str, Any]:
        """All columns of a customer we don't have yet."""
        own = {"organisation_id": tenancy.organisation_id(), "id": new_id()}
        return {**own, **self._as_ledger_says(contact), **self._at_first()}

    def _at_first(self) -> dict[str, Any]:
        """What all customers that come in together have in common."""
        now = clock.now()
        return {
            "connection_id": self.connection_id,
            "email_origin": "ledger",
            "number_origin": "ledger",
            "number_status": "unchecked",
            "register_name": "",
            "invitation_state": "",
            "invite_anyway": False,
            "sync_serial": self.serial or 0,
            "sync_change": "new",
            "walk_serial": self.serial or 0,
            "version": 1,
            "created_at": now,
            "updated_at": now,
            "state_since": now,
        }

    def _as_ledger_says(self, contact: RemoteContact) -> dict[str, Any]:
        number = self._read_number(contact)
        row = ledger_columns(contact, self._scheme(contact, number))
        row["external_id"] = contact.external_id
        row["name_key"] = keys.name_key(contact.name)
        row |= self._email(contact)
        row |= self._number(number)
        row["invitation_state"], row["invite_anyway"] = "", False
        return self._decided(row)

    def _changes(self, before: Row[Any], contact: RemoteContact) -> dict[str, Any] | None:
        number = self._read_number(contact)
        ledger = ledger_columns(contact, self._scheme(contact, number))
        fields = before._mapping  # noqa: SLF001 (SQLAlchemy's public name for a row as a mapping)
        if all(fields[name] == ledger[name] for name in _LEDGER_COLUMNS):
            return None
        row = dict(fields)
        row.update(ledger, name_key=keys.name_key(contact.name))
        if before.email_origin == "ledger":
            row.update(self._email(contact))
        if before.number_origin == "ledger":
            row.update(self._number(number))
            if row["number"] != before.number:
                row.update(number_status="unchecked", register_name="")
        self._decided(row)
        now = clock.now()
        row.update(organisation_id=tenancy.organisation_id(), version=before.version + 1, updated_at=now)
        if self.serial is not None:
            was_new = before.sync_serial == self.serial and before.sync_change == "new"
            row.update(sync_serial=self.serial, sync_change="new" if was_new else "changed", walk_serial=self.serial)
        if row["state"] != before.state:
            row["state_since"] = now
        return row

    def _email(self, contact: RemoteContact) -> dict[str, str]:
        return {"email": contact.email, "email_key": _email_key(contact.email) if contact.email else ""}

    def _read_number(self, contact: RemoteContact) -> BusinessNumber | None:
        return business_number(contact, self.country) if contact.tax_number or contact.company_number else None

    def _number(self, number: BusinessNumber | None) -> dict[str, str]:
        return {"number_scheme": number.scheme if number else "", "number": number.digits if number else ""}

    def _scheme(self, contact: RemoteContact, number: BusinessNumber | None) -> str:
        """Which number this contact has or should have, as `rows.RowMaker.scheme_of` says it."""
        if number:
            return number.scheme
        where = contact.country if contact.country in ("AU", "NZ") else self.country
        return "NZBN" if where == "NZ" else "ABN"

    def _decided(self, row: dict[str, Any]) -> dict[str, Any]:
        row["state"] = _state(
            row["is_customer"],
            row["ledger_status"],
            bool(row["number"]),
            bool(row["email_key"]),
            row["invitation_state"],
            row["invite_anyway"],
            self._optional,
        )
        row["search_text"] = keys.search_text(
            row["name"], row["person"], row["email"], row["ledger_email"], row["number"], row["ledger_number"]
        )
        return row

    def skip(self, skipped: Sequence[Skipped], page: int) -> None:
        """Remember contacts of this page that could not be read, with the reason."""
        if not skipped:
            return
        rows = {
            problem.external_id or f"unreadable-{page}-{place}": {
                "organisation_id": tenancy.organisation_id(),
                "connection_id": self.connection_id,
                "external_id": (problem.external_id or f"unreadable-{page}-{place}")[:64],
                "reason": problem.reason[:300],
                "sync_serial": self.serial or 0,
            }
            for place, problem in enumerate(skipped)
        }
        with writing():
            statement = insert_for(SkippedContact)
            db.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["organisation_id", "connection_id", "external_id"],
                    set_={"reason": statement.excluded.reason, "sync_serial": statement.excluded.sync_serial},
                ),
                list(rows.values()),
            )


def ledger_columns(contact: RemoteContact, scheme: str) -> dict[str, Any]:
    """The columns that repeat what the ledger says; of its two number fields the one where `scheme` belongs."""
    return {
        "name": contact.name,
        "person": contact.person[:255],
        "country": contact.country[:50],
        "place": contact.place[:255],
        "ledger_email": contact.email[:255],
        "ledger_number": _shown_number(contact.company_number if scheme == "NZBN" else contact.tax_number),
        "ledger_number_ending": contact.number_ending[:5],
        "ledger_status": contact.status,
        "ledger_updated_at": contact.updated_at,
        "merged_into": contact.merged_into or "",
        "is_customer": contact.is_customer,
    }


@lru_cache(1024)
def _state(*facts: Any) -> str:
    """The state that follows from these values of `states.Facts`, which take few combinations."""
    return states.decide(states.Facts(*facts))


def _shown_number(text: str) -> str:
    """The ledger's own text, unless it may hold a tax file or IRD number (8 or 9 digits): those are never stored."""
    if len(text) < SHORTEST_TAX_FILE_NUMBER:
        return text
    digits = sum(map(str.isdigit, text))
    return text[:50] if digits < SHORTEST_TAX_FILE_NUMBER or ABN_LENGTH - 1 <= digits <= NZBN_LENGTH + 1 else ""


def _email_key(address: str) -> str:
    """`mail.address.email_key`; the addresses nearly everybody has need none of its care, which costs 0.1 ms each."""
    if len(address) <= _PLAIN_LENGTH and _PLAIN_ADDRESS.fullmatch(address):
        return address.casefold()
    return email_key(address)


def _chunks(contacts: Iterable[RemoteContact]) -> Iterator[list[RemoteContact]]:
    iterator = iter(contacts)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
