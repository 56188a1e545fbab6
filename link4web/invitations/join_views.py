"""What an invited business sees and presses. Opening a page never joins, declines or stops anything (R-102)."""

from flask import Blueprint, Response, flash, request, session, url_for
from flask_login import current_user, logout_user

from link4web.accounts import entering, organisations, services
from link4web.accounts.models import Organisation, User
from link4web.accounts.newcomers import HasAccount, NewPerson
from link4web.accounts.number_check import answer_to
from link4web.accounts.passwords import WeakPassword
from link4web.accounts.sessions import Person
from link4web.help.links import help_is_for
from link4web.invitations import joining, landing, stopping, tokens, words
from link4web.invitations.forms import DeclineForm, JoinForm, either_number
from link4web.invitations.joining import NewBusiness, NotYours
from link4web.invitations.landing import Closed, Landing
from link4web.invitations.preview import inviter_view
from link4web.sentences import Coded
from link4web.web import sessions
from link4web.web.access import must_set_up_codes, one_click, public
from link4web.web.exchange import exchange
from link4web.web.responses import codes_first, go_to, page

bp = Blueprint("join", __name__)


@bp.get("/join/<token>")
@public
def open_link(token: str) -> Response:
    """From the mail to a clean address."""
    return exchange("join", tokens.token_hash(token), url_for(".show"), opens_account=False)


@bp.errorhandler(Closed)
def closed(problem: Closed) -> Response:
    """A link that can't be used, each case in its own words."""
    ask_action = url_for(".ask_again") if problem.state == "expired" else None
    title, sentence = words.CLOSED[problem.state]
    return page(
        "invitations/join_expired.html",
        status=404 if problem.state == "unknown" else 410,
        state=problem.state,
        title=title,
        sentence=sentence.format(inviter=problem.inviter_name),
        code=words.closed_code(problem.state),
        inviter_name=problem.inviter_name,
        ask_action=ask_action,
        sign_in_href=url_for("accounts.sign_in"),
    )


def _hash() -> bytes:
    return bytes.fromhex(session.get("join", ""))


@bp.get("/join")
@public
def show() -> Response:
    """Who invites, what it is about, and what we know already."""
    found = landing.landing(_hash())
    if request.method != "HEAD":
        landing.note_opened(found)
    return _landing_page(found, _form(found))


def _form(found: Landing) -> JoinForm:
    known = {
        "name": found.name[:120],
        "number": found.number.display if found.number else "",
        "person": found.person[:120],
        "email": found.email_key,
    }
    data = None if request.method == "POST" else known
    return JoinForm(data=data, country=found.country, signed_in=current_user.is_authenticated)


def _landing_page(found: Landing, form: JoinForm, *, status: int = 200, trouble: Coded | None = None) -> Response:
    help_is_for(found.country)
    choices = _choices(found)
    return page(
        "invitations/join.html",
        status=status,
        invitation={
            "inviter": inviter_view(found.inviter_name, found.inviter_number, found.inviter_address),
            "invited_name": found.name,
            "email": found.email,
            "sent": found.sent_on,
            "until": found.until,
            "message": found.message,
            "person": found.sender,
            "others": found.others,
        },
        form=form,
        needs_password=not _is_known(found),
        warn=None,
        answer=None,
        check_href=url_for(".check_number"),
        scheme="NZBN" if found.country == "NZ" else "ABN",
        signed_in_as=(current_user.email, choices) if current_user.is_authenticated else None,
        wrong_account=trouble or _account_words(found),
        switch_action=url_for(".switch") if current_user.is_authenticated else None,
        action=url_for(".show"),
        decline_href=url_for(".decline"),
        stop_href=url_for(".stop_here"),
        other_provider_href=None,
        sign_in_href=url_for("accounts.sign_in", next=url_for(".show")),
        is_preview=False,
    )


def _choices(found: Landing) -> list[tuple[str, str]]:
    """The signed-in person's organisations that could join: not the one that invites."""
    if not current_user.is_authenticated or must_set_up_codes():
        return []
    mine = organisations.organisations_of(current_user.id)
    return [
        (organisation.id, organisation.name) for organisation, _ in mine if organisation.id != found.organisation_id
    ]


def _is_known(found: Landing) -> bool:
    """Whether the invited address has a sign-in here; only its owner, who holds the link, is told."""
    user = services.find_user(found.email_key)
    return user is not None and user.verified_at is not None


def _account_words(found: Landing) -> Coded | None:
    if not current_user.is_authenticated:
        return Coded(words.HAS_ACCOUNT.format(email=found.email), "JOIN-HAS-ACCOUNT") if _is_known(found) else None
    if current_user.email == found.email_key:
        return None
    said = words.OTHER_SIGN_IN.format(signed_in=current_user.email, invited=found.email)
    return Coded(said, "JOIN-OTHER-SIGN-IN")


@bp.post("/join")
@public
def join() -> Response:
    """Join: with the signed-in person's business or a new one."""
    found = landing.landing(_hash())
    if must_set_up_codes():
        return codes_first(url_for(".show"))
    form = _form(found)
    chosen = request.form.get("organisation", "") if current_user.is_authenticated else ""
    if chosen:
        return _join(found, form, current_user, chosen)
    if not form.validate():
        return _landing_page(found, form, status=422)
    business = NewBusiness(form.name.data, form.business_number)  # type: ignore[arg-type]  # validated
    if current_user.is_authenticated:
        return _join(found, form, current_user, business)
    if form.email.data != found.email_key:
        return _another_address(found, form)
    return _join(found, form, NewPerson(form.person.data or "", form.password.data or ""), business)


def _join(found: Landing, form: JoinForm, who: Person | NewPerson, business: str | NewBusiness) -> Response:
    if isinstance(who, Person) and who.verified_at is None and who.email != found.email_key:
        return _landing_page(found, form, status=422, trouble=Coded(words.VERIFY_FIRST, "JOIN-VERIFY-FIRST"))
    try:
        joined = joining.join(_hash(), who, business)
    except WeakPassword as weak:
        form.password.errors = [weak.sentence]
        return _landing_page(found, form, status=422)
    except HasAccount:
        return _landing_page(found, form, status=422)
    except NotYours:
        return _landing_page(found, form, status=422, trouble=Coded(words.NOT_YOURS, "JOIN-NOT-YOURS"))
    _enter(joined.user)
    session["joined"] = {"inviter": joined.inviter_name, "organisation": joined.organisation.id}
    return go_to(url_for(".joined"))


def _another_address(found: Landing, form: JoinForm) -> Response:
    """Nobody has proved this mailbox: open an account the usual way, which says the same to everybody (R-004)."""
    try:
        session["proof"] = services.sign_up(form.person.data or "", form.email.data or "", form.password.data or "")
    except WeakPassword as weak:
        form.password.errors = [weak.sentence]
        return _landing_page(found, form, status=422)
    session["mail_sent_to"] = form.email.data
    flash(words.OTHER_ADDRESS.format(invited=found.email, email=form.email.data), "todo JOIN-OTHER-ADDRESS")
    return go_to(url_for("accounts.check_mail"))


def _enter(user: User) -> None:
    """Sign in whoever has just joined, under a new session token (R-021).

    Whoever was signed in before has proved the same as before; a new person has just chosen the password.
    """
    is_new = not current_user.is_authenticated
    session.clear()
    sessions.rotate()
    entering.log_in(user, by="invitation")
    if is_new:
        sessions.prove(code=False)


@bp.get("/join/done")
@public
def joined() -> Response:
    """Right after joining."""
    kept = session.get("joined")
    if not kept or not current_user.is_authenticated:
        return go_to(url_for("entry.home"), 302)
    mine: dict[str, Organisation] = {one.id: one for one, _ in organisations.organisations_of(current_user.id)}
    organisation = mine.get(kept["organisation"])
    if organisation is None:
        return go_to(url_for("entry.home"), 302)
    return page(
        "invitations/joined.html",
        inviter_name=kept["inviter"],
        joined_name=organisation.name,
        verified=True,
        email=current_user.email,
        connect_href=url_for("entry.connect", organisation=organisation.id),
        home_href=url_for("entry.home"),
    )


@bp.post("/join/switch")
@public
def switch() -> Response:
    """Sign out and come back to the same invitation."""
    kept = session.get("join", "")
    logout_user()
    session.clear()
    session["join"] = kept
    sessions.rotate()
    return go_to(url_for(".show"))


@bp.get("/join/check")
@public
def check_number() -> Response:
    """What is wrong with the number in the field, or what the register says to it; only with an open invitation."""
    found = landing.landing(_hash())
    number = either_number(request.args.get("number", ""), found.country)
    help_is_for(found.country)
    return page("accounts/_register_answer.html", answer=answer_to(number, invalid="JOIN-NUMBER"))


@bp.route("/join/decline", methods=["GET", "POST"])
@public
def decline() -> Response:
    """Say no, with a reason if they like."""
    found = landing.landing(_hash())
    form = DeclineForm()
    if request.method == "POST" and form.validate():
        name = joining.decline(_hash(), form.answer)
        return page("invitations/declined.html", inviter_name=name, stop_href=url_for(".stop_here"))
    return page(
        "invitations/decline.html",
        status=422 if form.errors else 200,
        inviter_name=found.inviter_name,
        form=form,
        action=url_for(".decline"),
        back_href=url_for(".show"),
    )


@bp.post("/join/ask")
@public
def ask_again() -> Response:
    """Ask the inviter for a new invitation once the old one has run out."""
    return page("invitations/asked.html", inviter_name=joining.ask_again(_hash()))


@bp.route("/join/stop", methods=["GET", "POST"])
@public
def stop_here() -> Response:
    """Stop these mails, from the landing page."""
    return _stop(_hash(), "join", url_for(".stop_here"), url_for(".go_on_here"))


@bp.post("/join/stop/undo")
@public
def go_on_here() -> Response:
    return _go_on(_hash(), "join", url_for(".show"))


@bp.get("/stop/<token>")
@public
def open_stop(token: str) -> Response:
    """From the mail to a clean address."""
    return exchange("stop", tokens.token_hash(token), url_for(".stop"), opens_account=False)


@bp.post("/stop/<token>")
@one_click
def one_click_stop(token: str) -> Response:
    """What a mail program posts, without cookies and without asking further (RFC 8058, section 3.1).

    Nobody reads the answer, and no page belongs at an address that holds a secret (R-030): people press at `/stop`.
    """
    try:
        stopping.stop(tokens.token_hash(token), everybody=True)
    except Closed:
        return Response(status=404, mimetype="text/plain")
    return Response(mimetype="text/plain")


@bp.route("/stop", methods=["GET", "POST"])
@public
def stop() -> Response:
    """Stop these mails, from the link in a mail."""
    return _stop(_stop_hash(), "stop", url_for(".stop"), url_for(".go_on"))


@bp.post("/stop/undo")
@public
def go_on() -> Response:
    return _go_on(_stop_hash(), "stop", url_for(".stop"))


def _stop_hash() -> bytes:
    return bytes.fromhex(session.get("stop", ""))


def _stop(hashed: bytes, purpose: str, action: str, undo_action: str) -> Response:
    if request.method != "POST":
        found = stopping.stop_of(hashed, purpose)
        return page("invitations/stop_confirm.html", email=found.email, inviter_name=found.inviter_name, action=action)
    only_one = request.form.get("scope") == "one"
    found = stopping.stop(hashed, purpose, everybody=not only_one)
    name = found.inviter_name if only_one else None
    return page("invitations/stopped.html", email=found.email, inviter_name=name, undo_action=undo_action)


def _go_on(hashed: bytes, purpose: str, back: str) -> Response:
    found = stopping.go_on(hashed, purpose)
    flash(f"Taken back. Invitations may reach {found.email} again.", "done")
    return go_to(back)
