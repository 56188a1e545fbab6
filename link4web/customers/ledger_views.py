"""The ways out of *my customer is missing*: invite anyway, make a draft, add the contact, ask the ledger again."""

from flask import Blueprint, Response, abort, flash, request, url_for

from link4web.customers import asking, ledger, queries, selection, services
from link4web.customers.forms import NewContactForm
from link4web.customers.list_page import list_context
from link4web.customers.misses import nothing_view
from link4web.customers.models import Customer
from link4web.customers.pages import Place
from link4web.customers.words import VALUES, WRITING_AGAIN, WRITTEN_NOWHERE
from link4web.providers.base.errors import DuplicateName, PersonMustFix, ProviderError, TryAgainLater
from link4web.providers.base.provider import Provider
from link4web.sentences import Coded
from link4web.web.access import member, on_behalf, requires
from link4web.web.responses import go_to, page
from link4web.web.rights import Permission


def add_routes(bp: Blueprint, base: str) -> None:
    bp.add_url_rule(f"{base}/add", "add_contact", add_contact, methods=["GET", "POST"])
    bp.add_url_rule(f"{base}/ask", "ask", ask, methods=["POST"])
    bp.add_url_rule(f"{base}/<id:customer>/draft", "draft", make_draft, methods=["POST"])
    bp.add_url_rule(f"{base}/<id:customer>/write-again", "write_again", write_again, methods=["POST"])
    bp.add_url_rule(f"{base}/<id:customer>/draft/remove", "remove_draft", remove_draft, methods=["POST"])


@requires(Permission.EDIT_CUSTOMERS)
def add_contact(provider: Provider, connection: str) -> Response:
    """*Add to Xero*, with what was typed into the search."""
    del connection
    place = Place.here(provider)
    typed = " ".join(request.args.get("name", "").split())[:100]
    if request.method == "GET":
        return _show_add(place, typed, NewContactForm.prefilled(typed, place.scheme, provider))
    form = NewContactForm(provider=provider)
    if not form.validate():
        return _show_add(place, form.name.data or typed, form, status=422)
    name = form.name.data or ""
    try:
        customer = asking.add_contact(
            place.connection, name=name, email=form.email.data or "", number=form.business_number
        )
    except DuplicateName as duplicate:
        return _known_already(place, form, duplicate)
    except ProviderError as error:
        return _show_add(place, name, form, problem=_trouble(error), status=_status(error))
    flash(f"{name} is in {provider.name} now.", "done")
    if customer is None:
        return go_to(place.base)
    if request.form.get("then") == "invite" and member().may(Permission.INVITE):
        services.allow_invitation(customer.id)
        selection.only(place.connection.id, customer.id)
        return go_to(url_for(f"{provider.slug}.invite", connection=place.connection.id))
    return go_to(f"{place.base}/{customer.id}")


def _show_add(
    place: Place, typed: str, form: NewContactForm, *, problem: Coded | None = None, status: int = 200
) -> Response:
    nothing = nothing_view(place, typed, asked=False, problem=problem, form=form, adding=True)
    return page(
        "customers/add.html",
        status=status,
        provider=place.provider,
        nothing=nothing,
        title=typed,
        places=[("My Customers", place.base), ("Add", None)],
    )


def _trouble(error: ProviderError) -> Coded:
    """The provider's sentence; where it promises another try, the person has to make it, since no job does."""
    if isinstance(error, TryAgainLater):
        said = error.sentence.partition(" We will try again")[0] + " Please try again a little later."
        return Coded(said, error.code)
    return Coded(asking.words_of(error), error.code)


def _status(error: ProviderError) -> int:
    return 422 if isinstance(error, PersonMustFix) else 503


def _known_already(place: Place, form: NewContactForm, duplicate: DuplicateName) -> Response:
    """Somebody of this name is there: bring it in and show it, instead of an error."""
    try:
        known = asking.fetch_contact(place.connection, duplicate.existing_id) if duplicate.existing_id else None
    except ProviderError:
        known = None
    if known is None:
        return _show_add(place, form.name.data or "", form, problem=_trouble(duplicate), status=409)
    flash(f"{place.provider.name} has {known.name} already. Here it is.", "wait")
    return go_to(f"{place.base}/{known.id}")


@requires(Permission.EDIT_CUSTOMERS)
def ask(provider: Provider, connection: str) -> Response:
    """Ask the ledger itself for what a search didn't find; answers the list again."""
    del connection
    place = Place.here(provider)
    text = " ".join(request.args.get("q", "").split())[:100]
    problem = None
    if text:
        try:
            asking.ask_ledger(place.connection, text)
        except ProviderError as error:
            problem = _trouble(error)
    context = list_context(place, asked=not problem, problem=problem)
    return page("customers/index.html", fragment="customers/_list.html", **context)


@requires(Permission.EDIT_CUSTOMERS)
def make_draft(provider: Provider, connection: str, customer: str) -> Response:
    row = _customer(connection, customer)
    if not provider.can_create_draft:
        abort(404)
    ledger.ask_for_draft(connection, row.id)
    flash(f"We are creating a draft invoice for {row.name} in {provider.name}.", "wait")
    return go_to(f"{Place.here(provider).base}/{row.id}")


@requires(Permission.EDIT_CUSTOMERS)
def remove_draft(provider: Provider, connection: str, customer: str) -> Response:
    row = _customer(connection, customer)
    if ledger.ask_to_remove_draft(connection, row.id):
        flash(f"We are removing the draft from {provider.name}.", "wait")
    else:
        flash("There is no draft of ours to remove.", "rest")
    return go_to(f"{Place.here(provider).base}/{row.id}")


@on_behalf("write")
@requires(Permission.EDIT_CUSTOMERS)
def write_again(provider: Provider, connection: str, customer: str) -> Response:
    """Ask once more for a value to be written to the ledger, which has refused it."""
    row = _customer(connection, customer)
    what = request.form.get("what", "")
    if what not in VALUES:
        abort(400)
    asked = ledger.ask_to_write(connection, row.id, what)
    words = WRITING_AGAIN if asked else WRITTEN_NOWHERE
    flash(words.format(provider=provider.name, what=VALUES[what]), "wait" if asked else "bad")
    return go_to(f"{Place.here(provider).base}/{row.id}")


def _customer(connection: str, customer: str) -> Customer:
    row = queries.get(connection, customer)
    if row is None:
        abort(404)
    return row
