"""Xero: facts, sign-in, wire and mapping. The Accounting API 2.0 as described in OpenAPI 16.1.0."""

from link4web.providers.xero.provider import PROVIDER

__all__ = ["PROVIDER"]
