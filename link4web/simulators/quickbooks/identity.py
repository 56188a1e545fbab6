"""Discovery, token, revocation and userinfo endpoints, as Intuit's own OAuth clients use them (Intuit, "OAuth 2.0")."""

import hmac
from typing import Any

import msgspec
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from link4web.simulators import signing
from link4web.simulators.quickbooks import apps, gate, grants
from link4web.simulators.quickbooks.behaviour import NAME
from link4web.simulators.quickbooks.envelope import refused
from link4web.simulators.quickbooks.errors import ApiError

HARD_EXPIRY = "x-include-refresh-token-hard-expires-in"


class OAuthError(Exception):
    """The OAuth error answer: status, code and maybe a description."""

    def __init__(self, status: int, code: str, description: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": code, **({"error_description": description} if description else {})}


def add_identity(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(OAuthError)
    def denied(error: OAuthError) -> ResponseReturnValue:
        return jsonify(error.body), error.status

    for name in ("openid_configuration", "openid_sandbox_configuration"):
        rule = f"/.well-known/{name}"
        blueprint.add_url_rule(rule, name, lambda: jsonify(discovery()), strict_slashes=False)
        # Intuit's own client asks with a slash at the end
        blueprint.add_url_rule(f"{rule}/", f"{name}_slash", lambda: jsonify(discovery()))

    @blueprint.get("/op/v1/jwks")
    def keys() -> Response:
        return jsonify(signing.key_set())

    @blueprint.post("/oauth2/v1/tokens/bearer")
    def token() -> Response:
        app = _app()
        kinds = {"authorization_code": _from_code, "refresh_token": _from_refresh_token}
        work = kinds.get(request.form.get("grant_type", ""))
        if work is None:
            raise OAuthError(400, "unsupported_grant_type")
        answer = work(app)
        if request.headers.get(HARD_EXPIRY, "").lower() != "true":
            del answer["x_refresh_token_hard_expires_in"]
        response = jsonify(answer)
        response.headers["Cache-Control"] = "no-cache, no-store"
        return response

    @blueprint.post("/v2/oauth2/tokens/revoke")
    def revoke() -> Response:
        _app(in_form=False)
        if not grants.revoke(_token_to_revoke()):
            raise OAuthError(400, "invalid_request")
        return Response(status=200)

    @blueprint.get("/v1/openid_connect/userinfo")
    def userinfo() -> Response:
        try:
            scopes = gate.bearer_grant()["scope"].split()
        except ApiError as trouble:
            return refused(trouble)
        if "openid" not in scopes:
            raise OAuthError(403, "insufficient_scope")
        return jsonify(_claims(scopes))


def issuer() -> str:
    """The name of the identity service: this simulator's address as the caller sees it."""
    return f"{_root()}/op/v1"


def discovery() -> dict[str, Any]:
    root = _root()
    return {
        "issuer": issuer(),
        "authorization_endpoint": f"{root}/connect/oauth2",
        "token_endpoint": f"{root}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{root}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{root}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{root}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }


def _root() -> str:
    return request.host_url.rstrip("/") + f"/{NAME}"


def _app(*, in_form: bool = True) -> apps.App:
    """The app behind the call: Basic, or id and secret in the form.

    Raises:
        OAuthError: 401 invalid_client.
    """
    given = request.authorization
    client_id = secret = ""
    if given and given.type == "basic":
        client_id, secret = given.username or "", given.password or ""
    elif in_form:
        client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    app = apps.APPS.get(client_id)
    if app is None or not hmac.compare_digest(app.secret.encode(), secret.encode()):
        raise OAuthError(401, "invalid_client")
    return app


def _from_code(app: apps.App) -> dict[str, Any]:
    grant = grants.spend_code(request.form.get("code", ""), app.client_id, request.form.get("redirect_uri", ""))
    if grant is None:
        raise OAuthError(400, "invalid_grant", "Invalid authorization code")
    return grants.issue(grant, issuer())


def _from_refresh_token(app: apps.App) -> dict[str, Any]:
    tokens = grants.refresh(request.form.get("refresh_token", ""), app.client_id)
    if tokens is None:
        raise OAuthError(400, "invalid_grant", "Incorrect or invalid refresh token")
    return tokens


def _token_to_revoke() -> str:
    """From the JSON body; the form of RFC 7009 is not understood."""
    try:
        body = msgspec.json.decode(request.get_data())
    except msgspec.DecodeError as error:
        raise OAuthError(400, "invalid_request") from error
    return str(body.get("token", "")) if isinstance(body, dict) else ""


def _claims(scopes: list[str]) -> dict[str, Any]:
    claims: dict[str, Any] = {"sub": apps.USER["sub"]}
    if "email" in scopes:
        claims |= {"email": apps.USER["email"], "emailVerified": True}
    if "profile" in scopes:
        claims |= {"givenName": apps.USER["givenName"], "familyName": apps.USER["familyName"]}
    if "phone" in scopes:
        claims |= {"phoneNumber": "+61 255500114", "phoneNumberVerified": False}
    if "address" in scopes:
        address = {"streetAddress": "14 Lee Wharf Road", "locality": "Newcastle", "region": "NSW"}
        claims["address"] = {**address, "postalCode": "2300", "country": "AU"}
    return claims
