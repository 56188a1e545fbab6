"""Every accounting product we connect to. A new one is a folder beside `xero` and a place in this list."""

from link4web.providers import myob, quickbooks, xero
from link4web.providers.base.provider import Provider

ALL: tuple[Provider, ...] = (xero.PROVIDER, quickbooks.PROVIDER, myob.PROVIDER)


def by_slug(slug: str) -> Provider | None:
    """The provider with this slug, None when there is none."""
    return next((provider for provider in ALL if provider.slug == slug), None)
