"""Who brings about which effect: every kind of outbox row and its handler."""

from link4web import outbox, schedule
from link4web.accounts import jobs as account_jobs
from link4web.accounts.organisations import NUMBER_RULE
from link4web.closing import jobs as closing_jobs
from link4web.colleagues import jobs as colleague_jobs
from link4web.connections import leaving, losing, webhooks
from link4web.connections.syncing import SYNC
from link4web.contact import jobs as contact_jobs
from link4web.customers import ledger, sync
from link4web.customers import services as customer_services
from link4web.invitations import jobs as invitation_jobs
from link4web.support import jobs as support_jobs


def register() -> None:
    """Fill the outbox's registry."""
    account_jobs.register_jobs()
    invitation_jobs.register_jobs()
    outbox.handles(leaving.LET_GO, leaving.let_go, settled=leaving.let_go_failed, is_long=True)
    outbox.handles(losing.LOST_MAIL, losing.send_lost_mail)
    outbox.handles(webhooks.READ_AGAIN, webhooks.read_again)
    outbox.handles(SYNC, sync.run, settled=sync.failed, lease_seconds=sync.LEASE_SECONDS, is_long=True)
    outbox.handles(NUMBER_RULE, customer_services.follow_number_rule)
    contact_jobs.register_jobs()
    colleague_jobs.register_jobs()
    support_jobs.register_jobs()
    closing_jobs.register_jobs()
    ledger.register_jobs()
    schedule.register_jobs()
