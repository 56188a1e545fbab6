"""QuickBooks Online: facts, client and mapping. `PROVIDER` is all that others need."""

from link4web.providers.quickbooks.provider import PROVIDER

__all__ = ["PROVIDER"]
