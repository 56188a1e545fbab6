"""The consent page at Xero's authorize address: checks the request, shows what is asked, sends the answer back."""

import re
from dataclasses import dataclass

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from link4web.simulators import redirects
from link4web.simulators.redirects import AuthoriseError
from link4web.simulators.state import state
from link4web.simulators.xero import apps, grants
from link4web.simulators.xero.behaviour import SWITCHES

CHALLENGE = re.compile(r"^[A-Za-z0-9_-]{43}$")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an app asks for."""

    app: apps.App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str

    def back(self, **answer: str) -> ResponseReturnValue:
        return redirects.back(self.redirect_uri, self.state, **answer)

    def allow(self, tenant_id: str) -> ResponseReturnValue:
        scope = " ".join(self.scopes)
        code = grants.new_code(self.app.client_id, self.redirect_uri, scope, self.challenge, tenant_id)
        return self.back(code=code, scope=scope)

    def deny(self) -> ResponseReturnValue:
        return self.back(error="access_denied", error_description="The user did not allow access")


def add_authorise(blueprint: Blueprint) -> None:
    @blueprint.route("/identity/connect/authorize", methods=["GET", "POST"])
    def authorise() -> ResponseReturnValue:
        try:
            wish = read_wish()
        except AuthoriseError as mistake:
            return render_template("xero/mistake.html", mistake=mistake), 400
        if request.method == "POST":
            return _decided(wish)
        organisations = _organisations(wish.app.client_id)
        if SWITCHES["consent"] != "ask":
            return wish.allow(organisations[0]["tenant_id"]) if SWITCHES["consent"] == "allow" else wish.deny()
        g.form_target = redirects.origin(wish.redirect_uri)
        asked = [apps.said(scope) for scope in wish.scopes]
        return render_template("xero/consent.html", wish=wish, asked=asked, organisations=organisations, user=apps.USER)


def read_wish() -> Wish:
    """The request's parameters, checked.

    Raises:
        AuthoriseError: an unknown app, an address that isn't registered, an unknown scope, a bad code challenge.
    """
    asked = request.args
    app = apps.APPS.get(asked.get("client_id", ""))
    if app is None:
        raise AuthoriseError("unauthorized_client", "Unknown client or client not enabled.")
    if not redirects.is_registered(SWITCHES, asked.get("redirect_uri", "")):
        raise AuthoriseError("unauthorized_client", "Invalid redirect_uri.")
    if asked.get("response_type") != "code":
        raise AuthoriseError("unsupported_response_type", "Only response_type=code is offered.")
    scopes = tuple(dict.fromkeys(asked.get("scope", "").split()))
    if not scopes or (unknown := apps.unknown_scopes(list(scopes))):
        raise AuthoriseError(
            "invalid_scope", f"Invalid scope for client: {', '.join(unknown) if scopes else 'none given'}."
        )
    return Wish(
        app=app,
        redirect_uri=asked["redirect_uri"],
        scopes=scopes,
        state=asked.get("state", ""),
        challenge=_challenge(app),
    )


def _challenge(app: apps.App) -> str:
    challenge = request.args.get("code_challenge", "")
    if not challenge:
        if app.secret is None:
            raise AuthoriseError("invalid_request", "code challenge required")
        return ""
    if app.secret is not None and SWITCHES["confidential_pkce"] == "refused":
        raise AuthoriseError("invalid_request", "This client may not send a code challenge.")
    if request.args.get("code_challenge_method") != "S256" or not CHALLENGE.match(challenge):
        raise AuthoriseError("invalid_request", "Invalid code challenge: only S256 is supported.")
    return challenge


def _decided(wish: Wish) -> ResponseReturnValue:
    tenants = [one["tenant_id"] for one in _organisations(wish.app.client_id)]
    tenant = request.form.get("tenant", "")
    if request.form.get("decision") == "allow" and tenant in tenants:
        return wish.allow(tenant)
    return wish.deny()


def _organisations(client_id: str) -> list[dict[str, str]]:
    with state().store.read() as db:
        rows = db.execute(
            "select o.tenant_id, o.name, o.country, c.id is not null as connected from xero_organisation o"
            " left join xero_connection c on c.tenant_id = o.tenant_id and c.client_id = ? order by o.place",
            (client_id,),
        ).fetchall()
    return [dict(row) for row in rows]
