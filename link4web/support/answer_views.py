"""The link in a mail that asks an admin for their word. Opening it does nothing; its buttons do (R-030, R-061).

No can be said here by whoever has the mail: it keeps somebody out. Yes lets somebody in, so a mailbox is not enough for
it: that button leads to the settings, which want the sign-in and a proof (R-009).
"""

from flask import Blueprint, Response, g, request, session, url_for
from flask_login import current_user

from link4web import tenancy
from link4web.accounts.models import Organisation
from link4web.accounts.tokens import token_hash
from link4web.audit import Actor, actor, current_actor
from link4web.database import db
from link4web.support import accesses, consent, history
from link4web.support.jobs import asked_by
from link4web.support.models import SupportLink
from link4web.web.access import public
from link4web.web.exchange import exchange
from link4web.web.responses import page

bp = Blueprint("support_answer", __name__, url_prefix="/support-access")
HELD = "support_link"


@bp.get("/<token>")
@public
def open_link(token: str) -> Response:
    return exchange(HELD, token_hash(token), url_for(".show"), opens_account=False)


def _link() -> SupportLink | None:
    """What this browser's link leads to, while its owner may still decide."""
    link = asked_by(bytes.fromhex(session.get(HELD, "")))
    return link if link is not None and link.user_id in consent.admins(link.organisation_id) else None


@bp.get("")
@public
def show() -> Response:
    link = _link()
    if link is None:
        return _nothing_left()
    with tenancy.acting_for(link.organisation_id):
        access = accesses.find(link.access_id)
        entry = history.entries([access])[0] if access else None
    g.organisation = db.session.get_one(Organisation, link.organisation_id)  # its times
    return _page(g.organisation, entry=entry)


@bp.post("")
@public
def decline() -> Response:
    """The admin's no; the link has done its work then."""
    link = _link()
    if link is None or request.form.get("answer") != "no":
        return _nothing_left()
    organisation = db.session.get_one(Organisation, link.organisation_id)
    access, admin, who = link.access_id, link.user_id, current_actor()
    by_mail = Actor(admin, None, who.session_hash, who.address, who.device)
    with tenancy.acting_for(organisation.id), actor(by_mail):
        counted = accesses.answer(access, admin, yes=False)
    session.pop(HELD, None)
    return _page(organisation) if counted else _nothing_left()


def _nothing_left() -> Response:
    return _page(None, 410)


def _page(asked: Organisation | None, status: int = 200, entry: history.Entry | None = None) -> Response:
    """`reader`: *admin* who may say yes here, *other* who is signed in and may not, *visitor* before the sign-in."""
    reader = "visitor"
    if asked and current_user.is_authenticated:
        reader = "admin" if current_user.id in consent.admins(asked.id) else "other"
    return page("support/answer.html", status=status, asked=asked, entry=entry, reader=reader)
