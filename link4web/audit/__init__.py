"""Append-only trail of what people and the system did (R-190, R-191)."""

from link4web.audit.trail import Actor, actor, chains, current_actor, record, verify

__all__ = ["Actor", "actor", "chains", "current_actor", "record", "verify"]
