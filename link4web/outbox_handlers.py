"""Who brings about which effect: every kind of outbox row and its handler."""

from link4web import outbox
from link4web.accounts import jobs as account_jobs
from link4web.connections import services as connection_services
from link4web.invitations import jobs as invitation_jobs
from link4web.connections.syncing import SYNC
from link4web.customers import ledger, sync


def register() -> None:
    """Fill the outbox's registry."""
    account_jobs.register_jobs()
    invitation_jobs.register_jobs()
    outbox.handles(connection_services.LET_GO, connection_services.let_go, settled=connection_services.let_go_failed)
    outbox.handles(SYNC, sync.run, settled=sync.failed, lease_seconds=sync.LEASE_SECONDS)
    ledger.register_jobs()
