"""Create an organisation; its own details and business number."""

from flask import Blueprint, Response, current_app, flash, g, request, url_for
from flask_login import current_user

from link4web.accounts import organisations, words
from link4web.accounts.forms import NewOrganisationForm, OrganisationForm, OwnNumberForm
from link4web.accounts.models import Organisation
from link4web.accounts.number_check import answer_to
from link4web.registers.numbers import read_number
from link4web.settings import Settings
from link4web.web.access import Permission, requires, signed_in
from link4web.web.responses import go_to, next_page, page

bp = Blueprint("organisations", __name__)


@bp.route("/organisations/new", methods=["GET", "POST"])
@signed_in
def new() -> Response:
    form = NewOrganisationForm(optional=True)
    if form.validate_on_submit():
        created = organisations.create_organisation(
            current_user.id, form.name.data or "", form.country.data, form.number.business_number
        )
        flash(_welcome(created), "done")
        return go_to(url_for(_ways_to_connect(), organisation=created.id))
    return page("accounts/new_organisation.html", status=422 if form.errors else 200, form=form)


def _ways_to_connect() -> str:
    """The page that chooses an accounting system, or the only one there is."""
    settings: Settings = current_app.extensions["settings"]
    only, *others = settings.offered
    return "entry.connect" if others else f"{only.slug}.connect"


def _welcome(organisation: Organisation) -> str:
    if organisation.register_name:
        return f"{organisation.name} is set up. The register knows its number as {organisation.register_name}."
    return f"{organisation.name} is set up."


@bp.get("/organisations/check-number")
@signed_in
def check_number() -> Response:
    """What is said under the own number's field when it is left; nothing while it is empty."""
    text, country = request.args.get("number", ""), request.args.get("country", "")
    answer = answer_to(read_number(text, "NZ" if country == "NZ" else "AU")) if text.strip() else None
    return page("accounts/_register_answer.html", answer=answer)


@bp.route("/org/<id:organisation>/settings/business", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def business(organisation: str) -> Response:
    here = g.organisation
    details = OrganisationForm(obj=here, prefix="details")
    own = OwnNumberForm(country=here.country, data={"number": here.number or ""})
    if request.method == "POST" and request.form.get("what") == "details":
        if details.validate():
            organisations.update_details(
                organisation,
                name=details.name.data or "",
                address=details.address.data or "",
                timezone=details.timezone.data,
                invite_without_number=details.invite_without_number.data,
            )
            flash("Saved.", "done")
            return go_to(url_for(".business", organisation=organisation))
    elif request.method == "POST" and own.validate():
        return _save_number(organisation, own)
    bad = bool(details.errors or own.errors)
    return page("accounts/business.html", status=422 if bad else 200, details=details, own=own)


def _save_number(organisation: str, own: OwnNumberForm) -> Response:
    number = own.number.business_number
    assert number is not None
    saved = organisations.record_own_number(organisation, number)
    tone = "done" if saved.number_status in ("active", "unchecked") else "todo"
    flash(_number_saved(saved), f"{tone} {words.own_number_code(saved.number_status)}")
    return go_to(next_page(url_for(".business", organisation=organisation)))


def _number_saved(saved: Organisation) -> str:
    said = words.OWN_NUMBER_SAVED[saved.number_status]
    return said.format(scheme=saved.number_scheme, name=saved.register_name)
