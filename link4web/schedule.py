"""Work that is due by the clock: asked for once over all processes, done by whoever drains the outbox (R-167)."""

from datetime import timedelta

from link4web import clock, outbox, tally
from link4web.accounts import jobs as accounts
from link4web.audit import anchors
from link4web.closing import export as exports
from link4web.closing import services as closing
from link4web.connections import due, services, webhooks
from link4web.contact import services as contact
from link4web.customers import selection
from link4web.database import writing
from link4web.invitations import caps, expiry
from link4web.outbox import Job, Later
from link4web.support import jobs as support

SYNCS = "schedule.syncs"
EXPIRY = "schedule.invitations"
LEFTOVERS = "schedule.leftovers"
CLOSED = "schedule.closed"
FINISHED = "schedule.finished"
ANCHORS = "schedule.anchors"
CHUNKS_IN_A_ROW = 20


def run_schedule() -> None:
    """Queue what has become due; one look at an index for each kind when nothing has."""
    accounts.schedule()
    support.schedule()
    outbox.ask_every(SYNCS, timedelta(minutes=1))
    outbox.ask_every(EXPIRY, timedelta(minutes=10))
    outbox.ask_every(LEFTOVERS, timedelta(minutes=30))
    outbox.ask_every(FINISHED, timedelta(hours=1))
    outbox.ask_every(CLOSED, timedelta(hours=1))
    outbox.ask_every(ANCHORS, timedelta(hours=1))


def register_jobs() -> None:
    """Tell the outbox who does it."""
    outbox.handles(SYNCS, request_syncs)
    outbox.handles(EXPIRY, expire_invitations)
    outbox.handles(LEFTOVERS, forget_leftovers)
    outbox.handles(FINISHED, forget_finished)
    outbox.handles(CLOSED, delete_closed)
    outbox.handles(ANCHORS, anchor_trail)


def request_syncs(_: Job) -> None:
    """Queue a sync for every connection whose contacts are too old."""
    due.request_due()


def expire_invitations(_: Job) -> None:
    """Let run out what nobody has answered; many at once in several rounds."""
    while expiry.expire_due():
        pass


def forget_leftovers(_: Job) -> None:
    """Decline consents that nobody confirmed; delete selections that nobody came back to, and what the past
    has left: old webhook events, messages to support, exports and counts of mails."""
    services.forget_offers()
    selection.forget_old()
    webhooks.forget_old()
    exports.forget_old()
    with writing():
        caps.forget_ended()
        contact.forget_old()
        tally.forget_old()


def delete_closed(_: Job) -> None:
    """Have the data of organisations deleted that were closed 30 days ago."""
    closing.delete_due()


def anchor_trail(_: Job) -> None:
    """Write down how far each chain of the trail has got, so that none can be cut unnoticed."""
    anchors.anchor()


def forget_finished(_: Job) -> None:
    """Delete outbox rows that ended long ago; where there are many, other work has its turn in between."""
    for _chunk in range(CHUNKS_IN_A_ROW):
        if not outbox.forget_finished():
            return
    raise Later("more to do", at=clock.now(), counts=False)
