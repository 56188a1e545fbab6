"""What every call of the Business API passes: key, limits, version, token, business, scope; and how answers leave."""

import base64
import binascii
import functools
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from uuid import uuid4

from flask import Blueprint, Response, request

from link4web.simulators import clock
from link4web.simulators.guids import as_guid
from link4web.simulators.myob import apps, errors
from link4web.simulators.myob.behaviour import SWITCHES
from link4web.simulators.myob.errors import ApiError
from link4web.simulators.myob.grants import hashed
from link4web.simulators.myob.limits import limits
from link4web.simulators.myob.links import API
from link4web.simulators.state import state

LOGIN = b"Administrator:"
Handler = Callable[..., Response]


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who calls, about which business; `business_id` is empty for calls about none."""

    client_id: str
    scopes: frozenset[str]
    business_id: str = ""
    country: str = ""


class Gate:
    """Registers the resources of the API on a blueprint, each behind its scope."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint

    def resource(self, method: str, rule: str, *scopes: str) -> Callable[[Handler], Handler]:
        """Serve `method` on a path below a business to tokens with one of `scopes` (any token, if there is none)."""

        def register(handler: Handler) -> Handler:
            @functools.wraps(handler)
            def guarded(business: str, **ids: str) -> Response:
                return answered(lambda: handler(admit_to(business, scopes), **ids))

            self._add(method, f"{API}/<business>{rule}", guarded)
            return handler

        return register

    def outside(self, rule: str) -> Callable[[Handler], Handler]:
        """Serve GET on a path that belongs to no business."""

        def register(handler: Handler) -> Handler:
            @functools.wraps(handler)
            def guarded() -> Response:
                return answered(lambda: handler(admit()))

            self._add("GET", f"{API}{rule}", guarded)
            return handler

        return register

    def _add(self, method: str, rule: str, view: Handler) -> None:
        # clients write these paths with and without a slash at the end
        self.blueprint.add_url_rule(rule, f"{method} {rule}", view, methods=[method], strict_slashes=False)


def answered(work: Callable[[], Response]) -> Response:
    """The answer of a call as it leaves: errors as answers, request id, ETag, compressed."""
    try:
        response = work()
    except ApiError as trouble:
        response = trouble.response()
    response.headers["x-myobapi-requestid"] = str(uuid4())
    if request.method == "GET" and response.status_code == 200:
        response.set_etag(blake2b(response.get_data(), digest_size=16).hexdigest())
        if request.if_none_match.contains(response.get_etag()[0] or ""):
            unchanged = Response(status=304)
            unchanged.headers["ETag"] = response.headers["ETag"]
            unchanged.headers["x-myobapi-requestid"] = response.headers["x-myobapi-requestid"]
            return unchanged
    if request.accept_encodings.quality("gzip") and response.get_data() and SWITCHES["gzip"]:
        response.set_data(gzip.compress(response.get_data(), compresslevel=1))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def admit() -> Call:
    """The caller of this request.

    Raises:
        ApiError: the key is missing or over its limits (403), another version of the API (400), no valid token (401).
    """
    app = apps.APPS.get(request.headers.get("x-myobapi-key", ""))
    if app is None:
        raise errors.key_inactive()
    limits().count(app.client_id)
    if request.headers.get("x-myobapi-version") != "v2":
        raise errors.refused([errors.required("x-myobapi-version")])
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise errors.token_missing()
    return _caller(token.strip(), app.client_id)


def admit_to(business: str, scopes: tuple[str, ...]) -> Call:
    """The caller, let into a business.

    Raises:
        ApiError: like `admit`; a business that the consent wasn't for, or a scope missing (403); no login (401).
    """
    call = admit()
    if as_guid(business) != call.business_id:
        raise errors.access_denied()
    _check_login()
    if scopes and not call.scopes & set(scopes):
        raise errors.access_denied() if SWITCHES["missing_scope"] == 403 else errors.token_invalid()
    return call


def _caller(token: str, client_id: str) -> Call:
    with state().store.read() as db:
        row = db.execute(
            "select t.*, b.country from myob_token t join myob_business b using (business_id)"
            " where hash = ? and kind = 'access' and client_id = ? and expires_ms > ?",
            (hashed(token), client_id, clock.milliseconds()),
        ).fetchone()
    if row is None:
        raise errors.token_invalid()
    return Call(client_id=client_id, scopes=frozenset(row["scope"].split()), business_id=row["business_id"],
                country=row["country"])  # fmt: skip


def _check_login() -> None:
    """The older login to the file itself, which keys made since March 2025 don't send."""
    if SWITCHES["company_file_login"] == "ignored":
        return
    try:
        given = base64.b64decode(request.headers.get("x-myobapi-cftoken", ""), validate=True)
    except binascii.Error:
        given = b""
    if given != LOGIN:
        raise errors.login_wrong()
