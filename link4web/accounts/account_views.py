"""A person's own page: name, password, and where they are signed in. And what we do with people's data."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, flash, request, url_for
from flask_login import current_user

from link4web.accounts import services, words
from link4web.accounts.forms import ChangePasswordForm, NameForm
from link4web.accounts.models import SessionRow
from link4web.accounts.passwords import WeakPassword
from link4web.accounts.services import SignInRefused, WrongPassword
from link4web.accounts.sessions import end_sessions_of, sessions_of
from link4web.audit import record
from link4web.database import writing
from link4web.web import sessions
from link4web.web.access import public, signed_in_unverified
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
    return _page(form, ChangePasswordForm(formdata=None), status=422 if form.errors else 200)


@bp.post("/account/password")
@signed_in_unverified
def password() -> Response:
    form, status = ChangePasswordForm(), 422
    if form.validate():
        try:
            services.change_password(
                current_user.id,
                form.current.data or "",
                form.password.data or "",
                address=request.remote_addr or "",
                keep_session=_this_session(),
            )
        except SignInRefused as refused:
            form.current.errors, status = [refused.sentence], 429
        except WrongPassword:
            form.current.errors = [words.NOT_PRESENT]
        except WeakPassword as weak:
            form.password.errors = [weak.sentence]
        else:
            flash("Your password is changed, and you are signed out everywhere else.", "done")
            return go_to(url_for(".show"))
    return _page(NameForm(formdata=None, obj=current_user), form, status=status)


@bp.post("/account/sign-out-others")
@signed_in_unverified
def sign_out_others() -> Response:
    with writing():
        end_sessions_of(current_user.id, but=_this_session())
        record("account.signed_out_others", kind="user", object_id=current_user.id)
    flash("You are signed out everywhere else.", "done")
    return go_to(url_for(".show"))


@bp.get("/privacy")
@public
def privacy() -> Response:
    return page("accounts/privacy.html")


def _page(form: NameForm, password_form: ChangePasswordForm, *, status: int) -> Response:
    return page(
        "accounts/account.html",
        status=status,
        email=current_user.email,
        form=form,
        password_form=password_form,
        sessions=[_line(row) for row in sessions_of(current_user.id)],
        sign_out_others_href=url_for(".sign_out_others"),
    )


def _this_session() -> bytes:
    stored = sessions.current().stored
    return stored.token_hash if stored else b""


@dataclass(frozen=True)
class _SignedIn:
    what: str
    since: datetime
    is_this: bool


def _line(row: SessionRow) -> _SignedIn:
    found = [next((WORDS.get(word, word) for word in words if word in row.device), "") for words in (BROWSERS, SYSTEMS)]
    what = " on ".join(filter(None, found)) or "A browser"
    return _SignedIn(f"{what}, {row.address}", row.created_at, row.token_hash == _this_session())
