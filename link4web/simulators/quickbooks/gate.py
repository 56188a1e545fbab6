"""What every call of the Accounting API passes: token, company, limits, faults, `requestid`."""

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from flask import Blueprint, Response, request

from link4web.simulators import clock, control
from link4web.simulators.quickbooks import errors
from link4web.simulators.quickbooks.apps import ACCOUNTING
from link4web.simulators.quickbooks.behaviour import NAME, SWITCHES
from link4web.simulators.quickbooks.envelope import refused
from link4web.simulators.quickbooks.errors import ApiError
from link4web.simulators.quickbooks.limits import limits
from link4web.simulators.state import state

BASE = "/v3/company"
TRACED = ("/v1/", "/v2/", "/v3/", "/oauth2/")
REQUEST_LIVES_MS = 86_400 * 1000
# one lock is enough: two calls with one requestid must not both do the work
_working = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who calls, about which company."""

    client_id: str
    realm: str


Handler = Callable[..., Response]


def add_trace(blueprint: Blueprint) -> None:
    """Every answer of the API and of the token endpoints can be told by its `intuit_tid`, refusals above all.

    After Intuit developer documentation, "Best practices".
    """

    @blueprint.after_request
    def traced(response: Response) -> Response:
        if request.path.removeprefix(f"/{NAME}").startswith(TRACED):
            response.headers["intuit_tid"] = f"1-{uuid4()}"
        return response


def resource(blueprint: Blueprint, method: str, rule: str) -> Callable[[Handler], Handler]:
    """Serve `method /v3/company/<realm>/rule` to those whom the gate lets in."""

    def register(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def guarded(realm: str, **ids: str) -> Response:
            return _pass(realm, functools.partial(handler, **ids))

        endpoint = f"{method} {rule}".replace(".", "_")
        blueprint.add_url_rule(f"{BASE}/<realm>{rule}", endpoint, guarded, methods=[method])
        return handler

    return register


def _pass(realm: str, handler: Handler) -> Response:
    try:
        call = admit(realm)
        with limits().place(realm, call.client_id, batch=request.path.endswith("/batch")):
            failing = control.failing_answer(NAME)
            if isinstance(failing, Response):
                return failing
            return _once(call, functools.partial(handler, call))
    except ApiError as trouble:
        return refused(trouble)


def admit(realm: str) -> Call:
    """The caller of this request.

    Raises:
        ApiError: no valid token (401), another company or no accounting scope (403), a lapsed company (400).
    """
    grant = bearer_grant()
    if grant["realm"] != realm or ACCOUNTING not in grant["scope"].split():
        raise errors.not_authorised()
    if SWITCHES["user_access"] == "lost":
        raise errors.user_lost()
    writes = request.method == "POST" and not request.path.endswith("/query")
    if writes and SWITCHES["subscription"] == "lapsed":
        raise errors.lapsed()
    return Call(client_id=grant["client_id"], realm=realm)


def bearer_grant() -> dict[str, str]:
    """The consent behind the request's access token.

    Raises:
        ApiError: 401.
    """
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or len(bearer.strip()) < 20:
        raise errors.not_authenticated("Malformed bearer token: too short or too long")
    hashed = sha256(bearer.strip().encode()).hexdigest()
    with state().store.read() as db:
        row = db.execute(
            "select g.*, t.expires_ms from quickbooks_token t join quickbooks_grant g on g.id = t.grant_id"
            " where t.hash = ? and t.kind = 'access'",
            (hashed,),
        ).fetchone()
    if row is None:
        raise errors.not_authenticated("Token not found")
    if row["dead"]:
        raise errors.not_authenticated("Token revoked")
    if row["expires_ms"] <= clock.milliseconds():
        raise errors.not_authenticated("Token expired")
    return {name: str(row[name]) for name in ("id", "client_id", "realm", "scope")}


def _once(call: Call, work: Callable[[], Response]) -> Response:
    """The answer of `work`, or the first one to this `requestid` (Intuit, "REST API features")."""
    request_id = request.args.get("requestid", "")
    if not request_id or request.method == "GET":
        return work()
    if len(request_id) > 50:
        raise errors.Fault(2130, "Invalid Request Id Format", f"Supplied value:{request_id}", "requestid")
    with _working:
        key = (call.realm, call.client_id, request_id)
        return _remembered(key) or _remember(key, work)


def _remembered(key: tuple[str, str, str]) -> Response | None:
    with state().store.read() as db:
        row = db.execute(
            "select * from quickbooks_request where realm = ? and client_id = ? and request_id = ?", key
        ).fetchone()
    if row is None or row["at_ms"] + REQUEST_LIVES_MS <= clock.milliseconds():
        return None
    return Response(row["body"], row["status"], content_type=row["content_type"])


def _remember(key: tuple[str, str, str], work: Callable[[], Response]) -> Response:
    response = work()
    kept = (*key, clock.milliseconds(), response.status_code, response.content_type, response.get_data())
    with state().store.write() as db:
        db.execute("insert or replace into quickbooks_request values (?, ?, ?, ?, ?, ?, ?)", kept)
    return response
