"""A search that misses says where the contact is and what to do, in place."""

from typing import Any

from link4web.customers import listing, queries, states
from link4web.customers.forms import NewContactForm, field_of
from link4web.customers.listing import ListQuery, Slice
from link4web.customers.models import Customer
from link4web.customers.pages import Place, known_counts, open_href
from link4web.customers.popups import no_field
from link4web.customers.problems import gone_code
from link4web.customers.queries import by_external_id, get
from link4web.customers.words import GONE, MISSES
from link4web.sentences import Coded
from link4web.web.access import member
from link4web.web.filters import business_number, moment, number
from link4web.web.rights import Permission


def miss_view(
    place: Place, query: ListQuery, page: Slice, sync_state: str, *, asked: bool, problem: Coded | None, form: Any
) -> dict[str, Any]:
    """The context of the part that stands instead of rows, or nothing when the rows themselves answer."""
    if query.is_everything:
        return {"miss": "customers/_first_sync.html"} if sync_state in ("running", "never") else {}
    if not page.rows:
        return {"miss": "customers/_not_found.html", "nothing": nothing_view(place, query.search, asked, problem, form)}
    customer = get(place.connection.id, page.rows[0].id)
    if customer is None:
        return {}
    if customer.state == states.NOT_CUSTOMER:
        return {"miss": "customers/_not_customer.html", "found": ways_view(place, customer, query.search)}
    if customer.state in (states.ARCHIVED, states.LEFT_LEDGER):
        return {"miss": "customers/_gone.html", "gone": gone_view(place, customer)}
    return {}


def ways_view(place: Place, customer: Customer, typed: str) -> dict[str, Any]:
    """In the ledger, not a customer yet: the reason and three ways out."""
    scheme = place.row_maker().scheme_of(customer)
    lacks = _what_lacks(place, customer, scheme)
    may_edit = member().may(Permission.EDIT_CUSTOMERS)
    connected = place.connection.state == "active"
    href = f"{place.base}/{customer.id}"
    return {
        "contact": {
            "name": customer.name,
            "email": customer.email,
            "number_display": business_number(customer.number),
            "number_scheme": scheme,
            "number_origin_words": f"from {place.provider.name}"
            if customer.number_origin == "ledger"
            else "typed here",
            "checked": f"as of {moment(customer.updated_at)}",
        },
        "why": place.provider.customer_rule,
        "invite_href": None if lacks else f"{href}/invite-anyway",
        "cannot_invite": lacks[0] if lacks else "",
        "fix_href": lacks[1] if lacks else "",
        "fix_label": lacks[2] if lacks else "",
        "draft_href": f"{href}/draft" if place.provider.can_create_draft and connected and may_edit else None,
        "open_href": open_href(place, customer.external_id) if connected else None,
        "add_href": place.href("add_contact", name=typed) if may_edit else None,
        "typed": typed,
    }


def _what_lacks(place: Place, customer: Customer, scheme: str) -> tuple[str, str, str] | None:
    href = f"{place.base}/{customer.id}"
    if not member().may(Permission.INVITE):
        return f"You may not send invitations here. An admin of {place.organisation.name} can change that.", "", ""
    if not customer.number and not place.organisation.invite_without_number:
        return f"An invitation needs their {scheme} first.", f"{href}/abn", f"Add {scheme}"
    if not customer.email_key:
        return "An invitation needs their e-mail address first.", f"{href}/email", "Add e-mail"
    return None


def gone_view(place: Place, customer: Customer) -> dict[str, Any]:
    """Archived, merged, erased or no longer there: what that means and how to bring it back."""
    name = customer.name
    other = by_external_id(place.connection.id, customer.merged_into) if customer.merged_into else None
    status = customer.ledger_status if customer.ledger_status in GONE else ""
    title, text = (sentence.format(name=name, **place.terms._asdict()) for sentence in GONE[status])
    is_archived = status == "archived"
    return {
        "name": name,
        "title": title,
        "text": text,
        "code": gone_code(status),
        "steps": [*place.provider.restore_steps, "Press Sync now here."] if is_archived else [],
        "other": (other.name, f"{place.base}/{other.id}") if other else None,
        "open_href": open_href(place, customer.external_id) if is_archived else None,
        "href": f"{place.base}/{customer.id}",
    }


def nothing_view(
    place: Place, typed: str, asked: bool, problem: Coded | None, form: NewContactForm | None, *, adding: bool = False
) -> dict[str, Any]:
    """Nothing found: what is known of it, and adding it with what was typed. `adding`: on the page for that alone."""
    connected = place.connection.state == "active" and member().may(Permission.EDIT_CUSTOMERS)
    left_out = [] if adding else queries.left_out(place.connection.id, typed)
    is_left_out, has_problem = bool(left_out), bool(problem)
    known = "adding" if adding else _known(place, typed, asked=asked, has_problem=has_problem, is_left_out=is_left_out)
    maker = place.row_maker()
    near = [maker.make(row) for row in listing.similar(place.connection.id, typed)]
    total = number(sum(known_counts(place).values()))
    title, text = (said.format(total=total, **place.terms._asdict()) for said in MISSES[known])
    # where the page looks again by itself, a form would be swept away under the hands of whoever fills it in
    has_form = known not in ("reading", "left-out")
    return {
        "title": title,
        "looked": text,
        "left_out": left_out,
        "skipped_href": place.href("skipped") if left_out else None,
        "again_href": place.href("customers", q=typed) if known == "reading" else None,
        "ask_href": place.href("ask", q=typed) if connected and not asked and not adding else None,
        "ask_label": "Look again" if known == "unknown" else f"Ask {place.provider.name} again",
        "asks_itself": known == "here",
        "add_href": place.href("add_contact") if connected and has_form else None,
        "add_page_href": place.href("add_contact", name=typed) if connected and not has_form else None,
        "problem": problem,
        "number_hint": no_field(place, place.scheme) or None,
        "form": form or NewContactForm.prefilled(typed, place.scheme, place.provider),
        "name_length": place.provider.name_length,
        "similar": near,
        "back_href": place.base,
    }


def _known(place: Place, typed: str, *, asked: bool, has_problem: bool, is_left_out: bool) -> str:
    """What may be said of a contact that is not among the customers; a key of `words.MISSES`."""
    if is_left_out:
        return "left-out"
    if has_problem:
        return "unknown"
    if asked:
        return "by-number" if field_of(typed) == "number" else "asked"
    return "reading" if place.connection.sync_state in ("queued", "running") else "here"
