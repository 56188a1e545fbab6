"""What support has done in one's own account, for the person whose it is, admin or not (R-073)."""

from flask import Blueprint, Response
from flask_login import current_user
from sqlalchemy import select

from link4web import tenancy
from link4web.accounts.organisations import organisations_of
from link4web.database import db
from link4web.support import history
from link4web.support.models import SupportAccess
from link4web.web.access import signed_in
from link4web.web.responses import page

bp = Blueprint("own_visits", __name__)


@bp.get("/account/support")
@signed_in
def show() -> Response:
    found = [(one.name, _entries(one.id)) for one, _ in organisations_of(current_user.id)]
    return page("support/own.html", found=[(name, entries) for name, entries in found if entries], most=history.MOST)


def _entries(organisation_id: str) -> list[history.Entry]:
    """Requests for this person's account there, the latest first."""
    mine = select(SupportAccess).where(SupportAccess.user_id == current_user.id)
    mine = mine.order_by(SupportAccess.asked_at.desc(), SupportAccess.id).limit(history.MOST)
    with tenancy.acting_for(organisation_id):
        return history.entries(db.session.scalars(mine))
