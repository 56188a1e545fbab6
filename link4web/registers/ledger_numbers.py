"""Which business number a ledger's contact has, out of the free text in its two number fields."""

from link4web.providers.base.records import RemoteContact
from link4web.registers.numbers import BusinessNumber, Country, abn_or_none, nzbn_or_none


def business_number(contact: RemoteContact, country: Country | None) -> BusinessNumber | None:
    """The contact's ABN or NZBN, None when neither field holds a valid one.

    `country` is the organisation's; the contact's own address decides before it when it is in AU or NZ. Either field
    may hold either number, since no provider checks them. A number in its own field wins over one in the other.
    """
    where = contact.country if contact.country in ("AU", "NZ") else country
    abns = ((abn_or_none, contact.tax_number), (abn_or_none, contact.company_number))
    nzbns = ((nzbn_or_none, contact.company_number), (nzbn_or_none, contact.tax_number))
    for read, text in nzbns + abns if where == "NZ" else abns + nzbns:
        # a sync asks this for every contact: an empty field isn't worth a check
        if text and (number := read(text)):
            return number
    return None
