"""Every blueprint and its prefix on one page."""

from flask import Blueprint, Flask, g, request, url_for

from link4web import providers
from link4web.accounts import account_views, address_views, code_views, organisation_views, proof_views
from link4web.accounts import views as sign_in_views
from link4web.accounts.leaving import init_leaving
from link4web.activity import views as activity_views
from link4web.closing import views as closing_views
from link4web.colleagues import accept_views as colleague_accept_views
from link4web.colleagues import keeping as colleagues_keeping
from link4web.colleagues import views as colleague_views
from link4web.connections import entry, webhook_views
from link4web.connections import views as connection_views
from link4web.connections.troubles import init_troubles
from link4web.contact import keeping as contact_keeping
from link4web.contact import views as contact_views
from link4web.customers import overview
from link4web.customers import views as customer_views
from link4web.customers.refused import refused_write_backs
from link4web.guide import views as guide_views
from link4web.help import embed
from link4web.help import views as help_views
from link4web.invitations import defaults_views, join_views
from link4web.invitations import views as invitation_views
from link4web.providers.base.provider import Provider
from link4web.support import answer_views, behalf_views, console_views, metrics_view, own_views, settings_views, waiting
from link4web.support import keeping as support_keeping
from link4web.web import health
from link4web.web.rights import Permission
from link4web.web.settings_frame import SettingsPage, init_settings, settings_place

#: The settings of an organisation in the order in which they are shown; a feature adds its line here.
SETTINGS = (
    SettingsPage("Details", "organisations.details", Permission.MANAGE_ORGANISATION),
    SettingsPage("Business number", "organisations.business", Permission.MANAGE_ORGANISATION),
    SettingsPage("Addresses", "organisations.addresses", Permission.MANAGE_ORGANISATION),
    SettingsPage("Bank account", "organisations.bank", Permission.MANAGE_ORGANISATION),
    SettingsPage("Invitations", "invitation_defaults.show", Permission.MANAGE_ORGANISATION),
    SettingsPage(
        "Users",
        "colleagues.index",
        Permission.VIEW_CUSTOMERS,
        also=("colleagues.invite", "colleagues.person", "colleagues.leave"),
    ),
    SettingsPage(
        "Support access",
        "support_settings.show",
        Permission.MANAGE_ORGANISATION,
        also=("support_settings.switch",),
    ),
    SettingsPage("Activity", "activity.show", Permission.MANAGE_ORGANISATION),
    SettingsPage("Export or close", "closing.show", Permission.MANAGE_ORGANISATION, also=("closing.close",)),
)


def add_all(app: Flask) -> None:
    """Register all routes."""
    app.register_blueprint(health.bp)
    app.register_blueprint(sign_in_views.bp)
    app.register_blueprint(proof_views.bp)
    app.register_blueprint(account_views.bp)
    app.register_blueprint(code_views.bp)
    app.register_blueprint(address_views.bp)
    app.register_blueprint(organisation_views.bp)
    app.register_blueprint(entry.bp)
    app.register_blueprint(overview.bp)
    app.register_blueprint(webhook_views.bp)
    app.register_blueprint(help_views.bp)
    app.register_blueprint(embed.bp)
    app.register_blueprint(guide_views.bp)
    app.register_blueprint(contact_views.bp)
    app.register_blueprint(join_views.bp)
    app.register_blueprint(colleague_views.bp)
    app.register_blueprint(colleague_accept_views.bp)
    app.register_blueprint(console_views.bp)
    app.register_blueprint(metrics_view.bp)
    app.register_blueprint(behalf_views.bp)
    app.register_blueprint(settings_views.bp)
    app.register_blueprint(own_views.bp)
    app.register_blueprint(answer_views.bp)
    app.register_blueprint(defaults_views.bp)
    app.register_blueprint(activity_views.bp)
    app.register_blueprint(closing_views.bp)
    for provider in providers.ALL:
        app.register_blueprint(provider_blueprint(provider))
    init_settings(app, SETTINGS)
    overview.init_overview(app, [waiting.requests_in])
    init_troubles(app, [refused_write_backs])
    init_leaving(app, [contact_keeping.KEEPER, colleagues_keeping.KEEPER, support_keeping.KEEPER])


def provider_blueprint(provider: Provider) -> Blueprint:
    """One provider's pages: the same views for each, which receive their provider as an argument."""
    bp = Blueprint(provider.slug, __name__, url_prefix=f"/{provider.slug}", url_defaults={"provider": provider})
    bp.add_url_rule("/customers", "current_customers", entry.provider_customers)
    connection_views.add_routes(bp)
    customer_views.add_routes(bp)
    invitation_views.add_routes(bp)
    return bp


def navigation() -> list[tuple[str, str, bool]]:
    """The letterhead's places: label, address, and whether this page is one of it."""
    organisation, connection = g.organisation, g.connection
    if g.get("staff_role"):
        return [("Support", url_for("support.index"), request.path.startswith("/support"))]
    places: list[tuple[str, str, bool]] = []
    here = request.path
    if organisation and organisation.closed_at is not None:
        return [("Your organisations", url_for("overview.index"), False)]

    def place(label: str, href: str, *prefixes: str) -> None:
        places.append((label, href, any(here.startswith(prefix) for prefix in (href, *prefixes))))

    if connection:
        own = f"/{connection.provider}/{connection.id}"
        place("My Customers", url_for(f"{connection.provider}.customers", connection=connection.id), f"{own}/invit")
    else:
        place("My Customers", url_for("entry.customers", organisation=organisation.id if organisation else None))
    if organisation:
        place("Connections", url_for("entry.connections", organisation=organisation.id), "/connect")
        if settings := settings_place():
            places.append((settings.label, settings.href, settings.is_current))
    return places
