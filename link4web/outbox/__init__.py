"""Effects on the outside world: written with their cause, leased, retried, or honestly called unknown."""

from link4web.outbox.drain import drain
from link4web.outbox.queue import Job, add, add_many, again, begin_flight, cancel, hasten, mark_in_flight, postpone
from link4web.outbox.registry import GiveUp, Handler, Later, Outcome, Unknown, handles
from link4web.outbox.schedule import ask_every

__all__ = [
    "GiveUp",
    "Handler",
    "Job",
    "Later",
    "Outcome",
    "Unknown",
    "add",
    "add_many",
    "again",
    "ask_every",
    "begin_flight",
    "cancel",
    "drain",
    "handles",
    "hasten",
    "mark_in_flight",
    "postpone",
]
