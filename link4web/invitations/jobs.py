"""The outbox's work for invitations."""

from link4web import outbox
from link4web.invitations import batches, notices, sending
from link4web.invitations.joining import ASKED_NOTICE, JOINED_NOTICE
from link4web.outbox import Job

LEASE = 120


def prepare(job: Job) -> None:
    """Write all invitations of a batch, a chunk in each transaction; safe to begin again anywhere."""
    while batches.prepare_chunk(job.payload["batch"]):
        outbox.postpone(job, LEASE)


def take_back(job: Job) -> None:
    """Revoke what an undone batch has left."""
    while batches.take_back_chunk(job.payload["batch"]):
        outbox.postpone(job, LEASE)


def register_jobs() -> None:
    """Tell the outbox who handles invitations."""
    outbox.handles(batches.PREPARE, prepare, lease_seconds=LEASE)
    outbox.handles(batches.TAKE_BACK, take_back, lease_seconds=LEASE)
    outbox.handles(batches.SEND, sending.send, settled=sending.settled)
    outbox.handles(JOINED_NOTICE, notices.tell_joined)
    outbox.handles(ASKED_NOTICE, notices.tell_asked)
