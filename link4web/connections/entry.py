"""The short addresses that lead to a person's current page."""

from collections.abc import Collection, Sequence

from flask import Blueprint, Response, abort, g, request, session, url_for
from flask_login import current_user

from link4web import providers
from link4web.accounts.organisations import organisations_of
from link4web.connections import queries
from link4web.connections.membership import connections_of, find_member, named_elsewhere
from link4web.connections.models import Connection
from link4web.connections.providers import offered
from link4web.ids import is_id
from link4web.providers.base.provider import Provider
from link4web.web.access import member, on_behalf, requires, signed_in
from link4web.web.behalf import organisation_id as bound_organisation
from link4web.web.responses import go_to, page
from link4web.web.rights import Permission

bp = Blueprint("entry", __name__)

REMEMBERED, ELSEWHERE = 20, 5


@bp.get("/")
@on_behalf("read")
@signed_in
def home() -> Response:
    return go_to(url_for(".customers"))


@bp.get("/customers")
@on_behalf("read")
@signed_in
def customers() -> Response:
    return _current(None)


@on_behalf("read")
@signed_in
def provider_customers(provider: Provider) -> Response:
    """`/<provider>/customers`: the person's current connection to this provider, or the way to connect one."""
    return _current(provider)


def remember(connection_id: str) -> None:
    """This browser has opened a connection's customers: the short addresses lead there until it opens others."""
    opened = session.get("opened", [])
    if opened[:1] != [connection_id]:
        session["opened"] = [connection_id, *(one for one in opened if one != connection_id)][:REMEMBERED]


def opened_elsewhere(own: Collection[str]) -> list[tuple[str, Connection]]:
    """Ledgers that this browser has opened and that are not among one's `own` here: the last five, by organisation."""
    ids = [one for one in session.get("opened", []) if one not in own][:ELSEWHERE]
    found = named_elsewhere(current_user.id, ids) if ids else []
    return sorted(found, key=lambda one: (one[0], ids.index(one[1].id)))


def opened_last(connections: Sequence[Connection]) -> Connection | None:
    """The one among these that this browser has opened last; None when it has opened none of them."""
    places = {connection_id: place for place, connection_id in enumerate(session.get("opened", []))}
    return min((one for one in connections if one.id in places), key=lambda one: places[one.id], default=None)


def _current(provider: Provider | None) -> Response:
    """The connection opened last, among those of the organisation in the query where there is one."""
    bound = bound_organisation()
    organisation = request.args.get("organisation", "") or bound
    if organisation and (not is_id(organisation) or bound not in ("", organisation)):
        abort(404)
    mine = connections_of(current_user.id, provider.slug if provider else "", organisation)
    if mine:
        current = opened_last(mine) or mine[0]
        return go_to(url_for(f"{current.provider}.customers", connection=current.id))
    if bound:
        return go_to(url_for("entry.connections", organisation=bound))  # how to connect one is not support's to see
    if not organisation and len(organisations_of(current_user.id)) > 1:
        return go_to(url_for("overview.index"))  # which of them to connect is theirs to say
    here = find_member(current_user.id, organisation or None, None)
    if here and not here.may(Permission.CONNECT):
        return go_to(url_for("entry.connections", organisation=here.organisation_id))  # says who can connect something
    way = f"{provider.slug}.connect" if provider else "entry.connect"
    return go_to(url_for(way, organisation=organisation or None))


@bp.get("/connect")
@on_behalf("never")
@requires(Permission.CONNECT)
def connect() -> Response:
    """Which accounting system has your customers?"""
    return page(
        "connections/choose_provider.html",
        providers=providers.ALL,
        offered=offered(),
        connections=queries.all_of_organisation(),
        may_connect=True,
    )


@bp.get("/org/<id:organisation>/connections")
@requires(Permission.VIEW_CUSTOMERS)
def connections(organisation: str) -> Response:
    del organisation
    return page(
        "connections/choose_provider.html",
        providers=providers.ALL,
        offered=offered(),
        connections=queries.all_of_organisation(),
        organisation=g.organisation,
        may_connect=member().may(Permission.CONNECT),
    )
