"""Changing the e-mail address of one's sign-in: asking, the link to the new address, the way back from the old one."""

from flask import Blueprint, Response, flash, request, session, url_for
from flask_login import current_user, logout_user

from link4web.accounts import account_views, addresses, tokens, words
from link4web.accounts.entering import EMAIL_CHANGE
from link4web.accounts.forms import EmailForm
from link4web.web import sessions
from link4web.web.access import public, signed_in_fresh, signed_in_unverified
from link4web.web.exchange import exchange
from link4web.web.responses import go_to, page

bp = Blueprint("addresses", __name__)
_UNDO = "email_undo"


@bp.post("/account/email")
@signed_in_fresh
def ask() -> Response:
    form, status = EmailForm(), 422
    if form.validate() and form.email.data == current_user.email:
        form.email.errors = [words.SAME_ADDRESS]
    elif not form.errors:
        try:
            addresses.ask(current_user.id, form.email.data or "")
        except addresses.TooOften:
            form.email.errors, status = [words.ADDRESS_OFTEN], 429
        else:
            flash(words.ADDRESS_ASKED.format(email=form.email.data), "wait ADDRESS-CHANGE")
            return go_to(url_for("account.show"))
    return account_views.whole_page(email_form=form, status=status)


@bp.post("/account/email/keep")
@signed_in_unverified
def keep() -> Response:
    addresses.keep(current_user.id)
    return go_to(url_for("account.show"))


@bp.get("/email/<token>")
@public
def open_change(token: str) -> Response:
    return exchange(EMAIL_CHANGE, tokens.token_hash(token), url_for(".change"), opens_account=False)


@bp.route("/email", methods=["GET", "POST"])
@signed_in_fresh
def change() -> Response:
    """The link's page, for whoever asked and is signed in: a stranger at a mistyped address can't take the sign-in.

    The link proves the new address; that it is still the same person has to be proved beside it (R-009).
    """
    hashed = bytes.fromhex(session.get(EMAIL_CHANGE, ""))
    found = addresses.change_of(hashed, "email")
    if found is not None and found.user.id != current_user.id:
        found = None
    if found is not None and request.method == "POST":
        if addresses.confirm(hashed, current_user.id, keep_session=account_views.this_session()):
            session.pop(EMAIL_CHANGE, None)
            sessions.change_token()
            flash(words.ADDRESS_CHANGED.format(email=found.email), "done")
            return go_to(url_for("account.show"))
        found = None
    return _link_page(found, undoes=False)


@bp.get("/email/undo/<token>")
@public
def open_undo(token: str) -> Response:
    return exchange(_UNDO, tokens.token_hash(token), url_for(".undo"), opens_account=True)


@bp.route("/email/undo", methods=["GET", "POST"])
@public
def undo() -> Response:
    """The way back; for somebody who may be signed out, since somebody else has the sign-in."""
    hashed = bytes.fromhex(session.get(_UNDO, ""))
    found = addresses.change_of(hashed, "undo")
    if found is not None and request.method == "POST":
        email = found.email
        if addresses.undo(hashed):
            logout_user()
            session.clear()
            sessions.rotate()
            session["mail_sent_to"] = email
            flash(words.ADDRESS_BACK.format(email=email), "done ADDRESS-UNDO")
            return go_to(url_for("accounts.forgot"))
        found = None
    return _link_page(found, undoes=True)


def _link_page(found: addresses.Change | None, *, undoes: bool) -> Response:
    action = url_for(".undo" if undoes else ".change")
    status = 200 if found else 410
    return page("accounts/email_link.html", status=status, change=found, undoes=undoes, action=action)
