"""What belongs to a support session itself: its page, the second step, and *Leave*."""

from flask import Blueprint, Response, g, request, url_for

from link4web import tenancy
from link4web.accounts import codes
from link4web.accounts.codes import CodeRefused
from link4web.accounts.models import Organisation
from link4web.accounts.words import code_refused
from link4web.database import db
from link4web.support import accesses, history, sessions
from link4web.support.forms import WriteForm
from link4web.web.access import support_session
from link4web.web.responses import go_to, page
from link4web.web.sessions import change_token

bp = Blueprint("on_behalf", __name__, url_prefix="/on-behalf")


@bp.get("")
@support_session
def session() -> Response:
    return _page(WriteForm(formdata=None))


def _page(form: WriteForm, status: int = 200) -> Response:
    g.organisation = db.session.get_one(Organisation, g.on_behalf.organisation_id)  # its times and its places
    with tenancy.acting_for(g.on_behalf.organisation_id):
        access = accesses.find(g.on_behalf.access_id)
        entry = history.entries([access])[0] if access else None
    return page("support/on_behalf.html", status=status, form=form, entry=entry)


@bp.post("/write")
@support_session
def write() -> Response:
    """The second step: the agent's own code once more, and a reason of its own (R-063)."""
    form, status = WriteForm(), 422
    if form.validate():
        try:
            codes.check(g.on_behalf.agent_id, form.code.data or "", request.remote_addr or "")
        except CodeRefused as refused:
            form.code.errors = [code_refused(refused.wait)]
            status = 429 if refused.wait else 422
        else:
            with tenancy.acting_for(g.on_behalf.organisation_id):
                sessions.let_write(g.on_behalf.access_id, form.reason.data or "")
            change_token()
            return go_to(url_for(".session"))
    return _page(form, status)


@bp.post("/leave")
@support_session
def leave() -> Response:
    with tenancy.acting_for(g.on_behalf.organisation_id):
        return sessions.leave(g.on_behalf)
