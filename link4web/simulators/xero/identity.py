"""Token, revocation and discovery endpoints, and the list of connections.

After Xero developer documentation, "OAuth 2.0", and Xero's OpenAPI description of its identity service.
"""

import base64
import hmac
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from link4web.simulators import signing
from link4web.simulators.state import state
from link4web.simulators.xero import apps, errors, gate, grants
from link4web.simulators.xero.dates import iso_seven
from link4web.simulators.xero.errors import ApiError


class OAuthError(Exception):
    """The OAuth error answer: code and, maybe, a description."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(code)
        self.body = {"error": code, **({"error_description": description} if description else {})}


def add_identity(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(OAuthError)
    def denied(error: OAuthError) -> ResponseReturnValue:
        return jsonify(error.body), 400

    @blueprint.post("/connect/token")
    def token() -> Response:
        app = _app()
        kinds = {"authorization_code": _from_code, "refresh_token": _from_refresh_token}
        work = kinds.get(request.form.get("grant_type", ""))
        if work is None:
            raise OAuthError("unsupported_grant_type")
        response = jsonify(work(app))
        response.headers["Cache-Control"] = "no-store, no-cache, max-age=0"
        return response

    @blueprint.post("/connect/revocation")
    def revocation() -> Response:
        grants.revoke(request.form.get("token", ""), _app().client_id)
        return Response(status=200)

    @blueprint.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        return jsonify(_discovery())

    @blueprint.get("/.well-known/openid-configuration/jwks")
    def keys() -> Response:
        return jsonify(signing.key_set())

    @blueprint.get("/connections")
    def connections() -> Response:
        try:
            return jsonify(_connections(_bearer()))
        except ApiError as trouble:
            return trouble.response()

    @blueprint.delete("/connections/<connection_id>")
    def disconnect(connection_id: str) -> Response:
        try:
            return _disconnect(_bearer(), connection_id)
        except ApiError as trouble:
            return trouble.response()


def issuer() -> str:
    """The identity service's name: this simulator's address as the caller sees it."""
    return request.host_url.rstrip("/") + "/xero"


def _app() -> apps.App:
    """The app behind the call: Basic, or id and secret in the body; PKCE apps have an id only.

    Raises:
        OAuthError: invalid_client.
    """
    given = request.authorization
    if given and given.type == "basic":
        client_id, secret = given.username or "", given.password or ""
    else:
        client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    app = apps.APPS.get(client_id)
    if app is None or not hmac.compare_digest((app.secret or "").encode(), secret.encode()):
        raise OAuthError("invalid_client")
    return app


def _from_code(app: apps.App) -> dict[str, Any]:
    grant = grants.spend_code(request.form.get("code", ""))
    if grant is None or grant["client_id"] != app.client_id:
        raise OAuthError("invalid_grant")
    if grant["redirect_uri"] != request.form.get("redirect_uri"):
        raise OAuthError("invalid_grant", "redirect_uri does not match")
    if not _verified(grant["challenge"], request.form.get("code_verifier", "")):
        raise OAuthError("invalid_grant", "code_verifier does not match")
    return grants.issue(issuer(), app.client_id, grant)


def _verified(challenge: str, verifier: str) -> bool:
    if not challenge:
        return not verifier
    digest = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return 43 <= len(verifier) <= 128 and hmac.compare_digest(digest, challenge)


def _from_refresh_token(app: apps.App) -> dict[str, Any]:
    grant = grants.spend_refresh_token(request.form.get("refresh_token", ""), app.client_id)
    if grant is None:
        raise OAuthError("invalid_grant")
    return grants.issue(issuer(), app.client_id, grant)


def _discovery() -> dict[str, Any]:
    root = issuer()
    return {
        "issuer": root,
        "jwks_uri": f"{root}/.well-known/openid-configuration/jwks",
        "authorization_endpoint": f"{root}/identity/connect/authorize",
        "token_endpoint": f"{root}/connect/token",
        "revocation_endpoint": f"{root}/connect/revocation",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }


def _bearer() -> dict[str, str]:
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise errors.not_authenticated()
    return gate.access_token(bearer.strip())


def _connections(token: dict[str, str]) -> list[dict[str, str]]:
    event = request.args.get("authEventId", "").lower()
    with state().store.read() as db:
        rows = db.execute(
            "select c.*, o.name from xero_connection c join xero_organisation o on o.tenant_id = c.tenant_id"
            " where c.client_id = ? and c.user_id = ? and (? = '' or c.auth_event_id = ?)"
            " order by c.created_ms, o.place",
            (token["client_id"], token["user_id"], event, event),
        ).fetchall()
    return [
        {
            "id": row["id"],
            "authEventId": row["auth_event_id"],
            "tenantId": row["tenant_id"],
            "tenantType": "ORGANISATION",
            "tenantName": row["name"],
            "createdDateUtc": iso_seven(row["created_ms"]),
            "updatedDateUtc": iso_seven(row["updated_ms"]),
        }
        for row in rows
    ]


def _disconnect(token: dict[str, str], connection_id: str) -> Response:
    with state().store.write() as db:
        found = db.execute(
            "delete from xero_connection where id = ? and client_id = ? and user_id = ?",
            (connection_id, token["client_id"], token["user_id"]),
        )
    if not found.rowcount:
        raise errors.not_found()
    return Response(status=204)
