"""Settings: what every invitation begins with."""

from flask import Blueprint, Response, flash, g, url_for

from link4web.accounts import organisations
from link4web.invitations.forms import DefaultsForm
from link4web.web.access import requires
from link4web.web.responses import go_to, page
from link4web.web.rights import Permission

bp = Blueprint("invitation_defaults", __name__)


@bp.route("/org/<id:organisation>/settings/invitations", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def show(organisation: str) -> Response:
    """Whether customers may bring their number, and one's own message."""
    here = g.organisation
    form = DefaultsForm(data={"without_number": here.invite_without_number, "message": here.invitation_message})
    if form.validate_on_submit():
        organisations.update_invitation_defaults(
            organisation, without_number=form.without_number.data, message=form.message.data or ""
        )
        flash("Saved.", "done")
        return go_to(url_for(".show", organisation=organisation))
    return page("invitations/defaults.html", status=422 if form.errors else 200, form=form)
