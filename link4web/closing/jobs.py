"""The outbox's work for exports and closing, and the mails to the members."""

from flask import g

from link4web import outbox, tenancy
from link4web.accounts.closed import deleted_on
from link4web.accounts.models import Membership, Organisation, User
from link4web.closing import export, services
from link4web.database import db, end_reading, writing
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import GiveUp, Job
from link4web.web.filters import day
from link4web.web.links import link_to

SUBJECTS = {"closed": "{organisation} is closed on Link4web", "kept": "{organisation} is kept on Link4web"}


def tell_member(job: Job) -> None:
    """Tell a member that their organisation is closed, or kept after all; nobody when that has changed again."""
    organisation_id, what = tenancy.organisation_id(), job.payload["what"]
    organisation = g.organisation = db.session.get(Organisation, organisation_id)
    user = db.session.get(User, job.payload["user"])
    member = db.session.get(Membership, (organisation_id, job.payload["user"]))
    if organisation is None or user is None or not user.is_active:
        raise GiveUp("member is gone")
    if (organisation.closed_at is not None) is not (what == "closed"):
        return
    name = plain_name(organisation.name, "your organisation")
    by = db.session.get(User, job.actor_id) if job.actor_id else None
    message = compose(
        f"organisation_{what}",
        user.email,
        SUBJECTS[what].format(organisation=name),
        name=plain_name(user.name, "there"),
        organisation_name=name,
        person=plain_name(by.name, "An admin") if by else "An admin",
        deleted_on=day(deleted_on(organisation)),
        is_admin=member is not None and member.role == "admin",
        link=link_to("closing.show", organisation=organisation_id),
        home_link=link_to("overview.index"),
    )
    end_reading()
    with writing():
        outbox.begin_flight(job)
    deliver_to(user.id, f"organisation_{what}", message, chain=organisation_id)


def register_jobs() -> None:
    """Tell the outbox who does it."""
    outbox.handles(services.WIND_UP, services.wind_up, lease_seconds=services.LEASE, is_long=True)
    outbox.handles(services.DELETE, services.delete_all, lease_seconds=services.LEASE, is_long=True)
    outbox.handles(services.MAIL, tell_member)
    outbox.handles(export.MAKE, export.make, settled=export.failed, lease_seconds=export.LEASE, is_long=True)
