"""The number and e-mail pop-ups at a row: a dialog over a real address, a page of its own without scripts."""

from typing import Any

from flask import Blueprint, Response, abort, flash, request

from link4web.accounts import register
from link4web.customers import ledger, popup_words, queries, services, states
from link4web.customers.forms import EmailForm, NumberForm
from link4web.customers.models import Customer
from link4web.customers.origins import lack_of_email, origin_of
from link4web.customers.pages import Place
from link4web.customers.popups import (
    conflict_view,
    doubt_about,
    ending_there,
    kept_back,
    matches_for,
    number_hint,
    write_hint,
)
from link4web.providers.base.provider import Provider
from link4web.sentences import Coded
from link4web.web.access import on_behalf, requires
from link4web.web.responses import go_to, page
from link4web.web.rights import Permission


def add_routes(bp: Blueprint, base: str) -> None:
    bp.add_url_rule(f"{base}/<id:customer>/abn", "abn", abn, methods=["GET", "POST"])
    bp.add_url_rule(f"{base}/<id:customer>/email", "email", email, methods=["GET", "POST"])


@on_behalf("write")
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
    warned = origin_of(place).before_change(row)
    services.record_number(row.id, number, finding, origin="register" if use and known else "typed")
    said = f"{number.scheme} saved for {row.name}."
    if form.write.data and _can_write(place, number.scheme):
        said += _write(place, row, "number")
    return _next_or_changed(place, row, said + warned, states.NEEDS_NUMBER, abn_page=True)


def _number_form(place: Place, row: Customer) -> NumberForm:
    scheme = place.row_maker().scheme_of(row)
    kept = {"number": row.number, "write": place.connection.may_write_back}
    return NumberForm(scheme=scheme, provider_name=place.provider.name, data=kept if request.method == "GET" else None)


def _can_write(place: Place, scheme: str) -> bool:
    return place.provider.number_field(scheme) is not None and ledger.may_ask_to_write(place.connection)


def _without_number(place: Place, row: Customer) -> Response:
    said = f"{row.name} can be invited without a number. They are asked for it when they join."
    origin = origin_of(place)
    return origin.changed(row, said, "") if origin.below_dialog() else origin.lead_back(row, said)


def _show_number(
    place: Place, row: Customer, form: NumberForm, *, warn: Coded | None = None, status: int = 200, saved: str = ""
) -> Response:
    shown_number = form.business_number or (form.number.data or "")
    matches, register_note = matches_for(
        row, form.scheme, form.number.data or "", ending_there(place, row, form.scheme)
    )
    without = None
    if place.organisation.invite_without_number and not row.number:
        without = ("Invite without a number", popup_words.WITHOUT)
    context = {
        **_shared(place, row, form, saved, states.NEEDS_NUMBER),
        "scheme": form.scheme,
        "action": origin_of(place).address(f"{place.base}/{row.id}/abn"),
        "warn": warn,
        "matches": matches,
        "register": register_note,
        "kept_back": kept_back(place, row, form.scheme) or None,
        "conflict": conflict_view(row.ledger_number, shown_number),
        "can_write": _can_write(place, form.scheme),
        "write_hint": number_hint(place, row, form.scheme) if ledger.may_ask_to_write(place.connection) else "",
        "without": without,
    }
    return page("customers/number.html", fragment="customers/_number_form.html", status=status, **context)


@on_behalf("write")
@requires(Permission.EDIT_CUSTOMERS)
def email(provider: Provider, connection: str, customer: str) -> Response:
    """Give a customer its e-mail address."""
    place, row = Place.here(provider), _customer(connection, customer)
    kept = {"email": row.email, "write": place.connection.may_write_back}
    form = EmailForm(provider_name=provider.name, data=kept if request.method == "GET" else None)
    if request.method == "GET" or not form.validate():
        return _show_email(place, row, form, status=422 if form.errors else 200)
    lack = lack_of_email(row)  # the change settles it
    warned = origin_of(place).before_change(row)
    services.record_email(row.id, form.email.data or "")
    said = f"E-mail saved for {row.name}."
    if form.write.data and ledger.may_ask_to_write(place.connection):
        said += _write(place, row, "email")
    return _next_or_changed(place, row, said + warned, lack, abn_page=False)


def _write(place: Place, row: Customer, what: str) -> str:
    if ledger.ask_to_write(place.connection.id, row.id, what):
        return f" It goes to {place.provider.name} too."
    return f" {place.provider.name} is not connected, so it is saved here only."


def _show_email(place: Place, row: Customer, form: EmailForm, *, status: int = 200, saved: str = "") -> Response:
    bounced = row.invitation_state == "bounced"
    context = {
        **_shared(place, row, form, saved, lack_of_email(row)),
        "action": origin_of(place).address(f"{place.base}/{row.id}/email"),
        "warn": None,
        "bounced": popup_words.BOUNCED.format(email=row.email) if bounced else None,
        "conflict": conflict_view(row.ledger_email, form.email.data or ""),
        "can_write": ledger.may_ask_to_write(place.connection),
        "write_hint": write_hint(place, row.ledger_email),
    }
    return page("customers/email.html", fragment="customers/_email_form.html", status=status, **context)


def _shared(place: Place, row: Customer, form: Any, saved: str, lack: str) -> dict[str, Any]:
    origin = origin_of(place)
    waiting = origin.waiting(lack)
    return {
        "provider": place.provider,
        "customer": {"id": row.id, "name": row.name, "about": " · ".join(filter(None, (row.email, row.place)))},
        "form": form,
        "back_href": origin.back_href,
        "place": f"{waiting:,} waiting" if waiting > 1 else None,
        "has_next": bool(waiting) and origin.following(lack, row) is not None,
        "saved": saved or None,
        "places": [*origin.trail, (row.name, f"{place.base}/{row.id}")],
    }


def _next_or_changed(place: Place, row: Customer, said: str, lack: str, *, abn_page: bool) -> Response:
    """The next form with *save and go to next*, as long as there is one; else back to where the pop-up was opened."""
    origin = origin_of(place)
    following = origin.following(lack, row) if request.form.get("then") == "next" else None
    if origin.below_dialog():
        next_form = _next_form(place, following, said, abn_page=abn_page) if following else ""
        return origin.changed(row, said, next_form)
    if following is None:
        return origin.lead_back(row, said)
    flash(said, "done")
    return go_to(origin.address(f"{place.base}/{following.id}/{'abn' if abn_page else 'email'}"))


def _next_form(place: Place, following: Customer, said: str, *, abn_page: bool) -> str:
    write = place.connection.may_write_back
    if abn_page:
        scheme = place.row_maker().scheme_of(following)
        form = NumberForm(formdata=None, scheme=scheme, provider_name=place.provider.name, data={"write": write})
        return _show_number(place, following, form, saved=said).get_data(as_text=True)
    email_form = EmailForm(formdata=None, provider_name=place.provider.name, data={"write": write})
    return _show_email(place, following, email_form, saved=said).get_data(as_text=True)


def _customer(connection: str, customer: str) -> Customer:
    row = queries.get(connection, customer)
    if row is None:
        abort(404)
    return row
