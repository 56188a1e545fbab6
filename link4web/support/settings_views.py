"""What an organisation allows support, and what support has done there: for its admins."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, g, request, url_for
from flask_login import current_user

from link4web import clock
from link4web.support import accesses, consent, history, staff, words
from link4web.support.forms import SwitchForm
from link4web.web.access import on_behalf, requires
from link4web.web.filters import moment
from link4web.web.responses import go_to, page
from link4web.web.rights import Permission

bp = Blueprint("support_settings", __name__, url_prefix="/org/<id:organisation>/settings/support")


@bp.get("")
@on_behalf("never")
@requires(Permission.MANAGE_ORGANISATION)
def show(organisation: str) -> Response:
    del organisation
    return _page(_form(formdata=None))


def _form(**more: object) -> SwitchForm:
    today, standing = clock.now().astimezone(_zone()).date(), consent.standing()
    until = standing.until.astimezone(_zone()).date() if standing else today + timedelta(days=6)
    return SwitchForm(today=today, until=until, **more)


def _zone() -> ZoneInfo:
    return ZoneInfo(g.organisation.timezone)


def _page(form: SwitchForm, status: int = 200) -> Response:
    standing = consent.standing()
    entries, is_cut = history.of_organisation()
    context: dict[str, Any] = {
        "form": form,
        "standing": standing,
        "history": entries,
        "is_cut": is_cut,
        "most": history.MOST,
    }
    return page("support/settings.html", status=status, **context)


@bp.post("/switch")
@on_behalf("never")
@requires(Permission.MANAGE_ORGANISATION, fresh=True)
def switch(organisation: str) -> Response:
    """Allow support access until the end of a day, give that another end, or take it back at once."""
    if request.form.get("switch") == "off":
        goes_on = accesses.allow_no_more()
        flash(words.OFF_BUT if goes_on else words.OFF, "done")
        return go_to(url_for(".show", organisation=organisation))
    if staff.is_staff(current_user.id):
        abort(403)  # the permission is the customer's to give
    form = _form()
    day = form.until.data
    if not form.validate() or day is None:
        return _page(form, 422)
    until = datetime.combine(day, time.max.replace(microsecond=0), _zone())
    was_off = consent.switch_on(current_user.id, min(until, clock.now() + consent.LONGEST))
    said = "Support access is on." if was_off else f"Support access now goes on until {moment(until)}."
    flash(f"{said} You get a mail each time somebody enters.", "done")
    return go_to(url_for(".show", organisation=organisation))


@bp.post("/<id:access>/allow")
@on_behalf("never")
@requires(Permission.MANAGE_ORGANISATION, fresh=True)
def allow(organisation: str, access: str) -> Response:
    """An admin's yes to one request. It lets somebody in, so it wants a proof; a no never has to wait for one."""
    if accesses.find(access) is None:
        abort(404)
    _answer(access, yes=True)
    return go_to(url_for(".show", organisation=organisation))


@bp.post("/<id:access>")
@on_behalf("never")
@requires(Permission.MANAGE_ORGANISATION)
def answer(organisation: str, access: str) -> Response:
    """An admin's no to one request, or enough."""
    if accesses.find(access) is None:
        abort(404)
    said = request.form.get("answer", "")
    if said == "end":
        accesses.take_back(access)
        flash("It is over with their next click.", "done")
    elif said == "no":
        _answer(access, yes=False)
    return go_to(url_for(".show", organisation=organisation))


def _answer(access: str, *, yes: bool) -> None:
    if not accesses.answer(access, current_user.id, yes=yes):
        flash("This has been decided already, or it has run out.", "wait SUPPORT-DECIDED")
    else:
        flash("Allowed, for one visit of an hour at most." if yes else "Declined. Nobody enters.", "done")
