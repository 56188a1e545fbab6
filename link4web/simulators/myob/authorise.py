"""The consent page at MYOB's authorise address: one business for each consent, administrators only.

After MYOB developer documentation, "Authentication" (March 2025), and its support article "MYOB OAuth2.0
Authentication Guide (Post March 2025)".
"""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from link4web.simulators import redirects
from link4web.simulators.myob import apps, grants
from link4web.simulators.myob.behaviour import SWITCHES
from link4web.simulators.redirects import AuthoriseError
from link4web.simulators.state import state

NOT_ADMINISTRATOR = "Only an administrator of the business can allow an app into it."


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an app asks for; `asks` is whether it wants the page shown (prompt=consent)."""

    app: apps.App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    asks: bool

    def back(self, **answer: str) -> ResponseReturnValue:
        return redirects.back(self.redirect_uri, self.state, **answer)

    def allow(self, business: dict[str, str], user: apps.User) -> ResponseReturnValue:
        grants.consent(self.app.client_id, business["business_id"], user.uid, " ".join(self.scopes))
        return self.granted(business, user.uid)

    def granted(self, business: dict[str, str], user_id: str) -> ResponseReturnValue:
        """The way back with a code, and with the business where MYOB names it."""
        scope = " ".join(self.scopes)
        grant = {"client_id": self.app.client_id, "business_id": business["business_id"], "user_id": user_id,
                 "scope": scope}  # fmt: skip
        answer = {"code": grants.new_code(grant, self.redirect_uri), "scope": scope}
        if self.asks or SWITCHES["business_without_prompt"] == "given":
            answer |= {"businessId": business["business_id"], "businessName": business["name"]}
        return self.back(**answer)

    def deny(self, why: str) -> ResponseReturnValue:
        return self.back(error="access_denied", error_description=why)


def add_authorise(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(AuthoriseError)
    def mistaken(mistake: AuthoriseError) -> ResponseReturnValue:
        return render_template("myob/mistake.html", mistake=mistake), 400

    @blueprint.route("/oauth2/account/authorize", methods=["GET", "POST"], strict_slashes=False)
    def authorise() -> ResponseReturnValue:
        wish, businesses = read_wish(), _businesses()
        if request.method == "POST":
            return _decided(wish, businesses)
        if SWITCHES["consent"] == "allow":
            return wish.allow(businesses[0], apps.ADMINISTRATOR)
        if SWITCHES["consent"] == "deny":
            return wish.deny("The user did not allow access.")
        if not wish.asks and (standing := grants.standing_consent(wish.app.client_id)):
            known = {one["business_id"]: one for one in businesses}
            return wish.granted(known[standing["business_id"]], standing["user_id"])
        g.form_target = redirects.origin(wish.redirect_uri)
        asked = [apps.SCOPES[scope] for scope in wish.scopes]
        users = list(apps.USERS.values())
        return render_template("myob/consent.html", wish=wish, asked=asked, businesses=businesses, users=users)


def read_wish() -> Wish:
    """The request's parameters, checked.

    Raises:
        AuthoriseError: an unknown key, an address that isn't registered, another response type, an unknown scope.
    """
    asked = request.args
    app = apps.APPS.get(asked.get("client_id", ""))
    if app is None:
        raise AuthoriseError("invalid_request", "There is no app with this key.")
    if not redirects.is_registered(SWITCHES, asked.get("redirect_uri", "")):
        raise AuthoriseError("invalid_request", "This redirect address is not the one that was registered.")
    if asked.get("response_type") != "code":
        raise AuthoriseError("unsupported_response_type", "Only response_type=code is offered.")
    scopes = tuple(dict.fromkeys(asked.get("scope", "").split()))
    if not scopes or (unknown := apps.unknown_scopes(list(scopes))):
        raise AuthoriseError("invalid_scope", f"No such scope: {', '.join(unknown) if scopes else 'none given'}.")
    return Wish(app=app, redirect_uri=asked["redirect_uri"], scopes=scopes, state=asked.get("state", ""),
                asks=asked.get("prompt") == "consent")  # fmt: skip


def _decided(wish: Wish, businesses: list[dict[str, str]]) -> ResponseReturnValue:
    user = apps.USERS.get(request.form.get("user", ""))
    chosen = next((one for one in businesses if one["business_id"] == request.form.get("business")), None)
    if request.form.get("decision") != "allow" or user is None or chosen is None:
        return wish.deny("The user did not allow access.")
    if user.administrator:
        return wish.allow(chosen, user)
    if SWITCHES["not_administrator"] == "page":
        raise AuthoriseError("access_denied", NOT_ADMINISTRATOR)
    return wish.deny(NOT_ADMINISTRATOR)


def _businesses() -> list[dict[str, str]]:
    with state().store.read() as db:
        rows = db.execute("select business_id, name, country from myob_business order by place").fetchall()
    return [dict(row) for row in rows]
