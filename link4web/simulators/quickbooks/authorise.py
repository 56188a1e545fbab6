"""The consent page at Intuit's authorize address: checks the request, lets a company be chosen, sends the answer."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from link4web.simulators import redirects
from link4web.simulators.quickbooks import apps, grants
from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.state import state


class AuthoriseError(Exception):
    """Nobody is sent back: Intuit shows the same page for every mistake of this kind."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an app asks for."""

    app: apps.App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str

    def back(self, **answer: str) -> ResponseReturnValue:
        return redirects.back(self.redirect_uri, self.state, **answer)

    def allow(self, realm: str) -> ResponseReturnValue:
        code = grants.new_code(self.app.client_id, self.redirect_uri, " ".join(self.scopes), realm)
        return self.back(code=code, realmId=realm)

    def deny(self) -> ResponseReturnValue:
        return self.back(error="access_denied")


def add_authorise(blueprint: Blueprint) -> None:
    @blueprint.route("/connect/oauth2", methods=["GET", "POST"])
    def authorise() -> ResponseReturnValue:
        try:
            wish = read_wish()
        except AuthoriseError:
            return render_template("quickbooks/mistake.html"), 400
        if not wish.scopes or any(scope not in apps.WORDS for scope in wish.scopes):
            return wish.back(error="invalid_scope")
        if request.method == "POST":
            return _decided(wish)
        companies = _companies(wish.app.client_id)
        if SWITCHES["consent"] != "ask":
            return wish.allow(companies[0]["realm"]) if SWITCHES["consent"] == "allow" else wish.deny()
        g.form_target = redirects.origin(wish.redirect_uri)
        asked = [apps.WORDS[scope] for scope in wish.scopes]
        return render_template(
            "quickbooks/consent.html",
            wish=wish,
            asked=asked,
            companies=companies,
            user=apps.USER,
            is_admin=SWITCHES["user_is_admin"],
        )


def read_wish() -> Wish:
    """The request's parameters, checked.

    Raises:
        AuthoriseError: an unknown app, an address that isn't registered, another response type, a refused challenge.
    """
    asked = request.args
    app = apps.APPS.get(asked.get("client_id", ""))
    refuses = SWITCHES["pkce"] == "refused" and "code_challenge" in asked
    if app is None or not redirects.is_registered(SWITCHES, asked.get("redirect_uri", "")) or refuses:
        raise AuthoriseError
    if asked.get("response_type") != "code":
        raise AuthoriseError
    return Wish(
        app=app,
        redirect_uri=asked["redirect_uri"],
        scopes=tuple(dict.fromkeys(asked.get("scope", "").split())),
        state=asked.get("state", ""),
    )


def _decided(wish: Wish) -> ResponseReturnValue:
    realms = [one["realm"] for one in _companies(wish.app.client_id)]
    realm = request.form.get("realm", "")
    if request.form.get("decision") == "allow" and realm in realms and SWITCHES["user_is_admin"]:
        return wish.allow(realm)
    return wish.deny()


def _companies(client_id: str) -> list[dict[str, str]]:
    with state().store.read() as db:
        rows = db.execute(
            "select realm, name, country, exists (select 1 from quickbooks_grant g where g.realm = c.realm"
            " and g.client_id = ? and g.dead = 0) as connected from quickbooks_company c order by place",
            (client_id,),
        ).fetchall()
    return [dict(row) for row in rows]
