"""What stands here and not in the ledger, though somebody asked for it to be written there: it waits, or was refused.

That is a remark and no state: a customer can be invited all the same. The trail says how the last asking ended.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from link4web import tenancy
from link4web.audit.models import AuditEvent
from link4web.customers.words import ENDED
from link4web.database import db

ASKED, WRITTEN, REFUSED = "customer.write_back", "customer.written_back", "customer.write_back_failed"


@dataclass(frozen=True)
class Remark:
    """The customer's *number* or *email* (`what`) is not in the ledger; `reason`: why it was refused."""

    what: str
    is_refused: bool
    reason: str = ""

    @property
    def code(self) -> str:
        """The code of the problem."""
        return refusal_code(self.reason) if self.is_refused else "WRITE-BACK-WAITS"


def refusal_code(reason: str | None) -> str:
    """The code of a refusal with this reason."""
    return "WRITE-BACK-ENDED" if reason == ENDED else "WRITE-BACK-FAILED"


def remarks_on(rows: Iterable[Any]) -> dict[str, list[Remark]]:
    """The remarks on these customers (columns of `listing.ROW_COLUMNS`) by id; those without any are left out.

    Nothing is asked of the database for customers whose values are the ledger's.
    """
    lacking = {row.id: found for row in rows if (found := _not_there(row))}
    if not lacking:
        return {}
    last = _last_askings(lacking)
    remarks: dict[str, list[Remark]] = {}
    for customer_id, what in ((one, what) for one, found in lacking.items() for what in found):
        action, reason = last.get((customer_id, what), ("", ""))
        if action in (ASKED, REFUSED):
            is_refused = action == REFUSED
            remarks.setdefault(customer_id, []).append(Remark(what, is_refused, reason if is_refused else ""))
    return remarks


def _last_askings(customer_ids: Iterable[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """The last thing that happened to a value that was to be written, with its reason: by customer and value."""
    events = db.session.execute(
        select(AuditEvent.object_id, AuditEvent.action, AuditEvent.reason, AuditEvent.details)
        .where(
            AuditEvent.chain == tenancy.organisation_id(),
            AuditEvent.object_id.in_(list(customer_ids)),
            AuditEvent.action.in_((ASKED, WRITTEN, REFUSED)),
        )
        .order_by(AuditEvent.position)
    )
    return {(one, what_of(details)): (action, reason) for one, action, reason, details in events}


def what_of(details: str) -> str:
    """Which value an event is about: *number*, *email*, or nothing."""
    return str(json.loads(details).get("what", ""))


def _not_there(row: Any) -> list[str]:
    """Which values were given here and are not what the ledger has."""
    found = []
    if row.number and row.number_origin != "ledger" and not _has_number(row):
        found.append("number")
    if row.email and row.email_origin != "ledger" and row.email.casefold() != row.ledger_email.casefold():
        found.append("email")
    return found


def _has_number(row: Any) -> bool:
    number, theirs, ending = str(row.number), str(row.ledger_number), str(row.ledger_number_ending)
    if theirs:
        return "".join(filter(str.isalnum, theirs)) == number
    return bool(ending) and number.endswith(ending)
