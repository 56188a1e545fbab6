"""A connection's provider, its configuration, and a client for its ledger file."""

from flask import current_app

from link4web import providers
from link4web.providers.base.config import ProviderConfig
from link4web.providers.base.provider import Provider
from link4web.settings import Settings


def provider_of(slug: str) -> Provider:
    """The provider with this slug.

    Raises:
        LookupError: there is none.
    """
    provider = providers.by_slug(slug)
    if provider is None:
        raise LookupError(slug)
    return provider


def config_of(slug: str) -> ProviderConfig:
    """Where the provider is and who we are to it."""
    settings: Settings = current_app.extensions["settings"]
    return settings.providers[slug]


def offered() -> tuple[Provider, ...]:
    """Those that people can connect here."""
    settings: Settings = current_app.extensions["settings"]
    return settings.offered
