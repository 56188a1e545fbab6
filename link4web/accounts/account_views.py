"""A person's own page: name, address, password, security codes, sessions, data. And what we do with people's data."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, current_app, flash, make_response, request, session, url_for
from flask_login import current_user, logout_user

from link4web.accounts import addresses, codes, leaving, news, services, words
from link4web.accounts.closed import deleted_on
from link4web.accounts.forms import EmailForm, NameForm, NewPasswordForm, NoticesForm
from link4web.accounts.models import SessionRow
from link4web.accounts.passwords import WeakPassword
from link4web.accounts.sessions import end_session, end_sessions_of, sessions_of
from link4web.audit import record
from link4web.database import writing
from link4web.settings import Settings
from link4web.web import sessions
from link4web.web.access import on_behalf, public, signed_in_fresh, signed_in_unverified
from link4web.web.responses import go_to, page

bp = Blueprint("account", __name__)
BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
WORDS = {"Edg": "Edge", "OPR": "Opera", "Macintosh": "Mac"}


@bp.route("/account", methods=["GET", "POST"])
@signed_in_unverified
def show() -> Response:
    form = NameForm(obj=current_user)
    if form.validate_on_submit():
        services.change_name(current_user.id, form.name.data or "")
        flash("Saved.", "done")
        return go_to(url_for(".show"))
    return whole_page(form=form, status=422 if form.errors else 200)


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in_fresh
def password() -> Response:
    """A new password; the proof that comes before asks for the present one, and for a code (R-009)."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            services.change_password(current_user.id, form.password.data or "", keep_session=this_session())
        except WeakPassword as weak:
            form.password.errors = [weak.sentence]
        else:
            sessions.change_token()  # a copy of the cookie is no longer this session either
            flash("Your password is changed, and you are signed out everywhere else.", "done")
            return go_to(url_for(".show"))
    return page("accounts/password.html", status=422 if form.errors else 200, form=form, email=current_user.email)


@bp.post("/account/notices")
@signed_in_unverified
def notices() -> Response:
    """At once, once a day or not at all, for each kind of news."""
    form = NoticesForm()
    if form.validate():
        news.choose(current_user.id, {kind: form[kind].data for kind in news.KINDS})
        flash("Saved.", "done")
        return go_to(url_for(".show"))
    return whole_page(notices_form=form, status=422)


@bp.post("/account/sign-out-others")
@signed_in_unverified
def sign_out_others() -> Response:
    with writing():
        end_sessions_of(current_user.id, but=this_session())
        record("account.sessions_ended", kind="user", object_id=current_user.id)
    flash("You are signed out everywhere else.", "done")
    return go_to(url_for(".show"))


@bp.post("/account/sessions/<id:session_id>/end")
@signed_in_unverified
def end_one(session_id: str) -> Response:
    """End one of one's own sessions (R-025)."""
    with writing():
        if not end_session(current_user.id, session_id):
            abort(404)
        record("account.session_ended", kind="user", object_id=current_user.id)
    flash("That browser is signed out.", "done")
    return go_to(url_for(".show"))


@bp.post("/account/export")
@signed_in_fresh
def export() -> Response:
    """What we keep about the person, as a file."""
    response = make_response(leaving.export(current_user.id))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="link4web-my-data.json"'
    return response


@bp.route("/account/delete", methods=["GET", "POST"])
@signed_in_fresh
def delete() -> Response:
    """Say what goes and what stays; then do it."""
    names = leaving.last_admin_of(current_user.id)
    if request.method == "POST":
        try:
            leaving.delete_account(current_user.id)
        except leaving.LastAdmin as last:
            names = last.names
        else:
            logout_user()
            session.clear()
            sessions.rotate()
            flash("Your account is deleted.", "done")
            return go_to(url_for("accounts.sign_in"))
    refused = words.last_admin(names) if names else None
    status = 409 if refused and request.method == "POST" else 200
    closed = [(one.name, deleted_on(one)) for one in leaving.closed_by_then(current_user.id)]
    return page("accounts/delete.html", status=status, email=current_user.email, refused=refused, closed=closed)


@bp.get("/privacy")
@on_behalf("read")
@public
def privacy() -> Response:
    return page("accounts/privacy.html")


def whole_page(
    *,
    form: NameForm | None = None,
    email_form: EmailForm | None = None,
    notices_form: NoticesForm | None = None,
    status: int = 200,
) -> Response:
    """The page of the account, with the form that needs another look."""
    settings: Settings = current_app.extensions["settings"]
    return page(
        "accounts/account.html",
        status=status,
        email=current_user.email,
        asked=addresses.asked(current_user.id),
        form=form or NameForm(formdata=None, obj=current_user),
        email_form=email_form or EmailForm(formdata=None),
        notices_form=notices_form or NoticesForm(formdata=None, data=news.choices_of(current_user.id)),
        standing=codes.standing(current_user.id),
        may_turn_off=settings.second_factor != "required",
        sessions=[_line(row) for row in sessions_of(current_user.id)],
        sign_out_others_href=url_for("account.sign_out_others"),
    )


def this_session() -> bytes:
    """What the session table knows the running request's session by."""
    stored = sessions.current().stored
    return stored.token_hash if stored else b""


@dataclass(frozen=True)
class _SignedIn:
    what: str
    address: str
    since: datetime
    seen: datetime
    end_href: str
    is_this: bool


def _line(row: SessionRow) -> _SignedIn:
    found = [next((WORDS.get(word, word) for word in words if word in row.device), "") for words in (BROWSERS, SYSTEMS)]
    what = " on ".join(filter(None, found)) or "A browser"
    end_href = url_for("account.end_one", session_id=row.id)
    is_this = row.token_hash == this_session()
    return _SignedIn(what, row.address, row.created_at, row.seen_at, end_href, is_this)
