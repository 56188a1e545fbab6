"""The sample register: entries for the demo ledgers' businesses, with the namesakes that make matching hard."""

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from link4web.simulators.businesses import Business, Dice
from link4web.simulators.folding import fold
from link4web.simulators.sample_numbers import is_abn, is_acn, sample_abn

SCHEMA = """
create table if not exists abr_entry (
  abn text primary key, acn text not null, name_key text not null, body text not null
) without rowid;
create index if not exists abr_entry_acn on abr_entry (acn) where acn != ''
"""
Entry = dict[str, Any]
COMPANY, SOLE_TRADER, CO_OP = (
    ("PRV", "Australian Private Company"),
    ("IND", "Individual/Sole Trader"),
    ("COP", "Co-operative"),
)
# abn, name, business names, type, state, postcode, active, status from, GST from
SPECIAL = (
    ("86151956832", "DRY CREEK JOINERY PTY LTD", ["Dry Creek Joinery"], COMPANY, "SA", "5253", True, "2014-07-01",
     "2014-07-01"),
    ("91741840494", "Dry Creek Joiners & Sons", ["Dry Creek Joiners & Sons"], SOLE_TRADER, "SA", "5094", True,
     "2018-02-12", None),
    ("32136694672", "Dry Creek Joinery", ["Dry Creek Joinery"], SOLE_TRADER, "NT", "0822", False, "2021-03-15", None),
    ("42649931524", "MARRAM GRASS CAFE PTY LTD", ["Marram Grass Café"], COMPANY, "NSW", "2444", True, "2016-09-01",
     "2016-09-01"),
    ("52341672110", "WATTLE & WHARF COFFEE PTY LTD", ["Wattle & Wharf Coffee"], COMPANY, "NSW", "2300", True,
     "2012-03-05", "2012-03-05"),
)  # fmt: skip
STATES = ("NSW", "VIC", "QLD", "SA", "WA", "TAS", "NT", "ACT")


def fill(db: sqlite3.Connection, businesses: Iterable[Business]) -> None:
    """Register the Australian businesses, and namesakes for some of them."""
    special = {facts[0] for facts in SPECIAL}
    entries = [_special(facts) for facts in SPECIAL]
    for company in businesses:
        if company.country == "AU" and company.number not in special and is_abn(company.number):
            entries += [entry_of(company), *_namesakes(company)]
    save(db, entries)


def save(db: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    rows = [(one["Abn"], one["Acn"], _key(one), msgspec.json.encode(one).decode()) for one in entries]
    db.executemany("insert or replace into abr_entry values (?, ?, ?, ?)", rows)


def entry_of(company: Business) -> Entry:
    """The register's entry for a business: mostly active, mostly registered for GST."""
    dice = Dice(f"abr {company.number}")
    is_company = company.name.endswith("Pty Ltd")
    kind = COMPANY if is_company else CO_OP if "Co-op" in company.name else SOLE_TRADER
    since = f"{2001 + dice.below(22)}-{1 + dice.below(12):02d}-01"
    legal = company.name.upper() if is_company else f"{company.family.upper()}, {company.given.upper()}"
    active, has_gst = dice.below(40) > 0, dice.below(10) > 0
    return entry(
        company.number, legal, [company.name.removesuffix(" Pty Ltd")], kind, company.state, company.postcode,
        active, since, since if has_gst else None,
    )  # fmt: skip


def entry(
    abn: str, name: str, business_names: list[str], kind: tuple[str, str], state: str, postcode: str, active: bool,
    status_from: str, gst_from: str | None,
) -> Entry:  # fmt: skip
    return {
        "Abn": abn,
        "AbnStatus": "Active" if active else "Cancelled",
        "AbnStatusEffectiveFrom": status_from,
        "Acn": abn[2:] if kind is COMPANY and is_acn(abn[2:]) else "",
        "AddressDate": status_from,
        "AddressPostcode": postcode,
        "AddressState": state,
        "BusinessName": business_names,
        "EntityName": name,
        "EntityTypeCode": kind[0],
        "EntityTypeName": kind[1],
        "Gst": gst_from if active else None,
        "Message": "",
    }


def by_abn(db: sqlite3.Connection, abn: str) -> Entry | None:
    row = db.execute("select body from abr_entry where abn = ?", (abn,)).fetchone()
    return msgspec.json.decode(row["body"], type=Entry) if row else None


def by_acn(db: sqlite3.Connection, acn: str) -> Entry | None:
    row = db.execute("select body from abr_entry where acn = ? limit 1", (acn,)).fetchone()
    return msgspec.json.decode(row["body"], type=Entry) if row else None


def all_entries(db: sqlite3.Connection, text: str, most: int) -> list[Entry]:
    """Entries whose names contain all words of `text`."""
    words = [f"%{word}%" for word in fold(text).split()][:6]
    condition = " and ".join(["name_key like ?"] * len(words)) or "1"
    query = f"select body from abr_entry where {condition} order by name_key limit ?"  # noqa: S608 (question marks)
    return [msgspec.json.decode(row["body"], type=Entry) for row in db.execute(query, (*words, most))]


def candidates(db: sqlite3.Connection, text: str, most: int) -> list[Entry]:
    """Entries whose names share a longer word's beginning with `text`, for scoring."""
    words = [
        word for word in fold(text).replace("&", " ").split() if len(word) > 2 and word not in ("pty", "ltd", "the")
    ]
    found: dict[str, Entry] = {}
    for word in words[:5]:
        rows = db.execute("select abn, body from abr_entry where name_key like ? limit ?", (f"%{word[:5]}%", most))
        found.update({row["abn"]: msgspec.json.decode(row["body"], type=Entry) for row in rows})
    return list(found.values())


def names_of(one: Entry) -> list[tuple[str, str]]:
    """The entry's names with the register's word for their kind."""
    business_names = [(name, "Business Name") for name in one["BusinessName"]]
    return [(one["EntityName"], "Entity Name"), *business_names]


def _special(facts: tuple[Any, ...]) -> Entry:
    return entry(*facts)


def _key(one: Entry) -> str:
    return fold(" | ".join(name for name, _ in names_of(one)))


def _namesakes(company: Business) -> list[Entry]:
    """For one in seven a similar name elsewhere, for one in eleven a cancelled predecessor of the same name."""
    dice = Dice(f"namesake {company.number}")
    short = company.name.removesuffix(" Pty Ltd").removesuffix(" Group")
    found = []
    if dice.below(7) == 0:
        elsewhere, postcode = dice.one_of(STATES), f"{5000 + dice.below(900)}"
        other, number = f"{short} {company.family}", sample_abn(dice.below(65536) * 9973)
        found.append(entry(number, other, [other], SOLE_TRADER, elsewhere, postcode, True, "2019-05-01", None))
    if dice.below(11) == 0:
        number, place = sample_abn(dice.below(65536) * 7919), (company.state, company.postcode)
        found.append(entry(number, short, [short], SOLE_TRADER, *place, False, "2017-11-30", None))
    return found
