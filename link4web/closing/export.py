"""Everything an organisation holds as one file: tables as CSV, the organisation itself as JSON, in a zip.

Secrets are in none of it: whatever is kept encrypted is left out, and a bank account is named by its ending.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import LargeBinary, delete, select, tuple_

from link4web import clock, outbox, tenancy
from link4web.accounts.bank import on_file
from link4web.accounts.business_addresses import addresses
from link4web.accounts.models import Membership, Organisation, User
from link4web.activity.file import csv_pieces
from link4web.activity.reading import Asked
from link4web.audit import record
from link4web.closing.models import Export, ExportPart
from link4web.closing.services import tenant_tables
from link4web.database import Base, db, end_reading, writing
from link4web.ids import new_id
from link4web.outbox import Job
from link4web.web.csv_text import csv_lines

MAKE = "closing.export"
LEASE = 300
LIVES = timedelta(days=7)
PIECE, PART = 1000, 512 * 1024
#: Tables that hold nothing of the organisation's own, and why; the bank account stands in organisation.json.
LEFT_OUT = {
    "bank_account": "in organisation.json, by its ending",
    "customer_count": "counted from customer.csv",
    "organisation_address": "in organisation.json",
    "organisation_export": "the exports themselves",
    "organisation_export_part": "the exports themselves",
    "selection": "what somebody has ticked just now",
}
#: Copies of other columns, folded for searching.
NOT_WRITTEN = {"organisation_id", "search_text", "name_key"}

README = """Link4web: everything of {name}, as of {at} UTC.

organisation.json   name, number, addresses, settings, people with access
activity.csv        who did what, newest first
*.csv               one file for each kind of thing, one line for each of them

Times are UTC, but in activity.csv, which has the organisation's own.
A cell that a spreadsheet would take for a formula begins with '.
Not in here: connections' tokens and the full bank account, which we keep encrypted.
"""


def latest() -> Export | None:
    """The newest export that can still be waited for or downloaded."""
    found = select(Export).where(Export.expires_at > clock.now()).order_by(Export.asked_at.desc()).limit(1)
    return db.session.scalars(found).first()


def ask(user_id: str) -> str:
    """Ask for an export; its id. While one is being made, that one."""
    organisation_id = tenancy.organisation_id()
    with writing():
        db.session.get_one(Organisation, organisation_id, with_for_update=True)
        known = latest()
        if known is not None and known.state == "asked":
            return known.id
        now = clock.now()
        export = Export(
            organisation_id=organisation_id,
            id=new_id(),
            state="asked",
            asked_by=user_id,
            asked_at=now,
            expires_at=now + LIVES,
        )
        db.session.add(export)
        outbox.add(MAKE, export.id, organisation_id=organisation_id, payload={"export": export.id})
        _record("organisation.export_asked", export.id)
    return export.id


def make(job: Job) -> None:
    """Write the file into its parts; begun again, it begins anew."""
    organisation_id, export_id = tenancy.organisation_id(), job.payload["export"]
    with writing():
        export = db.session.get(Export, (organisation_id, export_id))
        if export is None or export.state != "asked":
            return
        db.session.execute(delete(ExportPart).where(ExportPart.export_id == export_id))
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, pieces in _files(organisation_id):
                with archive.open(name, "w", force_zip64=True) as entry:
                    for piece in pieces:
                        entry.write(piece.encode())
                outbox.postpone(job, LEASE)
        size = file.tell()
        file.seek(0)
        _store(job, export_id, file)
    with writing():
        export = db.session.get_one(Export, (organisation_id, export_id))
        export.state, export.size, export.ready_at = "ready", size, clock.now()
        export.expires_at = clock.now() + LIVES
        _record("organisation.export_ready", export_id)


def _store(job: Job, export_id: str, file: IO[bytes]) -> None:
    number = 0
    while content := file.read(PART):
        with writing():
            db.session.add(
                ExportPart(
                    organisation_id=tenancy.organisation_id(), export_id=export_id, number=number, content=content
                )
            )
        db.session.expunge_all()
        outbox.postpone(job, LEASE)
        number += 1


def failed(job: Job, state: str, code: str) -> None:
    """The job is over without success: the page says so, and another one may be asked for."""
    del state, code
    export = db.session.get(Export, (tenancy.organisation_id(), job.payload["export"]))
    if export is not None:
        export.state = "failed"
        _record("organisation.export_failed", export.id)


def take(export_id: str) -> Iterator[bytes] | None:
    """The file in parts, and a line in the trail about who took it; None when there is no such file (any more)."""
    organisation_id = tenancy.organisation_id()
    export = db.session.get(Export, (organisation_id, export_id))
    if export is None or export.state != "ready" or export.expires_at <= clock.now():
        return None
    with writing():
        _record("organisation.exported", export_id)
    return _parts(organisation_id, export_id)


def _parts(organisation_id: str, export_id: str) -> Iterator[bytes]:
    number = 0
    while True:
        with tenancy.acting_for(organisation_id):
            wanted = ExportPart.export_id == export_id, ExportPart.number == number
            content = db.session.scalar(select(ExportPart.content).where(*wanted))
            end_reading()
        if content is None:
            return
        yield content
        number += 1


def forget_old() -> int:
    """Delete the exports whose time is over, in all organisations; how many."""
    with tenancy.system("exports of all organisations run out by the clock"):
        old = db.session.execute(
            select(Export.organisation_id, Export.id).where(Export.expires_at <= clock.now()).limit(PIECE)
        ).all()
    end_reading()
    for organisation_id, export_id in old:
        with tenancy.acting_for(organisation_id), writing():
            db.session.execute(delete(Export).where(Export.id == export_id))
    return len(old)


def _record(action: str, export_id: str) -> None:
    record(action, chain=tenancy.organisation_id(), kind="organisation_export", object_id=export_id)


def exported_tables() -> list[type[Base]]:
    """The tables that become a file each."""
    return [table for table in tenant_tables() if table.__tablename__ not in LEFT_OUT]


def _files(organisation_id: str) -> Iterator[tuple[str, Iterator[str]]]:
    organisation = db.session.get_one(Organisation, organisation_id)
    at = clock.now().isoformat(sep=" ", timespec="minutes")[:16]
    yield "README.txt", iter([README.format(name=organisation.name, at=at)])
    yield "organisation.json", iter([json.dumps(_about(organisation), indent=2, ensure_ascii=False)])
    yield "activity.csv", csv_pieces(Asked(), organisation.timezone)
    for table in exported_tables():
        yield f"{table.__tablename__}.csv", _table(table)


def _about(organisation: Organisation) -> dict[str, Any]:
    bank = on_file()
    people = db.session.execute(
        select(User.name, User.email, Membership.role, Membership.created_at)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation.id)
        .order_by(User.name, User.id)
    )
    return {
        "name": organisation.name,
        "country": organisation.country,
        "time_zone": organisation.timezone,
        "number_scheme": organisation.number_scheme,
        "number": organisation.number,
        "number_status": organisation.number_status,
        "register_name": organisation.register_name,
        "address_on_invitations": organisation.address,
        "addresses": {kind: vars(address) for kind, address in addresses().items()},
        "bank_account_ends_in": bank.ending if bank else None,
        "invite_without_number": organisation.invite_without_number,
        "invitation_message": organisation.invitation_message,
        "created_at": organisation.created_at.isoformat(timespec="seconds"),
        "people": [
            {"name": name, "email": email, "role": role, "since": since.isoformat(timespec="seconds")}
            for name, email, role, since in people
        ],
    }


def _table(table: type[Base]) -> Iterator[str]:
    """All rows of a table in the order of its key, in pieces; no transaction stays open between two of them."""
    names = [
        column.key
        for column in table.__table__.columns
        if column.key not in NOT_WRITTEN and not isinstance(column.type, LargeBinary)
    ]
    key = [getattr(table, column.key) for column in table.__table__.primary_key if column.key != "organisation_id"]
    columns = [getattr(table, name) for name in names]
    yield csv_lines([names])
    last: Sequence[Any] = ()
    while True:
        wanted = select(*columns, *(one.label(f"key_{place}") for place, one in enumerate(key))).order_by(*key)
        if last:
            wanted = wanted.where(tuple_(*key) > tuple_(*last))
        rows = db.session.execute(wanted.limit(PIECE)).all()
        end_reading()
        if rows:
            yield csv_lines([_written(value) for value in row[: len(names)]] for row in rows)
        if len(rows) < PIECE or not key:
            return
        last = rows[-1][len(names) :]


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
