"""Proving that it is you: the security code at sign-in, and once more before what is dangerous (R-006, R-009)."""

from flask import Blueprint, Response, flash, request, session, url_for
from flask_login import current_user

from link4web.accounts import codes, entering, services, words
from link4web.accounts.codes import CodeRefused
from link4web.accounts.forms import CodeForm, ConfirmForm
from link4web.accounts.services import SignInRefused, WrongPassword
from link4web.web import kept, sessions
from link4web.web.access import leads_out, public, signed_in_unverified
from link4web.web.responses import go_to, next_page, page

bp = Blueprint("proof", __name__)
HOME = "/customers"


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> Response:
    """The second step of signing in."""
    form, found, status = CodeForm(), entering.half(), 200
    if current_user.is_authenticated:
        return go_to(next_page(HOME), 302)
    if found is None:
        return _begin_anew()
    if form.validate_on_submit():
        try:
            recovered = codes.check(found.user.id, form.code.data or "", request.remote_addr or "")
        except CodeRefused as refused:
            form.code.errors = [words.code_refused(refused.wait)]
            status = 429 if refused.wait else 422
        else:
            if not entering.complete():
                return _begin_anew()
            if recovered:
                _warn_of_few(found.user.id)
            return go_on_after_sign_in(next_page(""))
    elif form.errors:
        status = 422
    recovers = bool(request.values.get("recovery"))
    return page("accounts/code.html", status=status, form=form, next=next_page(""), recovers=recovers)


def _begin_anew() -> Response:
    flash(words.HALF_OVER, "bad SIGN-IN-HALF")
    return go_to(url_for("accounts.sign_in", next=next_page("") or None), 302)


def _warn_of_few(user_id: str) -> None:
    standing = codes.standing(user_id)
    left = standing.left if standing else 0
    flash(words.RECOVERY_LEFT.format(left=left or "no") if left != 1 else words.RECOVERY_LAST, "wait CODES-FEW-LEFT")


def go_on_after_sign_in(target: str) -> Response:
    """To what was typed before the session had ended, to the page that was wanted, or to the start."""
    wanted = session.pop(entering.WANTED, "")
    target = target or wanted
    return go_to(url_for("accounts.go_on", next=target or None) if kept.held() else target or HOME)


@bp.route("/confirm-it-is-you", methods=["GET", "POST"])
@signed_in_unverified
def confirm() -> Response:
    """Password, and code where there is one, before what only the person themselves may do."""
    form, status = ConfirmForm(has_codes=current_user.has_codes), 200
    if form.validate_on_submit():
        try:
            address = request.remote_addr or ""
            services.check_password(current_user.id, form.password.data or "", address)
            if current_user.has_codes:
                codes.check(current_user.id, form.code.data or "", address)
        except SignInRefused as refused:
            form.password.errors, status = [refused.sentence], 429
        except WrongPassword:
            form.password.errors, status = [words.NOT_PRESENT], 422
        except CodeRefused as refused:
            form.code.errors = [words.code_refused(refused.wait)]
            status = 429 if refused.wait else 422
        else:
            services.confirmed(current_user.id)
            sessions.change_token()
            sessions.prove(code=current_user.has_codes)
            target = next_page("")
            waits = kept.held() is not None or leads_out(target)
            return go_to(url_for(".go_on", next=target or None) if waits else target or HOME)
    elif form.errors:
        status = 422
    return page("accounts/confirm.html", status=status, form=form, next=next_page(""), email=current_user.email)


@bp.get("/confirm-it-is-you/go-on")
@signed_in_unverified
def go_on() -> Response:
    """Offer to send the form that had to wait for the proof, or to leave for another site: no form may lead there."""
    typed, leave = kept.held(), next_page(HOME)
    if typed is None:
        return page("accounts/go_on.html", href=leave)
    return page(
        "errors/send_again.html",
        title="Thank you, it is you",
        sentence="What you asked for has waited and is not done yet. One press, and it goes on.",
        typed=typed,
        leave_href=leave,
    )
