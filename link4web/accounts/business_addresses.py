"""Where an organisation is: in parts for invoices, and as the one line that customers see."""

from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from link4web import tenancy
from link4web.accounts.business_models import OrganisationAddress
from link4web.accounts.models import Organisation
from link4web.audit import record
from link4web.database import db, writing

KINDS = ("street", "postal")
COUNTRIES = {"AU": "Australia", "NZ": "New Zealand"}
STATES = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
LINE_LENGTH = 500


@dataclass(frozen=True)
class Address:
    """An address; `state` is empty in New Zealand."""

    line1: str
    line2: str
    city: str
    state: str
    postcode: str
    country: str

    def in_one_line(self, home: str) -> str:
        """`14 Lee Wharf Road, Newcastle NSW 2300`; the country only for those who are not at `home`."""
        town = " ".join(filter(None, (self.city, self.state, self.postcode)))
        country = COUNTRIES[self.country] if self.country != home else ""
        return ", ".join(filter(None, (self.line1, self.line2, town, country)))[:LINE_LENGTH]


def addresses() -> dict[str, Address]:
    """The addresses of the organisation acted for, by kind (*street*, *postal*); without those that are missing."""
    return {row.kind: _address(row) for row in db.session.scalars(select(OrganisationAddress))}


def _address(row: OrganisationAddress) -> Address:
    return Address(row.line1, row.line2, row.city, row.state, row.postcode, row.country)


def save_addresses(given: dict[str, Address | None]) -> None:
    """Replace the addresses. The postal one, else the street's, becomes the line on invitations.

    With neither the line stays as it is: it may be older than the parts.
    """
    organisation_id = tenancy.organisation_id()
    with writing():
        organisation = db.session.get_one(Organisation, organisation_id, with_for_update=True)
        before = addresses()
        after = {kind: found for kind in KINDS if (found := given.get(kind))}
        if before == after:
            return
        db.session.execute(delete(OrganisationAddress))
        db.session.add_all(
            OrganisationAddress(organisation_id=organisation_id, kind=kind, **asdict(address))
            for kind, address in after.items()
        )
        shown = after.get("postal") or after.get("street")
        if shown or before:
            organisation.address = shown.in_one_line(organisation.country) if shown else ""
        changed = [kind for kind in KINDS if before.get(kind) != after.get(kind)]
        record(
            "organisation.addresses",
            chain=organisation_id,
            kind="organisation",
            object_id=organisation_id,
            changed=changed,
        )
