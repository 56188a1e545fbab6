"""Changes are made to the object as it is now, or not at all: SyncToken and its fault 5010 (Intuit, "Error codes")."""

import sqlite3

from link4web.simulators.quickbooks import apps, errors, records
from link4web.simulators.quickbooks.records import Object


def current(db: sqlite3.Connection, realm: str, kind: str, sent: Object) -> sqlite3.Row:
    """The row of the object that `sent` changes.

    Raises:
        ApiError: 400, there is none (610), no SyncToken (2020), or an old one (5010).
    """
    row = records.row_of(db, realm, kind, sent["Id"])
    if row is None:
        raise errors.not_found()
    if sent.get("SyncToken") is None:
        raise errors.missing("SyncToken")
    if str(sent["SyncToken"]) != str(row["sync_token"]):
        raise errors.stale(f"{apps.USER['givenName']} {apps.USER['familyName']}")
    return row
