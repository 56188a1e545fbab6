"""Invite customers: review, send, undo, and how far a batch is. Shared by all providers."""

from typing import Any

from flask import Blueprint, Response, abort, flash, g, request, session, url_for
from flask_login import current_user

from link4web.customers import rows, services
from link4web.customers.models import Selection
from link4web.customers.origins import changed_parts
from link4web.customers.pages import Place, own_number_banner
from link4web.customers.selection import query_of
from link4web.ids import is_id, new_id
from link4web.invitations import batch_page, batches, caps, preview, review
from link4web.invitations.forms import ReviewForm
from link4web.invitations.mail import subject_of
from link4web.invitations.models import InvitationBatch
from link4web.invitations.standing import standing
from link4web.invitations.words import NOTHING_LEFT, TOO_LATE
from link4web.providers.base.provider import Provider
from link4web.web.access import on_behalf, requires
from link4web.web.filters import business_number, plural
from link4web.web.responses import download, fragments, go_to, page, wants_fragment
from link4web.web.rights import Permission

CONSENT = (
    "By sending you say that they are your customers and that you may write to them. Each mail names you, says how to"
    " answer you, and lets them stop further ones."
)
LIMITS = "An address gets at most one invitation in 24 hours, and three in all without an answer."


def add_routes(bp: Blueprint) -> None:
    """The invitation pages of one provider."""
    base = "/<id:connection>"
    bp.add_url_rule(f"{base}/invite", "invite", invite, methods=["GET", "POST"])
    bp.add_url_rule(f"{base}/invite/list", "invite_list", invite_list)
    bp.add_url_rule(f"{base}/invite/preview", "invite_preview", invite_preview)
    bp.add_url_rule(f"{base}/customers/<id:customer>/invite", "invite_one", invite_one, methods=["POST"])
    bp.add_url_rule(f"{base}/customers/<id:customer>/invite-anyway", "invite_anyway", invite_anyway, methods=["POST"])
    bp.add_url_rule(f"{base}/invitations/<id:batch>", "batch", batch_progress)
    bp.add_url_rule(f"{base}/invitations/<id:batch>.csv", "batch_csv", batch_csv)
    bp.add_url_rule(f"{base}/invitations/<id:batch>/undo", "undo_batch", undo_batch, methods=["POST"])
    bp.add_url_rule(f"{base}/invitations/<id:batch>/now", "send_batch_now", send_batch_now, methods=["POST"])


@requires(Permission.INVITE)
def invite(provider: Provider, connection: str) -> Response:
    """Review what is selected; send it."""
    place = Place.here(provider)
    form = ReviewForm(formdata=request.form if request.method == "POST" else None)
    selection = review.of_browser(connection)
    if request.method == "POST" and (sent := batches.with_key(form.key.data or "", connection)):
        return go_to(place.href("batch", batch=sent))
    if selection is None:
        flash(NOTHING_LEFT, "rest INVITE-NOTHING-LEFT")
        return go_to(place.base)
    if request.method == "POST" and form.validate():
        session["invitation_message"] = form.message.data
        if request.form.get("then") == "send" and g.organisation.number:
            return _send(place, form, selection)
    return _review_page(place, form, selection)


def _send(place: Place, form: ReviewForm, selection: Selection) -> Response:
    """Send, unless the numbers have changed since the page was shown."""
    said = form.seen.data or ""
    seen = int(said) if said.isdecimal() else None
    found = review.examine(place, selection, seen=seen)
    if not found.will or (seen is not None and found.will != seen):
        return _review_page(place, form, selection, found=found, status=409)
    key, message = form.key.data or "", form.message.data or ""
    asked = batches.ask(selection, key=key, message=message, user_id=current_user.id, selected=found.selected)
    session.pop("invitation_message", None)
    return go_to(place.href("batch", batch=asked.batch_id))


def _review_page(
    place: Place, form: ReviewForm, selection: Selection, *, found: review.Review | None = None, status: int = 0
) -> Response:
    found = found or review.examine(place, selection)
    organisation = place.organisation
    if request.method == "GET":
        form.message.data = session.get("invitation_message", organisation.invitation_message or "")
    form.key.data = form.key.data if is_id(form.key.data or "") else new_id()
    form.seen.data = str(found.will)
    return page(
        "invitations/review.html",
        status=status or (422 if form.errors else 200),
        review=found,
        form=form,
        subject=subject_of(organisation.name),
        preview=preview.mail(place, current_user, found.first_name, "" if form.errors else form.message.data or ""),
        limits=f"{LIMITS} {caps.forecast(organisation, current_user.id, found.will)}".rstrip(),
        slow=standing(organisation.id).advice or None,
        undo_seconds=batch_page.undo_seconds(),
        consent=CONSENT,
        action=place.href("invite"),
        back_href=place.list_href(query_of(selection)),
        places=[("My Customers", place.list_href(query_of(selection))), ("Review", None)],
        blocked=own_number_banner(place),
    )


@requires(Permission.INVITE)
def invite_list(provider: Provider, connection: str) -> Response:
    """Who exactly will be invited."""
    place = Place.here(provider)
    selection = review.of_browser(connection)
    if selection is None:
        return go_to(place.base, 302)
    after = request.args.get("after", "")
    found, more = review.recipients(selection, after if is_id(after) else "")
    return page(
        "invitations/recipients.html",
        title="Who will be invited",
        places=[
            ("My Customers", place.list_href(query_of(selection))),
            ("Review", place.href("invite")),
            ("Who", None),
        ],
        recipients=[_recipient(place, row) for row in found],
        shown=plural(len(found), "customer") + (" on this page" if more or after else ""),
        previous_href=place.href("invite_list") if after else None,
        next_href=place.href("invite_list", after=found[-1].id) if more else None,
        back_href=place.href("invite"),
    )


def _recipient(place: Place, row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "href": f"{place.base}/{row.id}",
        "email": row.email,
        "number_display": business_number(row.number),
        "note": None,
    }


@requires(Permission.INVITE)
def invite_preview(provider: Provider, connection: str) -> Response:
    """The page behind the link, as the first of the selected would see it."""
    place = Place.here(provider)
    selection = review.of_browser(connection)
    found = review.recipients(selection, "")[0] if selection else []
    first = found[0] if found else None
    context = preview.landing(
        place, current_user, first, session.get("invitation_message", place.organisation.invitation_message or "")
    )
    return page("invitations/join.html", **context)


@requires(Permission.INVITE)
def invite_one(provider: Provider, connection: str, customer: str) -> Response:
    """A row's own button: invite at once, with a way back."""
    place = Place.here(provider)
    row = rows.row_of(connection, customer)
    if row is None:
        abort(404)
    if not g.organisation.number:
        banner = own_number_banner(place)
        return _row_answer(place, customer, banner["words"] if banner else "", code="OWN-NUMBER-MISSING")
    why = batches.obstacle(connection, customer)
    if why:
        words, _ = review.reason_words(place, why)
        said = f"{row.name} was not invited: {words}."
        return _row_answer(place, customer, said, code=review.reason_code(why))
    batch = batches.ask_one(connection, customer, user_id=current_user.id)
    return _row_answer(place, customer, f"The invitation to {row.name} is queued.", batch=batches.get(batch.batch_id))


@requires(Permission.INVITE)
def invite_anyway(provider: Provider, connection: str, customer: str) -> Response:
    """Invite a contact that the ledger doesn't call a customer: nothing changes there, here it counts as one."""
    if rows.row_of(connection, customer) is None:
        abort(404)
    services.allow_invitation(customer)
    return invite_one(provider, connection, customer)


def _row_answer(
    place: Place, customer: str, words: str, *, code: str = "", batch: InvitationBatch | None = None
) -> Response:
    """The fresh row with one sentence, and help where a problem (`code`) is; without scripts a page with the same."""
    if wants_fragment():
        undo = place.href("undo_batch", batch=batch.id, row=customer) if batch else None
        seconds = batch_page.seconds_left(batch) if batch else None
        return fragments(changed_parts(place, customer, words, undo_href=undo, undo_seconds=seconds, code=code))
    if batch is not None:
        return go_to(place.href("batch", batch=batch.id))
    flash(words, f"todo {code}" if code else "wait")
    return go_to(place.base)


@requires(Permission.VIEW_CUSTOMERS)
def batch_progress(provider: Provider, connection: str, batch: str) -> Response:
    """How far one press of Send is."""
    found = _batch(batch, connection)
    return page(
        "invitations/batch.html",
        fragment="invitations/_batch_status.html",
        **batch_page.context(Place.here(provider), found, polled=wants_fragment()),
    )


@on_behalf("never")
@requires(Permission.VIEW_CUSTOMERS, fresh=True)
def batch_csv(provider: Provider, connection: str, batch: str) -> Response:
    """The batch as a file for a spreadsheet."""
    del provider
    found = _batch(batch, connection)
    batches.note_exported(found.id)
    return download(iter([batch_page.csv_text(found)]), "invitations.csv", "text/csv")


@requires(Permission.INVITE)
def undo_batch(provider: Provider, connection: str, batch: str) -> Response:
    """Take the batch back while nothing has left."""
    place = Place.here(provider)
    found = _batch(batch, connection)
    undone = batches.undo(found.id)
    customer = request.args.get("row", "")
    if wants_fragment() and is_id(customer) and rows.row_of(connection, customer):
        words, code = ("Taken back. Nothing was sent.", "") if undone else (TOO_LATE, "INVITE-TOO-LATE")
        return fragments(changed_parts(place, customer, words, code=code))
    if not undone:
        flash(TOO_LATE, "todo INVITE-TOO-LATE")
    return go_to(place.href("batch", batch=batch))


@requires(Permission.INVITE)
def send_batch_now(provider: Provider, connection: str, batch: str) -> Response:
    """End the wait."""
    batches.send_now(_batch(batch, connection).id)
    return go_to(url_for(f"{provider.slug}.batch", connection=connection, batch=batch))


def _batch(batch_id: str, connection_id: str) -> InvitationBatch:
    return batches.find(batch_id, connection_id) or abort(404)
