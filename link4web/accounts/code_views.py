"""Security codes on one's own account: set up, recovery codes, turn off."""

from flask import Blueprint, Response, current_app, flash, session, url_for
from flask_login import current_user

from link4web.accounts import codes, words
from link4web.accounts.account_views import this_session
from link4web.accounts.codes import CodeRefused
from link4web.accounts.forms import CodeForm
from link4web.settings import Settings
from link4web.web import sessions
from link4web.web.access import must_set_up_codes, signed_in_fresh
from link4web.web.responses import go_to, next_page, page

bp = Blueprint("codes", __name__, url_prefix="/account/codes")
_KEY = "new_key"


@bp.route("", methods=["GET", "POST"])
@signed_in_fresh
def show() -> Response:
    """Set up security codes, also in place of those of an old phone."""
    sealed = session.get(_KEY, "")
    key = codes.shown(sealed, current_user.id, current_user.email)
    if key is None:
        sealed = session[_KEY] = codes.new_key(current_user.id)
        key = codes.shown(sealed, current_user.id, current_user.email)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            made = codes.set_up(current_user.id, sealed, form.code.data or "", keep_session=this_session())
        except CodeRefused:
            form.code.errors = [words.CODE_NOT_YET]
        else:
            session.pop(_KEY, None)
            sessions.change_token()
            sessions.prove(code=True)
            return _recovery_codes(made, "Security codes are set up. At your next sign-in we ask for one.")
    return page(
        "accounts/codes.html",
        status=422 if form.errors else 200,
        form=form,
        key=key,
        standing=codes.standing(current_user.id),
        is_required=must_set_up_codes(),
        next=next_page(""),
    )


@bp.post("/recovery")
@signed_in_fresh
def renew_recovery() -> Response:
    made = codes.renew_recovery(current_user.id)
    if not made:
        return go_to(url_for(".show"))
    return _recovery_codes(made, "These replace the old ones, which no longer work.")


@bp.post("/off")
@signed_in_fresh
def turn_off() -> Response:
    settings: Settings = current_app.extensions["settings"]
    if settings.second_factor == "required":
        flash(words.CODES_REQUIRED, "bad CODES-REQUIRED")
    elif codes.take_away(current_user.id, by="self", keep_session=this_session()):
        sessions.change_token()
        sessions.prove(code=False)
        flash("Security codes are off, and you are signed out everywhere else.", "done")
    return go_to(url_for("account.show"))


def _recovery_codes(made: list[str], said: str) -> Response:
    """The one time that they are shown."""
    return page("accounts/recovery_codes.html", codes=made, said=said, go_on=next_page(url_for("account.show")))
