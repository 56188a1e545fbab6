"""What every Accounting API call passes: token, organisation, scope, limits, faults, idempotency, in Xero's order."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from flask import Blueprint, Response, g, request

from link4web.simulators import clock, control
from link4web.simulators.state import state
from link4web.simulators.xero import errors, idempotency
from link4web.simulators.xero.as_xml import in_wanted_format
from link4web.simulators.xero.behaviour import NAME, SWITCHES
from link4web.simulators.xero.errors import ApiError
from link4web.simulators.xero.limits import limits

BASE = "/api.xro/2.0"


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who calls, about which organisation."""

    client_id: str
    user_id: str
    tenant_id: str
    country: str


Handler = Callable[..., Response]


class Gate:
    """Registers the resources of the Accounting API on a blueprint, each behind its scope."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint

    def resource(self, method: str, rule: str, scope: str) -> Callable[[Handler], Handler]:
        """Serve `method rule` to tokens with `scope`, or with `scope.read` when it is a GET."""

        def register(handler: Handler) -> Handler:
            @functools.wraps(handler)
            def guarded(**ids: str) -> Response:
                return in_wanted_format(_pass(scope, functools.partial(handler, **ids)))

            endpoint = f"{method} {rule}".replace(".", "_")
            self.blueprint.add_url_rule(f"{BASE}{rule}", endpoint, guarded, methods=[method])
            return handler

        return register


def _pass(scope: str, handler: Handler) -> Response:
    try:
        call = admit(scope)
        with limits().place(call.tenant_id) as headers:
            response = _answered(call, handler)
    except ApiError as trouble:
        return trouble.response()
    response.headers.extend(headers)
    return response


def _answered(call: Call, handler: Handler) -> Response:
    failing = control.failing_answer(NAME)
    if isinstance(failing, Response):
        return failing
    try:
        return idempotency.once(call.client_id, functools.partial(handler, call))
    except ApiError as trouble:
        return trouble.response()


def admit(scope: str) -> Call:
    """The caller of this request.

    Raises:
        ApiError: no valid token (401), an organisation that isn't connected (403 or 401), or a scope missing (401).
    """
    token = _token()
    tenant_id = request.headers.get("xero-tenant-id", "").strip().lower()
    with state().store.read() as db:
        organisation = db.execute(
            "select o.country from xero_connection c join xero_organisation o on o.tenant_id = c.tenant_id"
            " where c.tenant_id = ? and c.client_id = ? and c.user_id = ?",
            (tenant_id, token["client_id"], token["user_id"]),
        ).fetchone()
    if organisation is None:
        raise errors.not_connected(SWITCHES["after_disconnect"])
    allowed = {scope, f"{scope}.read"} if request.method == "GET" else {scope}
    if not allowed & set(token["scope"].split()):
        raise errors.insufficient_scope()
    g.tenant_id = tenant_id
    return Call(
        client_id=token["client_id"], user_id=token["user_id"], tenant_id=tenant_id, country=organisation["country"]
    )


def _token() -> dict[str, str]:
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not bearer:
        raise errors.not_authenticated()
    return access_token(bearer.strip())


def access_token(bearer: str) -> dict[str, str]:
    """Client, user, scope and consent of a valid access token.

    Raises:
        ApiError: unknown or expired (401).
    """
    hashed = sha256(bearer.encode()).hexdigest()
    with state().store.read() as db:
        row = db.execute("select * from xero_token where hash = ? and kind = 'access'", (hashed,)).fetchone()
    if row is None:
        raise errors.not_authenticated()
    if row["expires_ms"] <= clock.milliseconds():
        raise errors.token_expired(datetime.fromtimestamp(row["expires_ms"] / 1000, UTC).strftime("%m/%d/%Y %H:%M:%S"))
    return {name: row[name] for name in ("client_id", "user_id", "scope", "auth_event_id")}
