"""My Customers: the list with its queues, search, sort and selection. Shared by all providers."""

from flask import Blueprint, Response, abort, flash, render_template, request, url_for

from link4web.connections.entry import remember
from link4web.connections.views import sync_now
from link4web.customers import detail_views, ledger_views, popup_views, queries, selection
from link4web.customers.gone import skipped as count_skipped
from link4web.customers.list_page import list_context
from link4web.customers.listing import ListQuery
from link4web.customers.pages import Place, part_of, sync_view
from link4web.customers.selection_words import selection_view
from link4web.customers.words import NOT_CONNECTED, NOTHING_SELECTED, TOO_MANY
from link4web.database import db
from link4web.providers.base.provider import Provider
from link4web.sentences import Coded
from link4web.web.access import on_behalf, requires
from link4web.web.responses import fragments, go_to, main_anew, page, wants_fragment
from link4web.web.rights import Permission
from link4web.web.unchanged import unless_changed


def add_routes(bp: Blueprint) -> None:
    """The customer pages of one provider."""
    base = "/<id:connection>/customers"
    bp.add_url_rule(base, "customers", index)
    bp.add_url_rule(base, "save_and_go", save_and_go, methods=["POST"])
    bp.add_url_rule(f"{base}/selection", "save_selection", save_selection, methods=["POST"])
    bp.add_url_rule(f"{base}/selection/all", "select_all", select_all, methods=["POST"])
    bp.add_url_rule(f"{base}/selection/clear", "clear_selection", clear_selection, methods=["POST"])
    bp.add_url_rule(f"{base}/selection/back", "take_back_selection", take_back_selection, methods=["POST"])
    bp.add_url_rule(f"{base}/selection/invite", "act_on_selection", act_on_selection, methods=["POST"])
    bp.add_url_rule(f"{base}/sync", "sync", sync, methods=["POST"])
    bp.add_url_rule(f"{base}/sync", "sync_status", sync_status)
    bp.add_url_rule(f"{base}/skipped", "skipped", skipped)
    ledger_views.add_routes(bp, base)
    popup_views.add_routes(bp, base)
    detail_views.add_routes(bp, base)


@requires(Permission.VIEW_CUSTOMERS)
def index(provider: Provider, connection: str) -> Response:
    remember(connection)
    return unless_changed(lambda: _index(provider))


def _index(provider: Provider) -> Response:
    context = list_context(Place.here(provider))
    if wants_fragment() and context["cleared"]:
        status = render_template("customers/_status.html", status=context["cleared"])
        return fragments(render_template("customers/_list.html", **context), status)
    return page("customers/index.html", fragment="customers/_list.html", **context)


@on_behalf("write")
@requires(Permission.VIEW_CUSTOMERS)
def save_and_go(provider: Provider, connection: str) -> Response:
    """Pager and sort are buttons of the table's form: keep the ticks, then lead to the plain address."""
    if not _save(connection):
        flash(TOO_MANY, "bad SELECTION-TOO-MANY")
    return go_to(Place.here(provider).list_href(_query(), **_page_args()))


@on_behalf("write")
@requires(Permission.VIEW_CUSTOMERS)
def save_selection(provider: Provider, connection: str) -> Response:
    """Ticks as they happen; answers the count in the bar."""
    place, query = Place.here(provider), _query()
    fits = _save(connection)
    chosen = selection.of_request(connection)
    shown = request.form.get("shown", "").split()
    view = selection_view(place, query, chosen, shown, matching=len(shown) if "whole" in request.args else None)
    if not wants_fragment():
        return go_to(place.list_href(query))
    part = render_template("customers/_picked.html", selection=view)
    status = {"words": TOO_MANY, "undo_href": None, "undo_seconds": None, "code": "SELECTION-TOO-MANY"}
    said = "" if fits else render_template("customers/_status.html", status=status)
    return fragments(part, said)


@on_behalf("write")
@requires(Permission.VIEW_CUSTOMERS)
def select_all(provider: Provider, connection: str) -> Response:
    if not _query().change:  # the news of a sync are no filter that could be kept
        selection.select_all(connection, _query())
    return go_to(Place.here(provider).list_href(_query()))


@on_behalf("write")
@requires(Permission.VIEW_CUSTOMERS)
def clear_selection(provider: Provider, connection: str) -> Response:
    chosen = selection.of_request(connection)
    if chosen:
        selection.clear(chosen)
    return go_to(Place.here(provider).list_href(_query()))


@on_behalf("write")
@requires(Permission.VIEW_CUSTOMERS)
def take_back_selection(provider: Provider, connection: str) -> Response:
    """Undo of *your selection was cleared*: back to its list, as it was."""
    chosen = selection.take_back(connection)
    return go_to(Place.here(provider).list_href(selection.query_of(chosen) if chosen else _query()))


@requires(Permission.INVITE)
def act_on_selection(provider: Provider, connection: str) -> Response:
    """*Invite selected*: keep the ticks and go to the review page, or say that nothing is selected."""
    place = Place.here(provider)
    fits = _save(connection)
    chosen = selection.of_request(connection)
    if not fits or chosen is None or not selection.count(chosen):
        context = list_context(place, error=_refusal(fits))
        return page("customers/index.html", fragment="customers/_list.html", status=422, **context)
    return go_to(url_for(f"{provider.slug}.invite", connection=connection))


@on_behalf("write")
@requires(Permission.EDIT_CUSTOMERS)
def sync(provider: Provider, connection: str) -> Response:
    """*Sync now*, and what a stale page asks for by itself."""
    started = sync_now(connection)
    place = Place.here(provider)
    if wants_fragment():
        return _sync_part(provider)
    if place.connection.state != "active":
        flash(NOT_CONNECTED.format(provider=provider.name), "bad NOT-CONNECTED")
    else:
        flash("The sync has started." if started else "A sync is under way already.", "wait")
    return go_to(place.base)


@requires(Permission.VIEW_CUSTOMERS)
def sync_status(provider: Provider, connection: str) -> Response:
    """The last-sync line alone, polled while a sync runs."""
    del connection
    return _sync_part(provider) if wants_fragment() else go_to(Place.here(provider).base, 302)


def _sync_part(provider: Provider) -> Response:
    """The line; beside a list that has no rows yet, the page's whole main part as soon as there are some."""
    place = Place.here(provider)
    db.session.refresh(place.connection)
    row = place.connection
    waits_for_rows = "empty" in request.args
    if waits_for_rows and (row.sync_seen or row.sync_state in ("idle", "failed")):
        return main_anew("customers/index.html", **list_context(place))
    has_news = request.method == "GET" and bool(row.last_new or row.last_changed or row.last_gone)
    view = sync_view(place, new_href=place.base if has_news else "", waits_for_rows=waits_for_rows)
    return fragments(render_template("customers/_sync_status.html", sync=view))


@requires(Permission.VIEW_CUSTOMERS)
def skipped(provider: Provider, connection: str) -> Response:
    """Contacts the ledger sent that we could not read, and why."""
    place = Place.here(provider)
    after, before = (request.args.get(way, "").replace("\x00", "")[:64] for way in ("after", "before"))
    found = queries.skipped(connection, after=after, before=before)
    rows, total = found.rows, count_skipped(connection)
    return page(
        "customers/skipped.html",
        provider=provider,
        back_href=place.base,
        skipped=rows,
        shown=part_of(len(rows), total, is_first=not found.has_previous, is_last=not found.has_next),
        previous_href=place.href("skipped", before=rows[0].external_id) if found.has_previous else None,
        next_href=place.href("skipped", after=rows[-1].external_id) if found.has_next else None,
    )


def _refusal(fits: bool) -> Coded:
    """Why *Invite selected* leads nowhere."""
    return Coded(NOTHING_SELECTED, "SELECTION-NOTHING") if fits else Coded(TOO_MANY, "SELECTION-TOO-MANY")


def _query() -> ListQuery:
    return ListQuery.from_args(request.args)


def _page_args() -> dict[str, str]:
    query = _query()
    return {"after": query.after, "before": query.before}


def _save(connection: str) -> bool:
    shown = request.form.get("shown", "").split()[:100]
    if len(request.form.getlist("id")) > len(shown):
        abort(400)
    try:
        selection.save(connection, _query(), shown, request.form.getlist("id"))
    except selection.TooMany:
        return False
    return True
