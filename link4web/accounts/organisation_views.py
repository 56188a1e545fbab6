"""Create an organisation; its own details and business number."""

from flask import Blueprint, Response, abort, current_app, flash, g, request, url_for
from flask_login import current_user

from link4web.accounts import bank as bank_account
from link4web.accounts import business_addresses as places
from link4web.accounts import organisations, words
from link4web.accounts.business_forms import AddressForm, bank_form
from link4web.accounts.forms import NewOrganisationForm, OrganisationForm, OwnNumberForm
from link4web.accounts.models import Organisation
from link4web.accounts.number_check import answer_to
from link4web.registers.numbers import read_number
from link4web.settings import Settings
from link4web.web.access import requires, signed_in
from link4web.web.responses import go_to, next_page, page
from link4web.web.rights import Permission
from link4web.web.settings_frame import settings_links

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


@bp.get("/org/<id:organisation>/settings")
@requires(Permission.VIEW_CUSTOMERS)
def settings(organisation: str) -> Response:
    """The first of the settings that the person may open."""
    del organisation
    first = next(iter(settings_links()), None)
    return go_to(first.href, 302) if first else abort(403)


@bp.route("/org/<id:organisation>/settings/details", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def details(organisation: str) -> Response:
    """Name and time zone."""
    form = OrganisationForm(obj=g.organisation)
    if form.validate_on_submit():
        organisations.update_details(organisation, name=form.name.data or "", timezone=form.timezone.data)
        flash("Saved.", "done")
        return go_to(url_for(".details", organisation=organisation))
    return page("accounts/details.html", status=422 if form.errors else 200, form=form)


@bp.route("/org/<id:organisation>/settings/business", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def business(organisation: str) -> Response:
    """The organisation's own business number."""
    here = g.organisation
    own = OwnNumberForm(country=here.country, data={"number": here.number or ""})
    if own.validate_on_submit():
        return _save_number(organisation, own)
    return page("accounts/business.html", status=422 if own.errors else 200, own=own)


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


@bp.route("/org/<id:organisation>/settings/addresses", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def addresses(organisation: str) -> Response:
    """Where the business is, in the parts that an invoice needs."""
    known = places.addresses()
    # before there were parts there was one line: it is where the first address begins
    first = {"line1": g.organisation.address[:200]} if not known else {}
    begin = {"country": g.organisation.country}
    forms = {
        kind: AddressForm(
            obj=known.get(kind),
            data={**begin, **(first if kind == "street" else {})},
            prefix=kind,
            is_optional=kind == "postal",
        )
        for kind in places.KINDS
    }
    wrong = [kind for kind, form in forms.items() if request.method == "POST" and not form.validate()]
    if request.method == "POST" and not wrong:
        places.save_addresses({kind: form.address for kind, form in forms.items()})
        flash("Saved.", "done")
        return go_to(url_for(".addresses", organisation=organisation))
    return page("accounts/addresses.html", status=422 if wrong else 200, **forms)


@bp.route("/org/<id:organisation>/settings/bank", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION, fresh=True)
def bank(organisation: str) -> Response:
    """Where invoices are paid. What is on file is shown by its ending alone."""
    form = bank_form(g.organisation.country)
    if form.validate_on_submit() and form.account is not None:
        bank_account.save(form.account, form.holder.data or "")
        flash("Saved. Every admin gets a mail about it.", "done BANK-CHANGED")
        return go_to(url_for(".bank", organisation=organisation))
    known = bank_account.on_file()
    if known and request.method == "GET":
        bank_account.note_seen()
    return page(
        "accounts/bank.html",
        status=422 if form.errors else 200,
        form=form,
        known=known,
        person=bank_account.changed_by(known) if known else "",
    )


@bp.post("/org/<id:organisation>/settings/bank/remove")
@requires(Permission.MANAGE_ORGANISATION, fresh=True)
def remove_bank(organisation: str) -> Response:
    if bank_account.remove():
        flash("The account is removed. Every admin gets a mail about it.", "done BANK-CHANGED")
    return go_to(url_for(".bank", organisation=organisation))
