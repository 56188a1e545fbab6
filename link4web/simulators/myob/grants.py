"""Consents, codes and tokens as stored rows: who allowed which app into which business, until when.

How long a refresh token or a consent lives MYOB documents nowhere; what people report stands in `behaviour`.
"""

import secrets
import sqlite3
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from link4web.simulators import clock
from link4web.simulators.myob import apps
from link4web.simulators.myob.behaviour import SWITCHES
from link4web.simulators.state import state

DAY_MS = 86_400_000
Grant = Mapping[str, Any] | sqlite3.Row


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def opaque() -> str:
    """A code or token in MYOB's shape: an exclamation mark after the first letters, then what looks like base64."""
    return f"{secrets.token_urlsafe(3)}!IAAAA{secrets.token_urlsafe(48)}"


def consent(client_id: str, business_id: str, user_id: str, scope: str) -> None:
    """Note that somebody allowed an app into one business; a new consent takes the place of the old one."""
    with state().store.write() as db:
        db.execute(
            "insert or replace into myob_consent values (?, ?, ?, ?, ?)",
            (client_id, business_id, user_id, scope, clock.milliseconds()),
        )


def standing_consent(client_id: str) -> sqlite3.Row | None:
    """The last consent that an app was given, as MYOB remembers it when it isn't told to ask again."""
    with state().store.read() as db:
        row: sqlite3.Row | None = db.execute(
            "select * from myob_consent where client_id = ? order by given_ms desc limit 1", (client_id,)
        ).fetchone()
    return row


def new_code(grant: Grant, redirect_uri: str) -> str:
    """A single-use code for a consent (`client_id`, `business_id`, `user_id`, `scope`)."""
    code = opaque()
    expires = clock.milliseconds() + int(SWITCHES["code_lives_seconds"] * 1000)
    with state().store.write() as db:
        db.execute(
            "insert into myob_code values (?, ?, ?, ?, ?, ?, ?, 0)",
            (hashed(code), *_of(grant)[:3], redirect_uri, grant["scope"], expires),
        )
    return code


def spend_code(code: str) -> sqlite3.Row | None:
    """The grant behind a code that is neither used nor expired; it is used from now on."""
    with state().store.write() as db:
        row: sqlite3.Row | None = db.execute("select * from myob_code where hash = ?", (hashed(code),)).fetchone()
        if row is None or row["used"] or row["expires_ms"] <= clock.milliseconds():
            return None
        db.execute("update myob_code set used = 1 where hash = ?", (row["hash"],))
        return row


def spend_refresh_token(token: str, client_id: str) -> sqlite3.Row | None:
    """The grant behind a refresh token whose consent still stands; it is used up, unless tokens don't rotate."""
    now = clock.milliseconds()
    oldest = now - int(SWITCHES["consent_days"] * DAY_MS)
    with state().store.write() as db:
        row: sqlite3.Row | None = db.execute(
            "select t.* from myob_token t join myob_consent c using (client_id, business_id) where t.hash = ?"
            " and t.kind = 'refresh' and t.client_id = ? and t.expires_ms > ? and c.given_ms > ?",
            (hashed(token), client_id, now, oldest),
        ).fetchone()
        if row is not None and SWITCHES["refresh_rotation"] == "new":
            db.execute("delete from myob_token where hash = ?", (row["hash"],))
        return row


def issue(grant: Grant, refresh_token: str = "") -> dict[str, Any]:
    """Store new tokens for a grant; returns the token address's answer. `refresh_token` is given again, not made."""
    lives, now = int(SWITCHES["access_token_seconds"]), clock.milliseconds()
    access, refresh = opaque(), refresh_token or opaque()
    with state().store.write() as db:
        _keep(db, "access", access, grant, now + lives * 1000)
        _keep(db, "refresh", refresh, grant, now + int(SWITCHES["refresh_token_days"] * DAY_MS))
    user = apps.USERS[grant["user_id"]]
    return {
        "access_token": access,
        "token_type": "bearer",
        "expires_in": str(lives) if SWITCHES["expires_in"] == "text" else lives,
        "refresh_token": refresh,
        "scope": grant["scope"],
        "user": {"uid": user.uid, "username": user.username},
    }


def disconnect(business_id: str | None) -> int:
    """Take consents and their tokens away, as somebody does in my.MYOB; None means all. How many businesses."""
    with state().store.write() as db:
        db.execute("delete from myob_token where ? is null or business_id = ?", (business_id, business_id))
        gone = db.execute("delete from myob_consent where ? is null or business_id = ?", (business_id, business_id))
        return gone.rowcount


def _of(grant: Grant) -> tuple[str, str, str, str]:
    return grant["client_id"], grant["business_id"], grant["user_id"], grant["scope"]


def _keep(db: sqlite3.Connection, kind: str, token: str, grant: Grant, expires_ms: int) -> None:
    db.execute("insert or replace into myob_token values (?, ?, ?, ?, ?, ?, ?)",
               (hashed(token), kind, *_of(grant), expires_ms))  # fmt: skip
