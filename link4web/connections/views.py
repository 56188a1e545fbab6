"""Connect a ledger file, look after the connection, end it. Shared by all providers."""

from typing import Any

from flask import Blueprint, Response, abort, flash, g, request, session, url_for
from flask_login import current_user

from link4web import tenancy
from link4web.connections import authorise, offers, queries, services, words
from link4web.connections.authorise import ConsentProblem
from link4web.connections.membership import find_member
from link4web.connections.models import Connection
from link4web.connections.providers import offered, provider_of
from link4web.connections.syncing import request_sync
from link4web.connections.troubles import last_troubles
from link4web.connections.upkeep import upkeep_view
from link4web.connections.words import consent_words, over_words, reconnect_words
from link4web.database import writing
from link4web.ids import is_id
from link4web.providers.base.provider import Provider
from link4web.web.access import member, on_behalf, public, requires
from link4web.web.responses import go_to, page
from link4web.web.rights import Permission


def add_routes(bp: Blueprint) -> None:
    """The connection pages of one provider."""
    bp.add_url_rule("/connect", "connect", connect)
    bp.add_url_rule("/connect/go", "go", go)
    bp.add_url_rule("/callback", "callback", callback)
    bp.add_url_rule("/<id:connection>", "connection", show)
    bp.add_url_rule("/<id:connection>/choose", "choose", choose, methods=["GET", "POST"])
    bp.add_url_rule("/<id:connection>/disconnect", "disconnect", disconnect, methods=["GET", "POST"])


@on_behalf("never")
@requires(Permission.CONNECT)
def connect(provider: Provider) -> Response:
    """What the provider will ask for, in plain words, before anybody leaves for it."""
    if provider not in offered():
        return _not_offered(provider)
    problem = request.args.get("problem", "")
    return page(
        "connections/start.html",
        provider=provider,
        go_href=url_for(".go", organisation=g.organisation.id, reconnect=_reconnect() or None),
        problem=consent_words(problem, provider) if problem else None,
    )


@on_behalf("never")
@requires(Permission.CONNECT, fresh=True, leads_out=True)
def go(provider: Provider) -> Response:
    if provider not in offered():
        return _not_offered(provider)
    reconnect = _reconnect()
    address, departure = authorise.depart(provider, g.organisation.id, current_user.id, reconnect)
    session["departure"] = departure
    return go_to(address, 302)


def _not_offered(provider: Provider) -> Response:
    """This service has no app there: to the ones that can be connected."""
    flash(words.NOT_OFFERED.format(provider=provider.name), "bad CONNECTION-NOT-OFFERED")
    return go_to(url_for("entry.connect", organisation=g.organisation.id))


def _reconnect() -> str:
    wanted = request.args.get("reconnect", "")
    return wanted if is_id(wanted) else ""


@public
def callback(provider: Provider) -> Response:
    """Where the provider sends people back to. Answers 302 always: a code must not stay in an address (R-030)."""
    kept = session.pop("departure", None)
    try:
        if not current_user.is_authenticated:
            raise ConsentProblem("signed-out")
        departure = authorise.check_return(provider, kept, current_user.id, request.args.get("state", ""))
        if request.args.get("error"):
            raise ConsentProblem("declined" if request.args["error"] == "access_denied" else "refused")
        _may_connect(departure.organisation_id)
        with tenancy.acting_for(departure.organisation_id):
            connection_id = authorise.arrive(provider, departure, request.args)
    except ConsentProblem as problem:
        again: dict[str, Any] = {} if problem.code == "person" else _where_they_were(kept)
        return go_to(url_for(".connect", problem=problem.code, **again), 302)
    session["reconnecting"] = {connection_id: departure.reconnect_id}
    return go_to(url_for(".choose", connection=connection_id), 302)


def _where_they_were(kept: dict[str, Any] | None) -> dict[str, Any]:
    """The organisation and connection that this person's failed attempt was for, to begin again with them."""
    if not kept or not current_user.is_authenticated or kept["user_id"] != current_user.id:
        return {}
    wanted = {"organisation": kept["organisation_id"], "reconnect": kept["reconnect_id"]}
    return {name: value for name, value in wanted.items() if value}


def _may_connect(organisation_id: str) -> None:
    member = find_member(current_user.id, organisation_id, None)
    if member is None or not member.may(Permission.CONNECT):
        raise ConsentProblem("person")


@on_behalf("never")
@requires(Permission.CONNECT, fresh=True)
def choose(provider: Provider, connection: str) -> Response:
    """Which ledger file goes into which organisation; nothing has been read before this is confirmed."""
    offer: Connection = g.connection
    if request.method == "POST" and request.form.get("then") == "not-now":
        services.decline(connection)
        return go_to(url_for(".connect", organisation=g.organisation.id))
    if offer.state != "choosing":
        return go_to(url_for(".customers", connection=connection))
    files = offers.files_of(offer) if offers.is_open(offer) else []
    if not files:
        return go_to(url_for(".connect", organisation=g.organisation.id))
    problem = ""
    if request.method == "POST":
        chosen = next((file for file in files if file.file_id == request.form.get("file")), None)
        if chosen is None:
            problem = "nothing-chosen"
        else:
            try:
                confirmed = authorise.confirm(
                    connection,
                    chosen,
                    reconnect_id=session.get("reconnecting", {}).get(connection, ""),
                    other_is_fine=request.form.get("other") == "yes",
                )
            except ConsentProblem as refused:
                problem = refused.code
            else:
                session.pop("reconnecting", None)
                return go_to(url_for(".customers", connection=confirmed))
    return page(
        "connections/choose_file.html",
        status=409 if problem else 200,
        provider=provider,
        files=files,
        chosen=request.form.get("file", files[0].file_id),
        problem=consent_words(problem, provider) if problem else None,
        offer_other=problem == "other-file",
    )


@requires(Permission.VIEW_CUSTOMERS)
def show(provider: Provider, connection: str) -> Response:
    """The state of the connection, what it may do, its last sync, and the way out."""
    here: Connection = g.connection
    may_connect = member().may(Permission.CONNECT)
    return page(
        "connections/connection.html",
        provider=provider,
        connection=here,
        trouble=reconnect_words(here, provider),
        troubles=last_troubles(here),
        upkeep=upkeep_view(here, provider),
        over=over_words(here, provider, g.organisation.name, may_connect=may_connect),
        may_connect=may_connect,
        others=[
            (f"{provider_of(one.provider).name}: {one.file_name}", f"{one.provider}.connection", one.id)
            for one in queries.ledgers()
            if one.id != connection
        ],
    )


@on_behalf("never")
@requires(Permission.CONNECT, fresh=True)
def disconnect(provider: Provider, connection: str) -> Response:
    if request.method == "POST":
        services.disconnect(connection)
        flash(f"{provider.name} is disconnected. Your customers and everything entered here stay.", "done")
        return go_to(url_for(".connection", connection=connection))
    return page("connections/disconnect.html", provider=provider, connection=g.connection)


def sync_now(connection: str) -> bool:
    """Queue a sync for the button; False when one is under way or the connection is not active."""
    with writing():
        row = queries.get(connection)
        if row is None:
            abort(404)
        return row.state == "active" and request_sync(row)
