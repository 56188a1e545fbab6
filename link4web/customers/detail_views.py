"""One customer's page: why it is in its state, what is known and from where, what has happened."""

from typing import Any

from flask import Blueprint, Response, abort

from link4web.customers import history, queries, states
from link4web.customers.misses import gone_view, ways_view
from link4web.customers.models import Customer, LedgerDraft
from link4web.customers.pages import Place, open_href
from link4web.customers.popups import MOST_SHARING, ending_there, kept_back, listed
from link4web.customers.problems import draft_code, state_code
from link4web.customers.remarks import Remark, remarks_on
from link4web.customers.words import DRAFTS, NOT_THERE, ONLY_HERE, ORIGINS, VALUES, WAITS, state_words
from link4web.providers.base.provider import Provider
from link4web.web.access import member, requires
from link4web.web.filters import business_number
from link4web.web.responses import page
from link4web.web.rights import Permission

TONES = {
    states.CAN_INVITE: "go",
    states.NEEDS_NUMBER: "todo",
    states.NEEDS_EMAIL: "todo",
    states.INVITED: "wait",
    states.JOINED: "done",
    states.BOUNCED: "bad",
    states.LEFT_LEDGER: "bad",
}
REGISTER_WORDS = {
    "active": "in the register as {name}",
    "cancelled": "the register says it was cancelled",
    "not found": "the register doesn’t know it",
    "unchecked": "not checked with the register",
}


def add_routes(bp: Blueprint, base: str) -> None:
    bp.add_url_rule(f"{base}/<id:customer>", "customer", show)


@requires(Permission.VIEW_CUSTOMERS)
def show(provider: Provider, connection: str, customer: str) -> Response:
    place = Place.here(provider)
    row = queries.get(connection, customer)
    if row is None:
        abort(404)
    maker = place.row_maker()
    scheme = maker.scheme_of(row)
    words = state_words(row.state, place.terms, scheme)
    step = maker.step_of(row.state, f"{place.base}/{row.id}", scheme)
    actions = []
    if step and step.kind != "link":
        actions.append({"label": step.label, "href": step.href, "kind": step.kind, "is_main": True})
    connected = place.connection.state == "active"
    remarks = remarks_on([row]).get(row.id, [])
    return page(
        "customers/customer.html",
        provider=provider,
        customer={"name": row.name, "state": words, "since": row.state_since},
        places=[("My Customers", place.base), (row.name, None)],
        why={
            "title": words.word,
            "text": _why(place, row, scheme),
            "tone": TONES.get(row.state, "rest"),
            "code": state_code(row.state),
        },
        actions=actions,
        facts=_facts(place, row, scheme, {remark.what for remark in remarks if remark.is_refused}),
        remarks=[_remark_view(place, row, remark, scheme) for remark in remarks],
        events=history.events_of(row.id, provider.name),
        open_href=open_href(place, row.external_id) if connected and row.ledger_status != "gone" else None,
        draft=_draft_view(place, row, queries.open_draft(row.id)),
        found=ways_view(place, row, row.name) if row.state == states.NOT_CUSTOMER else None,
        gone=gone_view(place, row) if row.state in (states.ARCHIVED, states.LEFT_LEDGER) else None,
    )


def _why(place: Place, row: Customer, scheme: str) -> str:
    if row.state == states.NOT_CUSTOMER and place.provider.customer_rule:
        return place.provider.customer_rule
    if row.state == states.NEEDS_NUMBER and (kept := kept_back(place, row, scheme)):
        return kept
    return state_words(row.state, place.terms, scheme).why


def _facts(place: Place, row: Customer, scheme: str, refused: set[str]) -> list[dict[str, Any]]:
    name, href, may_edit = place.provider.name, f"{place.base}/{row.id}", member().may(Permission.EDIT_CUSTOMERS)
    number_note = []
    if row.number:
        number_note.append(ORIGINS[row.number_origin].format(provider=name))
        if "number" in refused:
            number_note.append(NOT_THERE.format(provider=name).lstrip(", "))
        number_note.append(REGISTER_WORDS[row.number_status].format(name=row.register_name))
    if row.ledger_number and "".join(row.ledger_number.split()) != row.number:
        number_note.append(f"{name} has “{row.ledger_number}”")
    elif (ending := ending_there(place, row, scheme)) and not row.number.endswith(ending):
        number_note.append(f"{name} has one ending in {ending}, and shows us no more of it")
    email_note = [ORIGINS[row.email_origin].format(provider=name)] if row.email else []
    if "email" in refused:
        email_note.append(NOT_THERE.format(provider=name).lstrip(", "))
    if row.ledger_email and row.ledger_email.casefold() != row.email.casefold():
        email_note.append(f"{name} has {row.ledger_email}")
    sharing = queries.sharing_number(row, row.number_scheme, row.number, MOST_SHARING + 1) if row.number else []
    status = "Customer" if row.is_customer else f"{place.provider.contact_word.capitalize()}, not a customer yet"
    use = {"archived": place.provider.retired_word, "gone": "no longer there"}.get(row.ledger_status, row.ledger_status)
    return [
        _fact(
            scheme,
            business_number(row.number),
            number_note,
            ("Change" if row.number else "Add", f"{href}/abn") if may_edit else None,
            is_number=True,
        ),
        *([_sharing_fact(place, row, sharing)] if sharing else []),
        _fact(
            "E-mail",
            row.email,
            email_note,
            ("Change" if row.email else "Add", f"{href}/email") if may_edit else None,
        ),
        _fact("Person", row.person, []),
        _fact("Place", ", ".join(filter(None, (row.place, row.country))), []),
        _fact(f"In {name}", f"{status}, {use}", []),
    ]


def _remark_view(place: Place, row: Customer, remark: Remark, scheme: str) -> dict[str, Any]:
    """That a value stands only here, why, and what can be done about it."""
    what = scheme if remark.what == "number" else VALUES[remark.what]
    words = (ONLY_HERE if remark.is_refused else WAITS).format(provider=place.provider.name, what=what)
    connected, may = place.connection.state == "active", member().may(Permission.EDIT_CUSTOMERS)
    return {
        "words": f"{words} {remark.reason}".strip(),
        "code": remark.code,
        "tone": "bad" if remark.is_refused else "wait",
        "what": remark.what,
        "again_href": f"{place.base}/{row.id}/write-again" if remark.is_refused and connected and may else None,
        "open_href": open_href(place, row.external_id) if remark.is_refused and connected else None,
    }


def _sharing_fact(place: Place, row: Customer, names: list[str]) -> dict[str, Any]:
    """Others with the same number, and the list of them all."""
    fact = _fact(f"Same {row.number_scheme}", listed(names), ["branches of one business may share it"])
    return {**fact, "link": ("Show them", place.href("customers", q=row.number))}


def _fact(
    term: str, value: str, notes: list[str], action: tuple[str, str] | None = None, *, is_number: bool = False
) -> dict[str, Any]:
    return {
        "term": term,
        "value": value or None,
        "note": ", ".join(notes) or None,
        "is_number": is_number,
        "action": action,
        "link": None,
    }


def _draft_view(place: Place, row: Customer, draft: LedgerDraft | None) -> dict[str, Any] | None:
    if draft is None or draft.state == "removed":
        return None
    words = DRAFTS[draft.state].format(provider=place.provider.name, name=row.name)
    may_remove = draft.state == "made" and member().may(Permission.EDIT_CUSTOMERS)
    remove = f"{place.base}/{row.id}/draft/remove" if may_remove else None
    said = " ".join(filter(None, (words, draft.message)))
    return {"words": said, "remove_href": remove, "code": draft_code(draft.state, draft.message)}
