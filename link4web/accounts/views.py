"""Sign up, verify, sign in and out, choose a new password."""

from flask import Blueprint, Response, flash, request, session, url_for
from flask_login import current_user, logout_user
from flask_wtf.csrf import CSRFError

from link4web.accounts import entering, services, tokens, words
from link4web.accounts.forms import ForgotForm, NewPasswordForm, SignInForm, SignUpForm, VerifyForm
from link4web.accounts.models import User
from link4web.accounts.passwords import WeakPassword
from link4web.accounts.proof_views import go_on_after_sign_in
from link4web.accounts.services import SignInRefused, WrongPassword
from link4web.web import kept, sessions
from link4web.web.access import public, signed_in, signed_in_unverified
from link4web.web.errors import error_page, forged
from link4web.web.exchange import exchange
from link4web.web.responses import go_to, next_page, page

bp = Blueprint("accounts", __name__)
HOME = "/customers"
JOIN = "/join"  # where somebody was who signed up to accept an invitation


@bp.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> Response:
    form = SignUpForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        try:
            session["proof"] = services.sign_up(form.name.data or "", email, form.password.data or "")
        except WeakPassword as weak:
            form.password.errors = [weak.sentence]
        else:
            session["mail_sent_to"] = email
            _remember_wanted()
            return go_to(url_for(".check_mail"))
    return page("accounts/sign_up.html", status=422 if form.errors else 200, form=form, next=next_page(""))


def _remember_wanted() -> None:
    """Keep where this form was to lead on to, over the mail that comes first."""
    if target := next_page(""):
        session[entering.WANTED] = target


@bp.get("/check-mail")
@public
def check_mail() -> Response:
    known = current_user.email if current_user.is_authenticated else session.get("mail_sent_to", "")
    return page("accounts/check_mail.html", email=known, can_resend=current_user.is_authenticated)


@bp.post("/check-mail")
@signed_in_unverified
def resend() -> Response:
    if current_user.verified_at is not None:
        return go_to(HOME)
    if services.send_verification(current_user.id):
        flash("We have sent the mail again. The link in the older one no longer works.", "done")
    else:
        flash(words.ON_ITS_WAY, "wait ACCOUNT-MAIL-WAITING")
    return go_to(url_for(".check_mail"))


@bp.get("/verify/<token>")
@public
def open_verify(token: str) -> Response:
    return exchange("verify", tokens.token_hash(token), url_for(".verify"), opens_account=True)


@bp.route("/verify", methods=["GET", "POST"])
@public
def verify() -> Response:
    """The link's page. Opening it changes nothing; confirming also signs in, since it proves mailbox and password."""
    form = VerifyForm()
    hashed, proof, slowed = bytes.fromhex(session.get("verify", "")), session.get("proof", ""), False
    if form.validate_on_submit():
        try:
            confirmed = services.verify(hashed, proof, form.password.data or "", request.remote_addr or "")
        except SignInRefused as refused:
            form.password.errors, slowed = [refused.sentence], True
        except WrongPassword:
            form.password.errors = [words.NOT_CHOSEN]
        else:
            session.pop("verify", None)
            if confirmed is not None:
                return _confirmed(confirmed)
    user = tokens.owner(hashed, "verify")
    status = 410 if user is None else 429 if slowed else 422 if form.errors else 200
    ask = user is not None and not services.may_verify(user, proof)
    return page("accounts/verify.html", status=status, user=user, form=form, ask_password=ask)


def _confirmed(user: User) -> Response:
    needs_code = entering.begin(user, by="confirmed address")
    flash("Your address is confirmed.", "done")
    wanted = session.pop(entering.WANTED, HOME)
    target = JOIN if session.get("join") else wanted
    return go_to(url_for("proof.code", next=target) if needs_code else target)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    form = SignInForm(email=session.get("mail_sent_to", "")) if request.method == "GET" else SignInForm()
    target = next_page("")
    if request.method == "GET" and target and current_user.is_authenticated:
        return go_to(target)  # signed in meanwhile, in another tab
    status = 200
    if form.validate_on_submit():
        try:
            user = services.authenticate(form.email.data or "", form.password.data or "", request.remote_addr or "")
        except SignInRefused as refused:
            form.password.errors = [refused.sentence]
            status = 429 if refused.wait else 422
        else:
            if entering.begin(user):
                return go_to(url_for("proof.code", next=target or None))
            return go_on_after_sign_in(target)
    elif form.errors:
        status = 422
    return page("accounts/sign_in.html", status=status, form=form, next=target)


@bp.errorhandler(CSRFError)
def stale(error: CSRFError) -> Response:
    """A sign-in form that stayed open while somebody signed in in another tab: all that is left is to go on."""
    if request.endpoint != "accounts.sign_in" or not current_user.is_authenticated:
        return forged(error)
    sentence = "You have signed in in another tab of this browser meanwhile."
    return error_page(403, title="You are signed in already", sentence=sentence, go_on=next_page(HOME))


@bp.get("/sign-in/go-on")
@signed_in
def go_on() -> Response:
    """Offer to send what was typed when the session had ended."""
    typed, leave = kept.held(), next_page(HOME)
    if typed is None:
        return go_to(leave)
    return page(
        "errors/send_again.html",
        title="You are signed in again",
        sentence="Your session had ended, so what you entered last was not saved. It is still here.",
        typed=typed,
        leave_href=leave,
    )


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    if current_user.is_authenticated:
        services.note_sign_out(current_user.id)
    logout_user()
    sessions.end()
    return go_to(url_for(".sign_in"))


@bp.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> Response:
    form = ForgotForm()
    if form.validate_on_submit():
        services.ask_for_reset(form.email.data or "")
        _remember_wanted()
        return page("accounts/forgot.html", form=form, sent_to=form.email.data)
    status = 422 if form.errors else 200
    return page("accounts/forgot.html", status=status, form=form, sent_to="", next=next_page(""))


@bp.get("/reset/<token>")
@public
def open_reset(token: str) -> Response:
    return exchange("reset", tokens.token_hash(token), url_for(".reset"), opens_account=True)


@bp.route("/reset", methods=["GET", "POST"])
@public
def reset() -> Response:
    form = NewPasswordForm()
    hashed = bytes.fromhex(session.get("reset", ""))
    if form.validate_on_submit():
        try:
            user = services.reset_password(hashed, form.password.data or "")
        except WeakPassword as weak:
            form.password.errors = [weak.sentence]
        else:
            session.pop("reset", None)
            if user is not None:
                return _sign_in_anew(user)
    user = tokens.owner(hashed, "reset")
    status = 410 if user is None else 422 if form.errors else 200
    return page("accounts/reset.html", status=status, form=form, user=user)


def _sign_in_anew(user: User) -> Response:
    """A new password signs nobody in (R-008), and ends the session it was chosen in as well."""
    logout_user()
    sessions.rotate()
    session["mail_sent_to"] = user.email
    flash("Your new password is set. Sign in with it.", "done")
    return go_to(url_for(".sign_in"))
