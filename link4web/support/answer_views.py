"""The link in a mail that asks an admin for their word. Opening it does nothing; the form does (R-030, R-061)."""

from typing import Any

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
def decide() -> Response:
    """Allow or decline; the link has done its work then."""
    link, said = _link(), request.form.get("answer", "")
    if link is None or said not in ("yes", "no"):
        return _nothing_left()
    organisation = db.session.get_one(Organisation, link.organisation_id)
    access, admin, who = link.access_id, link.user_id, current_actor()
    by_mail = Actor(admin, None, who.session_hash, who.address, who.device)
    with tenancy.acting_for(organisation.id), actor(by_mail):
        counted = accesses.answer(access, admin, yes=said == "yes")
    session.pop(HELD, None)
    return _page(organisation, said=said) if counted else _nothing_left()


def _nothing_left() -> Response:
    return _page(None, 410)


def _page(asked: Organisation | None, status: int = 200, **more: Any) -> Response:
    """`asked`: the organisation whose word is wanted; its settings are linked unless they are closed to who reads."""
    is_linked = asked and (not current_user.is_authenticated or current_user.id in consent.admins(asked.id))
    href = url_for("support_settings.show", organisation=asked.id) if asked and is_linked else ""
    context = {"entry": None, "said": "", **more}
    return page("support/answer.html", status=status, asked=asked, settings_href=href, **context)
