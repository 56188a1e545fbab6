"""Settings: take everything along, close the account, and keep it after all."""

from typing import Any

from flask import Blueprint, Response, abort, flash, g, url_for
from flask_login import current_user
from sqlalchemy import func, select

from link4web.accounts.closed import deleted_on, is_over
from link4web.accounts.models import Membership, Organisation, User
from link4web.closing import export, services, words
from link4web.closing.forms import CloseForm
from link4web.colleagues.inviting import pending
from link4web.connections import queries
from link4web.customers.models import CustomerCount
from link4web.database import db
from link4web.invitations.withdrawing import number_open
from link4web.web.access import requires
from link4web.web.responses import download as file_of
from link4web.web.responses import go_to, page, wants_fragment
from link4web.web.rights import Permission

bp = Blueprint("closing", __name__)


@bp.get("/org/<id:organisation>/settings/close")
@requires(Permission.MANAGE_ORGANISATION, when_closed=True)
def show(organisation: str) -> Response:
    """What goes, what stays, and the two steps; of a closed account the way back."""
    del organisation
    return _page(CloseForm(formdata=None, name_of_it=g.organisation.name))


@bp.post("/org/<id:organisation>/settings/close")
@requires(Permission.MANAGE_ORGANISATION, fresh=True)
def close(organisation: str) -> Response:
    form = CloseForm(name_of_it=g.organisation.name)
    if not form.validate():
        return _page(form, status=422)
    services.close(organisation, current_user.id)
    return go_to(url_for(".show", organisation=organisation))


@bp.post("/org/<id:organisation>/settings/close/keep")
@requires(Permission.MANAGE_ORGANISATION, when_closed=True)
def keep(organisation: str) -> Response:
    if services.keep(organisation):
        flash("The account is kept, and everybody can enter again. Connect your ledgers anew.", "done CLOSE-KEPT")
    elif g.organisation.closed_at is not None:
        flash(words.TOO_LATE, f"bad {words.TOO_LATE.code}")
    return go_to(url_for(".show", organisation=organisation))


@bp.post("/org/<id:organisation>/settings/close/export")
@requires(Permission.MANAGE_ORGANISATION, when_closed=True, fresh=True)
def ask_export(organisation: str) -> Response:
    export.ask(current_user.id)
    return go_to(url_for(".show", organisation=organisation, _anchor="export"))


@bp.get("/org/<id:organisation>/settings/close/export")
@requires(Permission.MANAGE_ORGANISATION, when_closed=True)
def export_state(organisation: str) -> Response:
    """How far the export is: asked again and again while it is made."""
    if not wants_fragment():
        return go_to(url_for(".show", organisation=organisation, _anchor="export"), 302)
    return page("closing/_export.html", **_export())


@bp.get("/org/<id:organisation>/settings/close/export/<id:export_id>.zip")
@requires(Permission.MANAGE_ORGANISATION, when_closed=True, fresh=True)
def download(organisation: str, export_id: str) -> Response:
    del organisation
    parts = export.take(export_id) or abort(404)
    return file_of(parts, "link4web-export.zip", "application/zip")


def _page(form: CloseForm, *, status: int = 200) -> Response:
    here: Organisation = g.organisation
    closer = db.session.get(User, here.closed_by) if here.closed_by else None
    return page(
        "closing/close.html",
        status=status,
        form=form,
        closed_at=here.closed_at,
        closed_by=closer.name if closer else "An admin",
        deleted_on=deleted_on(here),
        may_keep=not is_over(here),
        counts=_counts(here.id),
        **_export(),
    )


def _counts(organisation_id: str) -> dict[str, int]:
    people = select(func.count()).select_from(Membership).where(Membership.organisation_id == organisation_id)
    return {
        "customers": db.session.scalar(select(func.coalesce(func.sum(CustomerCount.number), 0))) or 0,
        "connections": sum(one.state != "disconnected" for one in queries.all_of_organisation()),
        "invitations": number_open(),
        "colleagues": len(pending()),
        "people": db.session.scalar(people) or 0,
    }


def _export() -> dict[str, Any]:
    found = export.latest()
    where = g.organisation.id
    is_ready = found is not None and found.state == "ready"
    return {
        "export": found,
        "ask_href": url_for(".ask_export", organisation=where),
        "poll_href": url_for(".export_state", organisation=where),
        "download_href": url_for(".download", organisation=where, export_id=found.id) if found and is_ready else None,
    }
