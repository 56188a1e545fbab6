"""What an invited colleague sees and presses. Opening a page never accepts or declines anything (R-102)."""

from flask import Blueprint, Response, flash, request, session, url_for
from flask_login import current_user, logout_user

from link4web.accounts import entering
from link4web.accounts import words as account_words
from link4web.accounts.newcomers import HasAccount, NewPerson
from link4web.accounts.passwords import WeakPassword
from link4web.accounts.tokens import token_hash
from link4web.colleagues import accepting, stopping, words
from link4web.colleagues.accepting import Closed, NotYours, Offer
from link4web.colleagues.forms import NewPersonForm
from link4web.sentences import Coded
from link4web.web import sessions
from link4web.web.access import one_click, public
from link4web.web.exchange import exchange
from link4web.web.responses import go_to, page

bp = Blueprint("colleague", __name__)


@bp.get("/colleague/<token>")
@public
def open_link(token: str) -> Response:
    """From the mail to a clean address."""
    return exchange("colleague", token_hash(token), url_for(".show"), opens_account=False)


@bp.errorhandler(Closed)
def closed(problem: Closed) -> Response:
    """A link that can't be used, each case in its own words; nothing tells whose it was."""
    title, sentence = words.CLOSED[problem.state]
    return page(
        "colleagues/closed.html",
        status=404 if problem.state == "unknown" else 410,
        title=title,
        sentence=sentence,
        code=words.closed_code(problem.state),
        go_on_href=url_for("entry.home"),
    )


def _hash() -> bytes:
    return bytes.fromhex(session.get("colleague", ""))


@bp.route("/colleague", methods=["GET", "POST"])
@public
def show() -> Response:
    """Who invites to what; and by POST, accept."""
    found = accepting.offer(_hash())
    if current_user.is_authenticated and current_user.email != found.email:
        return _other_sign_in()
    is_theirs = current_user.is_authenticated and current_user.verified_at is not None
    form = None if found.has_account else NewPersonForm()
    if request.method != "POST":
        if found.has_account and not is_theirs and request.method == "GET":
            session["mail_sent_to"] = found.email  # the sign-in page fills it in
        return _offer_page(found, form)
    if is_theirs:
        return _accept(found, current_user.id, form)
    if form is None or not form.validate():
        return _offer_page(found, form, status=422)
    return _accept(found, NewPerson(form.name.data or "", form.password.data or ""), form)


def _accept(found: Offer, who: str | NewPerson, form: NewPersonForm | None) -> Response:
    try:
        user, organisation_id = accepting.accept(_hash(), who)
    except WeakPassword as weak:
        assert form is not None
        form.password.errors = [weak.sentence]
        return _offer_page(found, form, status=422)
    except (HasAccount, NotYours):  # meanwhile, in another tab
        return go_to(url_for(".show"))
    if isinstance(who, NewPerson):
        session.clear()
        sessions.rotate()
        entering.log_in(user, by="invitation")
    else:
        session.pop("colleague", None)
        sessions.change_token()
    flash(f"You work in {found.organisation_name} now.", "done")
    return go_to(url_for("entry.customers", organisation=organisation_id))


def _offer_page(found: Offer, form: NewPersonForm | None, *, status: int = 200) -> Response:
    """`form` is None where the address has a sign-in: its owner signs in, or presses the button."""
    signed_in = form is None and current_user.is_authenticated
    has_account = Coded(words.HAS_ACCOUNT.format(email=found.email), "COLLEAGUE-HAS-ACCOUNT")
    return page(
        "colleagues/offer.html",
        status=status,
        offer=found,
        role=account_words.ROLES_IN_SENTENCES[found.rights.role],
        may=account_words.may_words(found.rights),
        form=form,
        sign_in_first=None if signed_in or form else has_account,
        action=url_for(".show"),
        decline_href=url_for(".decline"),
        sign_in_href=url_for("accounts.sign_in", next=url_for(".show")),
    )


def _other_sign_in() -> Response:
    """Somebody else is signed in: nothing of the invitation is shown to them (R-101)."""
    said = Coded(words.OTHER_SIGN_IN.format(signed_in=current_user.email), "COLLEAGUE-OTHER-SIGN-IN")
    switch, back = url_for(".switch"), url_for("entry.home")
    return page("colleagues/other_sign_in.html", status=403, sentence=said, switch_href=switch, go_on_href=back)


@bp.post("/colleague/decline")
@public
def decline() -> Response:
    found = accepting.offer(_hash())
    accepting.decline(_hash())
    return page("colleagues/declined.html", organisation_name=found.organisation_name)


@bp.post("/colleague/switch")
@public
def switch() -> Response:
    """Sign out and come back to the same invitation."""
    kept = session.get("colleague", "")
    logout_user()
    session.clear()
    session["colleague"] = kept
    sessions.rotate()
    return go_to(url_for(".show"))


@bp.get("/colleague/stop/<token>")
@public
def open_stop(token: str) -> Response:
    """From the mail to a clean address."""
    return exchange("colleague_stop", token_hash(token), url_for(".stop"), opens_account=False)


@bp.post("/colleague/stop/<token>")
@one_click
def one_click_stop(token: str) -> Response:
    """What a mail program posts, without cookies and without asking further (RFC 8058, section 3.2)."""
    stopping.stop(token_hash(token), everybody=True)
    return Response(status=200)


@bp.route("/colleague/stop", methods=["GET", "POST"])
@public
def stop() -> Response:
    """Stop these mails, from the link in one."""
    if request.method != "POST":
        found = stopping.stop_of(_stop_hash())
        return page(
            "invitations/stop_confirm.html", email=found.email, inviter_name=found.inviter_name, action=url_for(".stop")
        )
    only_one = request.form.get("scope") == "one"
    found = stopping.stop(_stop_hash(), everybody=not only_one)
    name = found.inviter_name if only_one else None
    return page("invitations/stopped.html", email=found.email, inviter_name=name, undo_action=url_for(".go_on"))


@bp.post("/colleague/stop/undo")
@public
def go_on() -> Response:
    found = stopping.go_on(_stop_hash())
    flash(f"Taken back. Invitations may reach {found.email} again.", "done")
    return go_to(url_for(".stop"))


def _stop_hash() -> bytes:
    return bytes.fromhex(session.get("colleague_stop", ""))
