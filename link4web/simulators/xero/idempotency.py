"""The Idempotency-Key header: per app, errors too, for six minutes (Xero developer documentation, "Idempotent
requests")."""

import threading
from collections.abc import Callable
from hashlib import sha256

from flask import Response, request

from link4web.simulators import clock
from link4web.simulators.state import state
from link4web.simulators.xero import errors
from link4web.simulators.xero.errors import ApiError

LIVES_MS = 6 * 60 * 1000
MOST_CHARACTERS = 128
# one lock is enough: two calls with one key must not both do the work
_working = threading.Lock()


def once(client_id: str, work: Callable[[], Response]) -> Response:
    """The answer of `work`, or the remembered one when this key was used before with the same request.

    Raises:
        ApiError: the key is too long, or was used with another request (400).
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key or request.method == "GET":
        return work()
    if len(key) > MOST_CHARACTERS:
        raise errors.idempotency_too_long()
    with _working:
        return _remembered(client_id, key) or _remember(client_id, key, work)


def _remembered(client_id: str, key: str) -> Response | None:
    with state().store.read() as db:
        row = db.execute("select * from xero_idempotency where client_id = ? and key = ?", (client_id, key)).fetchone()
    if row is None or row["at_ms"] + LIVES_MS <= clock.milliseconds():
        return None
    if row["fingerprint"] != _fingerprint():
        raise errors.idempotency_reuse(key)
    return Response(row["body"], row["status"], content_type=row["content_type"])


def _remember(client_id: str, key: str, work: Callable[[], Response]) -> Response:
    began = clock.milliseconds()
    try:
        response = work()
    except ApiError as trouble:
        response = trouble.response()
    kept = (client_id, key, _fingerprint(), began, response.status_code, response.content_type, response.get_data())
    with state().store.write() as db:
        db.execute("insert or replace into xero_idempotency values (?, ?, ?, ?, ?, ?, ?)", kept)
    return response


def _fingerprint() -> str:
    parts = (request.method.encode(), request.full_path.encode(), request.get_data())
    return sha256(b"\n".join(parts)).hexdigest()
