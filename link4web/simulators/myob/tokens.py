"""The token address: codes and refresh tokens for tokens, with the app's key and secret in the form.

After MYOB developer documentation, "Authentication", and what its .NET SDK and pymyob send.
"""

import hmac
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from link4web.simulators.myob import apps, grants
from link4web.simulators.myob.behaviour import SWITCHES


class OAuthError(Exception):
    """The token address's refusal, a code of OAuth's."""


def add_tokens(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(OAuthError)
    def denied(error: OAuthError) -> ResponseReturnValue:
        return jsonify({"error": str(error)}), 400

    @blueprint.post("/oauth2/v1/authorize", strict_slashes=False)
    def token() -> Response:
        app = _app()
        kinds = {"authorization_code": _from_code, "refresh_token": _from_refresh_token}
        work = kinds.get(request.form.get("grant_type", ""))
        if work is None:
            raise OAuthError("unsupported_grant_type")
        response = jsonify(work(app))
        response.headers["Cache-Control"] = "no-store"
        return response


def _app() -> apps.App:
    """The app behind the call; an Authorization header is not looked at.

    Raises:
        OAuthError: no such key, or the wrong secret.
    """
    app = apps.APPS.get(request.form.get("client_id", ""))
    secret = request.form.get("client_secret", "")
    if app is None or not hmac.compare_digest(app.secret.encode(), secret.encode()):
        raise OAuthError("invalid_client")
    return app


def _from_code(app: apps.App) -> dict[str, Any]:
    grant = grants.spend_code(request.form.get("code", ""))
    if grant is None or grant["client_id"] != app.client_id:
        raise OAuthError(SWITCHES["token_error"])
    if grant["redirect_uri"] != request.form.get("redirect_uri"):
        raise OAuthError(SWITCHES["token_error"])
    return grants.issue(grant)


def _from_refresh_token(app: apps.App) -> dict[str, Any]:
    token = request.form.get("refresh_token", "")
    grant = grants.spend_refresh_token(token, app.client_id)
    if grant is None:
        raise OAuthError(SWITCHES["token_error"])
    return grants.issue(grant, token if SWITCHES["refresh_rotation"] == "same" else "")
