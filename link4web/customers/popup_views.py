"""The number and e-mail pop-ups at a row: a dialog over a real address, a page of its own without scripts."""

from typing import Any

from flask import Blueprint, Response, abort, flash, render_template, request

from link4web.accounts import register
from link4web.customers import ledger, queries, selection, services, states
from link4web.customers.forms import EmailForm, NumberForm
from link4web.customers.listing import ListQuery
from link4web.customers.models import Customer
from link4web.customers.on_screen import list_on_screen
from link4web.customers.pages import Place, known_counts, queue_views, todo_views
from link4web.customers.popups import (
    conflict_view,
    doubt_about,
    ending_there,
    kept_back,
    matches_for,
    number_hint,
    write_hint,
)
from link4web.customers.rows import row_of
from link4web.customers.words import queue_named
from link4web.providers.base.provider import Provider
from link4web.registers.numbers import BusinessNumber
from link4web.web.access import Permission, requires
from link4web.web.responses import fragments, go_to, page, wants_fragment


def add_routes(bp: Blueprint, base: str) -> None:
    bp.add_url_rule(f"{base}/<id:customer>/abn", "abn", abn, methods=["GET", "POST"])
    bp.add_url_rule(f"{base}/<id:customer>/email", "email", email, methods=["GET", "POST"])


@requires(Permission.EDIT_CUSTOMERS)
def abn(provider: Provider, connection: str, customer: str) -> Response:
    """Give a customer its ABN or NZBN."""
    place, row = Place.here(provider), _customer(connection, customer)
    form = _number_form(place, row)
    if request.method == "GET":
        return _show_number(place, row, form)
    if request.form.get("then") == "without" and place.organisation.invite_without_number:
        return _without_number(place, row)
    if use := request.form.get("use"):
        form.number.data = use
        form.sure.data = use
    if not form.validate():
        return _show_number(place, row, form, status=422)
    number = form.business_number
    assert number is not None
    finding = register.look_up(number)
    if (doubt := doubt_about(place, row, number, finding)) and form.sure.data != number.digits:
        form.sure.data = number.digits
        return _show_number(place, row, form, warn=doubt, status=422)
    known = finding.status in ("active", "cancelled")
    services.record_number(row.id, number, finding, origin="register" if use and known else "typed")
    return _after_number(place, row, number, write=bool(form.write.data))


def _number_form(place: Place, row: Customer) -> NumberForm:
    scheme = place.row_maker().scheme_of(row)
    kept = {"number": row.number, "write": place.connection.may_write_back}
    return NumberForm(scheme=scheme, provider_name=place.provider.name, data=kept if request.method == "GET" else None)


def _without_number(place: Place, row: Customer) -> Response:
    return _changed(place, row, f"{row.name} can be invited without a number. They are asked for it when they join.")


def _show_number(
    place: Place, row: Customer, form: NumberForm, *, warn: str = "", status: int = 200, saved: str = ""
) -> Response:
    shown_number = form.business_number or (form.number.data or "")
    matches, register_note = matches_for(
        row, form.scheme, form.number.data or "", ending_there(place, row, form.scheme)
    )
    without = None
    if place.organisation.invite_without_number and not row.number:
        without = ("Invite without a number", "We can’t tell whether they can receive eInvoices already.")
    context = {
        **_shared(place, row, form, saved, states.NEEDS_NUMBER),
        "scheme": form.scheme,
        "action": _with_queue(f"{place.base}/{row.id}/abn"),
        "warn": warn or None,
        "matches": matches,
        "register": register_note,
        "kept_back": kept_back(place, row, form.scheme) or None,
        "conflict": conflict_view(row.ledger_number, shown_number),
        "can_write": place.provider.number_field(form.scheme) is not None,
        "write_hint": number_hint(place, row, form.scheme),
        "without": without,
    }
    return page("customers/number.html", fragment="customers/_number_form.html", status=status, **context)


def _after_number(place: Place, row: Customer, number: BusinessNumber, *, write: bool) -> Response:
    said = f"{number.scheme} saved for {row.name}."
    if write and place.provider.number_field(number.scheme):
        said += _write(place, row, "number")
    return _next_or_changed(place, row, said, states.NEEDS_NUMBER, abn_page=True)


@requires(Permission.EDIT_CUSTOMERS)
def email(provider: Provider, connection: str, customer: str) -> Response:
    """Give a customer its e-mail address."""
    place, row = Place.here(provider), _customer(connection, customer)
    kept = {"email": row.email, "write": place.connection.may_write_back}
    form = EmailForm(provider_name=provider.name, data=kept if request.method == "GET" else None)
    if request.method == "GET" or not form.validate():
        return _show_email(place, row, form, status=422 if form.errors else 200)
    services.record_email(row.id, form.email.data or "")
    said = f"E-mail saved for {row.name}."
    if form.write.data:
        said += _write(place, row, "email")
    return _next_or_changed(place, row, said, states.NEEDS_EMAIL, abn_page=False)


def _write(place: Place, row: Customer, what: str) -> str:
    if ledger.ask_to_write(place.connection.id, row.id, what):
        return f" It goes to {place.provider.name} too."
    return f" {place.provider.name} is not connected, so it is saved here only."


def _show_email(place: Place, row: Customer, form: EmailForm, *, status: int = 200, saved: str = "") -> Response:
    bounced = row.invitation_state == "bounced"
    context = {
        **_shared(place, row, form, saved, states.NEEDS_EMAIL),
        "action": _with_queue(f"{place.base}/{row.id}/email"),
        "warn": None,
        "bounced": f"Their mail server refused {row.email}." if bounced else None,
        "conflict": conflict_view(row.ledger_email, form.email.data or ""),
        "write_hint": write_hint(place, row.ledger_email),
    }
    return page("customers/email.html", fragment="customers/_email_form.html", status=status, **context)


def _shared(place: Place, row: Customer, form: Any, saved: str, state: str) -> dict[str, Any]:
    waiting = known_counts(place).get(state, 0)
    following = queries.next_in_state(place.connection.id, state, row) if waiting else None
    return {
        "provider": place.provider,
        "customer": {"id": row.id, "name": row.name, "about": " · ".join(filter(None, (row.email, row.place)))},
        "form": form,
        "back_href": _with_queue(place.base),
        "place": f"{waiting:,} waiting" if waiting > 1 else None,
        "has_next": following is not None,
        "saved": saved or None,
        "places": [("My Customers", place.base), (row.name, f"{place.base}/{row.id}")],
    }


def _next_or_changed(place: Place, row: Customer, said: str, state: str, *, abn_page: bool) -> Response:
    following = None
    if request.form.get("then") == "next":
        following = queries.next_in_state(place.connection.id, state, row)
    if following is None:
        return _changed(place, row, said)
    if not _in_list(place):
        flash(said, "done")
        return go_to(_with_queue(f"{place.base}/{following.id}/{'abn' if abn_page else 'email'}"))
    return _changed(place, row, said, following=following, abn_page=abn_page)


def _in_list(place: Place) -> bool:
    """Whether the dialog stands over the list, whose parts can be changed; else a whole page has to follow."""
    return wants_fragment() and list_on_screen(place.base) is not None


def _changed(
    place: Place, row: Customer, said: str, *, following: Customer | None = None, abn_page: bool = True
) -> Response:
    """The row, the counts and one sentence; with *save and go to next* the next form before them."""
    if not _in_list(place):
        flash(said, "done")
        # over another page than the list, that page: it is the customer's own
        return go_to(f"{place.base}/{row.id}" if wants_fragment() else _with_queue(place.base))
    following_form = _next_form(place, following, said, abn_page=abn_page) if following else ""
    return fragments(following_form, changed_parts(place, row.id, said))


def _next_form(place: Place, following: Customer, said: str, *, abn_page: bool) -> str:
    write = place.connection.may_write_back
    if abn_page:
        scheme = place.row_maker().scheme_of(following)
        form = NumberForm(formdata=None, scheme=scheme, provider_name=place.provider.name, data={"write": write})
        return _show_number(place, following, form, saved=said).get_data(as_text=True)
    email_form = EmailForm(formdata=None, provider_name=place.provider.name, data={"write": write})
    return _show_email(place, following, email_form, saved=said).get_data(as_text=True)


def changed_parts(
    place: Place, customer_id: str, said: str, *, undo_href: str | None = None, undo_seconds: int | None = None
) -> str:
    """What changes on the page after a row's action: the row, the queues, to do, and the status sentence."""
    fresh = row_of(place.connection.id, customer_id)
    known = known_counts(place)
    query = list_on_screen(place.base) or ListQuery.from_args({})
    chosen = selection.of_request(place.connection.id)
    ticked = selection.fits(chosen, query) and selection.is_ticked(chosen, customer_id)
    return render_template(
        "customers/_changed.html",
        next_form=None,
        rows=[place.row_maker().make(fresh, ticked=ticked)] if fresh else [],
        queues=queue_views(place, None if query.change else query.queue, known),
        todo=todo_views(place, known) if query.is_everything else [],
        status={"words": said, "undo_href": undo_href, "undo_seconds": undo_seconds},
    )


def _queue() -> str:
    queue = request.args.get("queue", "")
    known = queue_named(queue)
    return known.slug if known else ""


def _with_queue(address: str) -> str:
    return f"{address}?queue={_queue()}" if _queue() else address


def _customer(connection: str, customer: str) -> Customer:
    row = queries.get(connection, customer)
    if row is None:
        abort(404)
    return row
