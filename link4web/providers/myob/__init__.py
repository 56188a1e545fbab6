"""MYOB: facts, sign-in, wire and mapping. The MYOB Business API v2, for keys made since March 2025."""

from link4web.providers.myob.provider import PROVIDER

__all__ = ["PROVIDER"]
