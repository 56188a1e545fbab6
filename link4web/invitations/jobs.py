"""The outbox's work for invitations."""

from collections.abc import Callable

from link4web import clock, outbox
from link4web.invitations import batches, notices, sending
from link4web.invitations.joining import ASKED_NOTICE, JOINED_NOTICE
from link4web.outbox import Job, Later

LEASE = 120
CHUNKS_IN_A_ROW = 10


def prepare(job: Job) -> None:
    """Write the invitations of a batch, a chunk in each transaction; safe to begin again anywhere."""
    _in_turns(job, batches.prepare_chunk)


def take_back(job: Job) -> None:
    """Revoke what an undone batch has left."""
    _in_turns(job, batches.take_back_chunk)


def _in_turns(job: Job, chunk: Callable[[str], bool]) -> None:
    """Work for a second or so, then let other work of the queue have its turn."""
    for _ in range(CHUNKS_IN_A_ROW):
        if not chunk(job.payload["batch"]):
            return
    raise Later("more to do", at=clock.now(), counts=False)


def register_jobs() -> None:
    """Tell the outbox who handles invitations."""
    outbox.handles(batches.PREPARE, prepare, lease_seconds=LEASE)
    outbox.handles(batches.TAKE_BACK, take_back, lease_seconds=LEASE)
    outbox.handles(batches.SEND, sending.send, settled=sending.settled)
    outbox.handles(JOINED_NOTICE, notices.tell_joined)
    outbox.handles(ASKED_NOTICE, notices.tell_asked)
