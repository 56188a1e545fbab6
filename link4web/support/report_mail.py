"""The week's report as a mail to every lead of support, whether or not somebody was in an account (R-075)."""

from datetime import timedelta

from link4web import outbox
from link4web.accounts.models import User
from link4web.database import db, writing
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import GiveUp, Job
from link4web.support import report, staff
from link4web.web.links import link_to

WEEKLY = "support.report"
MAIL = "support.report_mail"


def ask_for_mails(job: Job) -> None:
    """Queue a mail for each who is a lead now."""
    with writing():
        for lead in staff.leads():
            outbox.add(MAIL, f"{job.id}:{lead}", organisation_id=None, payload={"user": lead})


def send_mail(job: Job) -> None:
    """Send the report to one of them."""
    with writing():
        lead = db.session.get(User, job.payload["user"])
        if lead is None or staff.role_of(lead.id) != "lead":
            raise GiveUp("not a lead any more")
        outbox.begin_flight(job)
    message = compose(
        "support_report",
        lead.email,
        "Support in customers’ accounts: the last seven days",
        name=plain_name(lead.name, "there"),
        lines=[(plain_name(line.agent, "A colleague"), report.said(line)) for line in report.of_week()],
        link=link_to("support.index"),
    )
    deliver_to(lead.id, "support_report", message)


def schedule() -> None:
    """Queue it once a week; cheap when it is not due."""
    outbox.ask_every(WEEKLY, timedelta(days=7))


def register_jobs() -> None:
    """Tell the outbox who asks for these mails and sends them."""
    outbox.handles(WEEKLY, ask_for_mails)
    outbox.handles(MAIL, send_mail)
