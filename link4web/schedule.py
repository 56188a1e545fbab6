"""Work that is due by the clock: asked for once over all processes, done by whoever drains the outbox (R-167)."""

from datetime import timedelta

from link4web import outbox
from link4web.accounts import jobs as accounts
from link4web.connections import authorise, due
from link4web.customers import selection
from link4web.invitations import expiry
from link4web.outbox import Job

SYNCS = "schedule.syncs"
EXPIRY = "schedule.invitations"
LEFTOVERS = "schedule.leftovers"


def run_schedule() -> None:
    """Queue what has become due; one look at an index for each kind when nothing has."""
    accounts.schedule()
    outbox.ask_every(SYNCS, timedelta(minutes=5))
    outbox.ask_every(EXPIRY, timedelta(minutes=10))
    outbox.ask_every(LEFTOVERS, timedelta(minutes=30))


def register_jobs() -> None:
    """Tell the outbox who does it."""
    outbox.handles(SYNCS, request_syncs)
    outbox.handles(EXPIRY, expire_invitations)
    outbox.handles(LEFTOVERS, forget_leftovers)


def request_syncs(_: Job) -> None:
    """Queue a sync for every connection whose contacts are too old."""
    due.request_due()


def expire_invitations(_: Job) -> None:
    """Let run out what nobody has answered; many at once in several rounds."""
    while expiry.expire_due():
        pass


def forget_leftovers(_: Job) -> None:
    """Delete consents that nobody confirmed and selections that nobody came back to."""
    authorise.forget_offers()
    selection.forget_old()
