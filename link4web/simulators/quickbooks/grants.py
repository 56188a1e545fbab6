"""Consents, codes and tokens as stored rows: for whom, until when, replaced by what. Secrets are kept as hashes."""

import secrets
import sqlite3
import threading
import time
from hashlib import sha256
from typing import Any, cast
from uuid import uuid4

from link4web.simulators import clock
from link4web.simulators.quickbooks.apps import USER
from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.signing import signed
from link4web.simulators.state import state

DAY_MS = 86_400 * 1000
HARD_SECONDS = 157_680_000  # five years after consent nothing extends a refresh token any more
ID_TOKEN_SECONDS = 3600
Answer = dict[str, Any]


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def new_grant(db: sqlite3.Connection, client_id: str, realm: str, scope: str) -> str:
    """Record a consent; returns its id. Earlier consents to the same company stay good."""
    grant = str(uuid4())
    row = (grant, client_id, realm, scope, USER["sub"], clock.milliseconds())
    db.execute("insert into quickbooks_grant values (?, ?, ?, ?, ?, ?, 0)", row)
    return grant


def new_code(client_id: str, redirect_uri: str, scope: str, realm: str) -> str:
    """Record a consent to one company; returns its single-use code."""
    code = f"AB1{secrets.token_hex(22)}"
    expires = clock.milliseconds() + int(SWITCHES["code_lives_seconds"] * 1000)
    with state().store.write() as db:
        grant = new_grant(db, client_id, realm, scope)
        row = (hashed(code), grant, client_id, redirect_uri, expires)
        db.execute("insert into quickbooks_code values (?, ?, ?, ?, ?, 0)", row)
    return code


def spend_code(code: str, client_id: str, redirect_uri: str) -> sqlite3.Row | None:
    """The grant behind a code that is good for this app and address; it is used from now on."""
    with state().store.write() as db:
        row = db.execute("select * from quickbooks_code where hash = ?", (hashed(code),)).fetchone()
        good = row is not None and not row["used"] and row["expires_ms"] > clock.milliseconds()
        if not good or (row["client_id"], row["redirect_uri"]) != (client_id, redirect_uri):
            return None
        db.execute("update quickbooks_code set used = 1 where hash = ?", (row["hash"],))
        return _grant(db, row["grant_id"])


def issue(grant: sqlite3.Row, issuer: str) -> Answer:
    """First tokens for a consent."""
    with state().store.write() as db:
        answer = _tokens(db, grant, _new_refresh_token(db, grant))
    if "openid" in grant["scope"].split():
        answer["id_token"] = signed(_id_claims(grant, issuer))
    return answer


def refresh(token: str, client_id: str) -> Answer | None:
    """New tokens for a refresh token; None when it is not good (any more), or is being used at this very moment."""
    # whether a second refresh came while the first one is at work
    working = cast(dict[str, bool], state().memory.setdefault("quickbooks refreshing", {}))
    key = hashed(token)
    with _refreshing:
        if key in working:
            working[key] = True
            return None
        working[key] = False
    try:
        time.sleep(float(SWITCHES["refresh_takes_seconds"]))
        with state().store.write() as db:
            return _refreshed(db, key, token, client_id)
    finally:
        if working.pop(key) and SWITCHES["concurrent_refresh"] == "kills connection":
            _kill(key)


_refreshing = threading.Lock()


def _refreshed(db: sqlite3.Connection, key: str, token: str, client_id: str) -> Answer | None:
    row = db.execute("select * from quickbooks_token where hash = ? and kind = 'refresh'", (key,)).fetchone()
    grant = _grant(db, row["grant_id"]) if row else None
    now = clock.milliseconds()
    if grant is None or grant["client_id"] != client_id or row["expires_ms"] <= now:
        return None
    if row["replaced_ms"] is not None:
        lives = SWITCHES["old_token_grace"] and row["replaced_ms"] + DAY_MS > now
        return _tokens(db, grant, token) if lives else None
    if not _is_time_to_rotate(row["issued_ms"], now):
        db.execute("update quickbooks_token set expires_ms = ? where hash = ?", (_refresh_expiry(grant), key))
        return _tokens(db, grant, token)
    db.execute("update quickbooks_token set replaced_ms = ? where hash = ?", (now, key))
    return _tokens(db, grant, _new_refresh_token(db, grant))


def _is_time_to_rotate(issued_ms: int, now: int) -> bool:
    wanted = SWITCHES["rotate_refresh"]
    return bool(wanted == "always" or (wanted == "daily" and now >= issued_ms + DAY_MS))


def revoke(token: str) -> bool:
    """End the consent behind an access or refresh token; whether there was one."""
    return _kill(hashed(token))


def _kill(key: str) -> bool:
    with state().store.write() as db:
        done = db.execute(
            "update quickbooks_grant set dead = 1 where dead = 0 and id ="
            " (select grant_id from quickbooks_token where hash = ?)",
            (key,),
        )
        return done.rowcount > 0


def _grant(db: sqlite3.Connection, grant_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "select * from quickbooks_grant where id = ? and dead = 0", (grant_id,)
    ).fetchone()
    return row


def _tokens(db: sqlite3.Connection, grant: sqlite3.Row, refresh_token: str) -> Answer:
    now, lives = clock.milliseconds(), int(SWITCHES["access_token_seconds"])
    access = f"eyJ{secrets.token_urlsafe(600)}"
    db.execute(
        "insert into quickbooks_token values (?, 'access', ?, ?, ?, null)",
        (hashed(access), grant["id"], now, now + lives * 1000),
    )
    return {
        "token_type": "bearer",
        "access_token": access,
        "expires_in": lives,
        "refresh_token": refresh_token,
        "x_refresh_token_expires_in": max(0, (_refresh_expiry(grant) - now) // 1000),
        "x_refresh_token_hard_expires_in": max(0, (_hard_end(grant) - now) // 1000),
    }


def _new_refresh_token(db: sqlite3.Connection, grant: sqlite3.Row) -> str:
    token, now = f"AB11{secrets.token_hex(23)}", clock.milliseconds()
    db.execute(
        "insert into quickbooks_token values (?, 'refresh', ?, ?, ?, null)",
        (hashed(token), grant["id"], now, _refresh_expiry(grant)),
    )
    return token


def _refresh_expiry(grant: sqlite3.Row) -> int:
    return min(clock.milliseconds() + int(SWITCHES["refresh_token_seconds"]) * 1000, _hard_end(grant))


def _hard_end(grant: sqlite3.Row) -> int:
    return int(grant["consented_ms"]) + HARD_SECONDS * 1000


def _id_claims(grant: sqlite3.Row, issuer: str) -> Answer:
    now = int(clock.timestamp())
    return {
        "sub": grant["user"],
        "aud": [grant["client_id"]],
        "realmid": grant["realm"],
        "auth_time": now,
        "iss": issuer,
        "exp": now + ID_TOKEN_SECONDS,
        "iat": now,
    }
