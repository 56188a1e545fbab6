"""Consents, codes and tokens as stored rows: what was allowed, for whom, until when. Secrets are kept as hashes."""

import secrets
import sqlite3
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import uuid4

from link4web.simulators import clock
from link4web.simulators.signing import signed
from link4web.simulators.state import state
from link4web.simulators.xero.apps import USER, USER_ID
from link4web.simulators.xero.behaviour import SWITCHES

REFRESH_LIVES_MS = 60 * 86_400 * 1000
GRACE_MS = 30 * 60 * 1000
ID_TOKEN_SECONDS = 300


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def connect(db: sqlite3.Connection, client_id: str, tenant_id: str, auth_event_id: str) -> None:
    """Connect an organisation to an app, or note that this consent confirmed an existing connection."""
    now = clock.milliseconds()
    db.execute(
        "insert into xero_connection values (?, ?, ?, ?, ?, ?, ?) on conflict (tenant_id, client_id, user_id)"
        " do update set auth_event_id = excluded.auth_event_id, updated_ms = excluded.updated_ms",
        (str(uuid4()), tenant_id, client_id, USER_ID, auth_event_id, now, now),
    )


def new_code(client_id: str, redirect_uri: str, scope: str, challenge: str, tenant_id: str) -> str:
    """Record a consent to one organisation; returns its single-use code."""
    code, event = secrets.token_urlsafe(32), str(uuid4())
    expires = clock.milliseconds() + int(SWITCHES["code_lives_seconds"] * 1000)
    with state().store.write() as db:
        connect(db, client_id, tenant_id, event)
        db.execute(
            "insert into xero_code values (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (hashed(code), client_id, USER_ID, redirect_uri, scope, event, challenge, expires),
        )
    return code


def spend_code(code: str) -> sqlite3.Row | None:
    """The grant behind a code that is neither used nor expired; it is used from now on."""
    with state().store.write() as db:
        row: sqlite3.Row | None = db.execute("select * from xero_code where hash = ?", (hashed(code),)).fetchone()
        if row is None or row["used"] or row["expires_ms"] <= clock.milliseconds():
            return None
        db.execute("update xero_code set used = 1 where hash = ?", (row["hash"],))
        return row


def spend_refresh_token(token: str, client_id: str) -> sqlite3.Row | None:
    """The grant behind a refresh token: unspent, or spent less than 30 minutes ago (the grace for a lost answer)."""
    now = clock.milliseconds()
    with state().store.write() as db:
        row: sqlite3.Row | None = db.execute(
            "select * from xero_token where hash = ? and kind = 'refresh' and client_id = ?", (hashed(token), client_id)
        ).fetchone()
        if row is None or row["expires_ms"] <= now:
            return None
        if row["spent_ms"] is not None and row["spent_ms"] + GRACE_MS <= now:
            return None
        db.execute("update xero_token set spent_ms = coalesce(spent_ms, ?) where hash = ?", (now, row["hash"]))
        return row


def issue(issuer: str, client_id: str, grant: Mapping[str, Any] | sqlite3.Row) -> dict[str, Any]:
    """Store new tokens for a grant (`user_id`, `scope`, `auth_event_id`); returns the token endpoint's answer."""
    lives = int(SWITCHES["access_token_seconds"])
    scopes, now = str(grant["scope"]).split(), int(clock.timestamp())
    access = signed(_access_claims(issuer, client_id, grant, now, lives))
    answer: dict[str, Any] = {"access_token": access, "expires_in": lives, "token_type": "Bearer"}
    if "openid" in scopes:
        answer["id_token"] = signed(_id_claims(issuer, client_id, grant, now))
    with state().store.write() as db:
        _keep(db, "access", access, client_id, grant, (now + lives) * 1000)
        if "offline_access" in scopes:
            answer["refresh_token"] = secrets.token_urlsafe(32)
            expires = clock.milliseconds() + REFRESH_LIVES_MS
            _keep(db, "refresh", answer["refresh_token"], client_id, grant, expires)
    return {**answer, "scope": " ".join(scopes)}


def revoke(token: str, client_id: str) -> None:
    """Forget all connections and tokens of the user behind a refresh token; an unknown token changes nothing."""
    with state().store.write() as db:
        row = db.execute(
            "select user_id from xero_token where hash = ? and client_id = ?", (hashed(token), client_id)
        ).fetchone()
        if row:
            db.execute("delete from xero_connection where client_id = ? and user_id = ?", (client_id, row["user_id"]))
            db.execute("delete from xero_token where client_id = ? and user_id = ?", (client_id, row["user_id"]))


def _keep(
    db: sqlite3.Connection, kind: str, token: str, client_id: str, grant: Mapping[str, Any] | sqlite3.Row, expires: int
) -> None:
    db.execute(
        "insert into xero_token values (?, ?, ?, ?, ?, ?, ?, null)",
        (hashed(token), kind, client_id, grant["user_id"], grant["scope"], grant["auth_event_id"], expires),
    )


def _access_claims(
    issuer: str, client_id: str, grant: Mapping[str, Any] | sqlite3.Row, now: int, lives: int
) -> dict[str, Any]:
    return {
        "nbf": now,
        "exp": now + lives,
        "iss": issuer,
        "aud": f"{issuer}/resources",
        "client_id": client_id,
        "sub": grant["user_id"].replace("-", ""),
        "auth_time": now,
        "xero_userid": grant["user_id"],
        "global_session_id": str(uuid4()),
        "jti": secrets.token_hex(16),
        "authentication_event_id": grant["auth_event_id"],
        "scope": str(grant["scope"]).split(),
        "amr": ["pwd"],
    }


def _id_claims(issuer: str, client_id: str, grant: Mapping[str, Any] | sqlite3.Row, now: int) -> dict[str, Any]:
    names = {**USER, "preferred_username": USER["email"], "name": f"{USER['given_name']} {USER['family_name']}"}
    return {
        "nbf": now,
        "exp": now + ID_TOKEN_SECONDS,
        "iss": issuer,
        "aud": client_id,
        "iat": now,
        "sub": grant["user_id"].replace("-", ""),
        "auth_time": now,
        "xero_userid": grant["user_id"],
        **names,
    }
