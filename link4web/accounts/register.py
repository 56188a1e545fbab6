"""What the business register says about a number, remembered for a day and shared by all organisations."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from link4web import clock
from link4web.accounts.models import RegisterAnswer
from link4web.database import db, end_reading, insert_for, writing
from link4web.registers.abn_lookup import (
    AbnLookup,
    NameMatch,
    RegisterEntry,
    RegisterMisconfigured,
    RegisterUnavailable,
)
from link4web.registers.numbers import BusinessNumber

FRESH_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Finding:
    """A register's word on a number. `status`: *active*, *cancelled*, *not found*, *unchecked* (nobody could say)."""

    status: str
    name: str = ""
    state: str = ""
    postcode: str = ""
    checked_at: datetime | None = None

    @property
    def place(self) -> str:
        return " ".join(filter(None, (self.state, self.postcode)))


UNCHECKED = Finding("unchecked")


def look_up(number: BusinessNumber) -> Finding:
    """Ask the register, or our memory of it. Never raises: when it can't be asked the answer is *unchecked*.

    Ends the running read transaction; call it outside ``writing()``. NZBNs are *unchecked* until that register is
    connected.
    """
    kept = db.session.get(RegisterAnswer, (number.scheme, number.digits))
    if kept and clock.now() - kept.fetched_at < FRESH_FOR:
        return _finding(kept)
    if number.scheme != "ABN":
        return UNCHECKED
    end_reading()
    try:
        entry = _register().details(number.digits)
    except (RegisterUnavailable, RegisterMisconfigured):
        return _finding(kept) if kept else UNCHECKED
    return _finding(_remember(number, entry))


def look_up_names(name: str) -> tuple[NameMatch, ...] | None:
    """Businesses in the register under a name, best first; None when the register can't be asked."""
    end_reading()
    try:
        return _register().names(name)
    except (RegisterUnavailable, RegisterMisconfigured):
        return None


def _register() -> AbnLookup:
    register: AbnLookup = current_app.extensions["abn_lookup"]
    return register


def _finding(kept: RegisterAnswer) -> Finding:
    if not kept.found:
        return Finding("not found", checked_at=kept.fetched_at)
    details = kept.details
    return Finding(
        kept.status, kept.name, str(details.get("state", "")), str(details.get("postcode", "")), kept.fetched_at
    )


def _remember(number: BusinessNumber, entry: RegisterEntry | None) -> RegisterAnswer:
    answer = RegisterAnswer(
        scheme=number.scheme,
        number=number.digits,
        found=entry is not None,
        name=entry.name[:255] if entry else "",
        status=entry.status if entry else "",
        gst_from=entry.gst_from if entry else None,
        details={"state": entry.state, "postcode": entry.postcode, "type": entry.entity_type} if entry else {},
        fetched_at=clock.now(),
    )
    columns = {column.key: getattr(answer, column.key) for column in RegisterAnswer.__table__.columns}
    with writing():
        db.session.execute(
            insert_for(RegisterAnswer)
            .values(columns)
            .on_conflict_do_update(index_elements=["scheme", "number"], set_=columns)
        )
    return answer
