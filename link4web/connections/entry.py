"""The short addresses that lead to a person's current page."""

from flask import Blueprint, Response, g, url_for
from flask_login import current_user

from link4web import providers
from link4web.connections import queries
from link4web.connections.membership import connections_of
from link4web.providers.base.provider import Provider
from link4web.web.access import Permission, requires, signed_in
from link4web.web.responses import go_to, page

bp = Blueprint("entry", __name__)


@bp.get("/")
@signed_in
def home() -> Response:
    return go_to(url_for(".customers"))


@bp.get("/customers")
@signed_in
def customers() -> Response:
    return _current(None)


@signed_in
def provider_customers(provider: Provider) -> Response:
    """`/<provider>/customers`: the person's current connection to this provider, or the way to connect one."""
    return _current(provider)


def _current(provider: Provider | None) -> Response:
    mine = connections_of(current_user.id, provider.slug if provider else None)
    if mine:
        return go_to(url_for(f"{mine[0].provider}.customers", connection=mine[0].id))
    return go_to(url_for(f"{provider.slug}.connect") if provider else url_for("entry.connect"))


@bp.get("/connect")
@requires(Permission.CONNECT)
def connect() -> Response:
    """Which accounting system has your customers?"""
    return page("connections/choose_provider.html", providers=providers.ALL, connections=queries.all_of_organisation())


@bp.get("/org/<id:organisation>/connections")
@requires(Permission.VIEW_CUSTOMERS)
def connections(organisation: str) -> Response:
    del organisation
    return page(
        "connections/choose_provider.html",
        providers=providers.ALL,
        connections=queries.all_of_organisation(),
        organisation=g.organisation,
    )
