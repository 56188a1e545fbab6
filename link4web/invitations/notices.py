"""Mails to whoever sent an invitation: somebody has joined, or asks for a new one."""

from dataclasses import dataclass

from link4web import outbox, tenancy
from link4web.accounts import news
from link4web.accounts.models import Membership, Organisation, User
from link4web.connections.models import Connection
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.folding import fold
from link4web.invitations.message import neutral
from link4web.invitations.models import CustomerInvitation
from link4web.invitations.sending import number_words
from link4web.mail.compose import compose
from link4web.mail.delivery import deliver_to
from link4web.outbox import GiveUp, Job
from link4web.web.links import link_to


@dataclass(frozen=True)
class _Story:
    invitation: CustomerInvitation
    customer: Customer
    person: User
    link: str


def tell_joined(job: Job) -> None:
    """Tell the inviter that a customer has joined, and what they corrected."""
    with writing():
        story = _story(job)
        joined = db.session.get(Organisation, story.invitation.joined_organisation_id)
        if joined is None:
            raise GiveUp("whoever joined has closed their account since")
        name = neutral(story.customer.name)
        if _held_back(job, story, "joined", f"{name} has joined."):
            return
        outbox.begin_flight(job)
    message = compose(
        "joined_notice",
        story.person.email,
        f"{name} has joined",
        name=neutral(story.person.name),
        customer_name=name,
        number=number_words(joined),
        changed=_changed(story.customer, joined),
        link=story.link,
        choices=news.choices_link(),
    )
    deliver_to(story.person.id, "joined_notice", message, chain=tenancy.organisation_id())


def _changed(customer: Customer, joined: Organisation) -> list[str]:
    names = [f"business name (now {neutral(joined.name)})"] if fold(customer.name) != fold(joined.name) else []
    is_other = bool(customer.number and joined.number and customer.number != joined.number)
    return [*names, f"business number (now {number_words(joined)})"] if is_other else names


def tell_asked(job: Job) -> None:
    """Tell the inviter that somebody whose invitation has run out asks for a new one."""
    with writing():
        story = _story(job)
        name = neutral(story.customer.name)
        if _held_back(job, story, "asked", f"{name} asks for a new invitation."):
            return
        outbox.begin_flight(job)
    message = compose(
        "asked_notice",
        story.person.email,
        f"{name} asks for a new invitation",
        name=neutral(story.person.name),
        customer_name=name,
        link=story.link,
        choices=news.choices_link(),
    )
    deliver_to(story.person.id, "asked_notice", message, chain=tenancy.organisation_id())


def _held_back(job: Job, story: _Story, kind: str, said: str) -> bool:
    organisation_id = tenancy.organisation_id()
    return news.held_back(job, story.person.id, kind, organisation_id=organisation_id, said=said, link=story.link)


def _story(job: Job) -> _Story:
    organisation_id = tenancy.organisation_id()
    invitation = db.session.get(CustomerInvitation, (organisation_id, job.payload["invitation"]))
    person = db.session.get(User, invitation.invited_by) if invitation else None
    if invitation is None or person is None or not person.is_active:
        raise GiveUp("invitation is gone")
    if db.session.get(Membership, (organisation_id, person.id)) is None:
        raise GiveUp("sender works there no more")  # and learns nothing more about its customers
    customer = db.session.get_one(Customer, (organisation_id, invitation.customer_id))
    connection = db.session.get_one(Connection, (organisation_id, invitation.connection_id))
    link = link_to(f"{connection.provider}.customer", connection=connection.id, customer=customer.id)
    return _Story(invitation, customer, person, link)
