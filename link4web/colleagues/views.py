"""Who works in an organisation, and how they get in and out. Everybody there sees who is in; admins change it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, g, request, url_for
from flask_login import current_user

from link4web import clock
from link4web.accounts import memberships, words
from link4web.accounts.memberships import Colleague, Refused
from link4web.colleagues import inviting
from link4web.colleagues.forms import InviteForm, RightsForm
from link4web.colleagues.models import MembershipInvitation
from link4web.colleagues.words import MAIL, NOBODY_CHOSEN, TOO_MANY
from link4web.connections import queries
from link4web.connections.providers import provider_of
from link4web.invitations.caps import Full
from link4web.sentences import Coded
from link4web.web.access import member, requires
from link4web.web.filters import soon
from link4web.web.responses import go_to, page
from link4web.web.rights import Permission, Rights

bp = Blueprint("colleagues", __name__, url_prefix="/org/<id:organisation>/users")
USUAL = Rights("user", may_edit=True)
#: What somebody keeps who has handed over.
AFTERWARDS = Rights("user", may_edit=True, may_approve=True, may_send=True)


@bp.errorhandler(Refused)
def refused(problem: Refused) -> Response:
    """Say why, on the list as it is now."""
    flash(problem.sentence, f"bad {problem.sentence.code}")
    return go_to(_list())


def _list() -> str:
    return url_for(".index", organisation=g.organisation.id)


@bp.get("")
@requires(Permission.VIEW_CUSTOMERS)
def index(organisation: str) -> Response:
    manages = member().may(Permission.MANAGE_USERS)
    return page(
        "colleagues/users.html",
        people=[_line(one) for one in memberships.colleagues_of(organisation)],
        invitations=[_pending(*one) for one in inviting.pending()] if manages else [],
        manages=manages,
        invite_href=url_for(".invite", organisation=organisation),
        leave_href=url_for(".leave", organisation=organisation),
    )


def _line(one: Colleague) -> dict[str, Any]:
    """Somebody on the list. Addresses are for those who let people in; others see names."""
    manages, is_you = member().may(Permission.MANAGE_USERS), one.user_id == current_user.id
    return {
        "name": one.name,
        "email": one.email if manages or is_you else "",
        "role": words.ROLES[one.rights.role],
        "may": words.may_words(one.rights),
        "since": one.since,
        "is_you": is_you,
        "is_disabled": one.is_disabled,
        "href": url_for(".person", organisation=g.organisation.id, person=one.user_id) if manages else None,
    }


def _pending(invitation: MembershipInvitation, sender: str) -> dict[str, Any]:
    ids: dict[str, Any] = {"organisation": invitation.organisation_id, "invitation": invitation.id}
    return {
        "email": invitation.email,
        "role": words.ROLES[invitation.role],
        "may": words.may_words(invitation.rights),
        "sender": sender,
        "sent": invitation.created_at,
        "until": invitation.expires_at,
        "problem": MAIL.get(invitation.problem),
        "has_ended": invitation.expires_at <= clock.now(),
        "resend_href": url_for(".resend", **ids),
        "withdraw_href": url_for(".withdraw", **ids),
    }


@bp.route("/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS, fresh=True)
def invite(organisation: str) -> Response:
    form = InviteForm(data=None if request.method == "POST" else USUAL._asdict())
    if form.validate_on_submit():
        try:
            made = inviting.invite(organisation, form.email.data or "", form.rights, by=current_user.id)
        except inviting.Member as known:
            form.email.errors = [known.sentence]
        except Full as full:
            form.email.errors = [_too_many(full)]
        else:
            _say_invited(made.email, made.expires_at)
            return go_to(_list())
    return page("colleagues/invite.html", status=422 if form.errors else 200, form=form, back_href=_list())


def _too_many(full: Full) -> Coded:
    return Coded(TOO_MANY.format(words=full.words, until=soon(full.until)), "USER-INVITED-OFTEN")


def _say_invited(email: str, until: datetime) -> None:
    flash(f"A mail goes to {email}. Its link works once, until {soon(until).removeprefix('on ')}.", "done")


@bp.post("/invitations/<id:invitation>/resend")
@requires(Permission.MANAGE_USERS, fresh=True)
def resend(organisation: str, invitation: str) -> Response:
    if not inviting.is_known(organisation, invitation):
        abort(404)
    try:
        made = inviting.resend(organisation, invitation, by=current_user.id)
    except Full as full:
        said = _too_many(full)
        flash(said, f"todo {said.code}")
    else:
        _say_invited(made.email, made.expires_at)
    return go_to(_list())


@bp.post("/invitations/<id:invitation>/withdraw")
@requires(Permission.MANAGE_USERS)
def withdraw(organisation: str, invitation: str) -> Response:
    if not inviting.is_known(organisation, invitation):
        abort(404)
    email = inviting.withdraw(organisation, invitation, by=current_user.id)
    flash(f"The invitation to {email} is taken back; its link no longer works.", "done")
    return go_to(_list())


@bp.route("/<id:person>", methods=["GET", "POST"])
@requires(Permission.MANAGE_USERS, fresh=True)
def person(organisation: str, person: str) -> Response:
    """What somebody may do; also oneself, to step down."""
    found = _found(organisation, person)
    form = RightsForm(data=None if request.method == "POST" else found.rights._asdict())
    if form.validate_on_submit():
        if memberships.change(organisation, person, form.rights, by=current_user.id):
            flash(f"Saved. {found.name} may {words.may_words(form.rights)}.", "done")
        return go_to(_list())
    ids: dict[str, Any] = {"organisation": organisation, "person": person}
    return page(
        "colleagues/person.html",
        status=422 if form.errors else 200,
        person=_line(found),
        form=form,
        connected=[f"{provider_of(one.provider).name}, {one.file_name}" for one in queries.connected_by(person)],
        connections_href=url_for("entry.connections", organisation=organisation),
        back_href=_list(),
        remove_href=url_for(".remove", **ids),
        sign_out_href=url_for(".sign_out_person", **ids),
        leave_href=url_for(".leave", organisation=organisation),
    )


def _found(organisation: str, person: str) -> Colleague:
    found = memberships.colleague(organisation, person)
    if found is None:
        abort(404)
    return found


@bp.post("/<id:person>/remove")
@requires(Permission.MANAGE_USERS, fresh=True)
def remove(organisation: str, person: str) -> Response:
    found = _found(organisation, person)
    if person == current_user.id:
        return go_to(url_for(".leave", organisation=organisation))
    memberships.remove(organisation, person, by=current_user.id)
    flash(f"{found.name} no longer works here.", "done")
    return go_to(_list())


@bp.post("/<id:person>/sign-out")
@requires(Permission.MANAGE_USERS)
def sign_out_person(organisation: str, person: str) -> Response:
    """End every session of a member; one's own are on the account page."""
    found = _found(organisation, person)
    if person == current_user.id:
        return go_to(url_for("account.show"))
    memberships.end_sessions(organisation, person, by=current_user.id)
    flash(f"{found.name} is signed out everywhere.", "done")
    return go_to(url_for(".person", organisation=organisation, person=person))


@bp.get("/leave")
@requires(Permission.VIEW_CUSTOMERS)
def leave(organisation: str) -> Response:
    """What leaving means, and who could take one's place."""
    return _leave_page(organisation)


@bp.post("/leave")
@requires(Permission.VIEW_CUSTOMERS, fresh=True)
def leave_now(organisation: str) -> Response:
    name = g.organisation.name
    memberships.leave(organisation, current_user.id)
    flash(f"You have left {name}.", "done")
    return go_to(url_for("overview.index"))


def _leave_page(organisation: str, *, missing: Coded | None = None) -> Response:
    people = memberships.colleagues_of(organisation)
    others = [one for one in people if one.user_id != current_user.id and not one.is_disabled]
    is_admin = member().may(Permission.MANAGE_USERS)
    is_last = is_admin and not any(one.rights.role == "admin" for one in others)
    return page(
        "colleagues/leave.html",
        status=422 if missing else 200,
        missing=missing,
        others=[(one.user_id, one.name, words.ROLES[one.rights.role]) for one in others] if is_admin else [],
        may=words.may_words(AFTERWARDS),
        problem=words.LAST_ADMIN if is_last else None,
        hand_over_href=url_for(".hand_over", organisation=organisation),
        back_href=_list(),
    )


@bp.post("/hand-over")
@requires(Permission.MANAGE_USERS, fresh=True)
def hand_over(organisation: str) -> Response:
    """Make somebody an admin in one's own place."""
    if not request.form.get("person"):
        return _leave_page(organisation, missing=NOBODY_CHOSEN)
    found = memberships.colleague(organisation, request.form["person"])
    if found is None:
        raise memberships.NotThere
    memberships.hand_over(organisation, found.user_id, by=current_user.id, keeps=AFTERWARDS)
    flash(f"{found.name} is an admin now, and you are a user.", "done")
    return go_to(_list())
