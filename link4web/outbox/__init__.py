"""Effects on the outside world: written with their cause, leased, retried, or honestly called unknown."""

from link4web.outbox.drain import drain, due_kinds
from link4web.outbox.queue import (
    Job,
    add,
    add_many,
    again,
    amend,
    begin_flight,
    cancel,
    cancel_all_of,
    due_at,
    hasten,
    is_waiting,
    mark_in_flight,
    postpone,
    waiting,
)
from link4web.outbox.registry import GiveUp, Handler, Later, Outcome, Unknown, handles
from link4web.outbox.schedule import ask_every
from link4web.outbox.sweep import forget_finished

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
    "amend",
    "ask_every",
    "begin_flight",
    "cancel",
    "cancel_all_of",
    "drain",
    "due_at",
    "due_kinds",
    "forget_finished",
    "handles",
    "hasten",
    "is_waiting",
    "mark_in_flight",
    "postpone",
    "waiting",
]
