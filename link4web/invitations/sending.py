"""One mail: everything is checked again in the transaction that lets it go (R-111), then it is handed over."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from flask import g
from sqlalchemy import select, update

from link4web import clock, outbox, tenancy
from link4web.accounts.models import Organisation, User
from link4web.customers import services as customers
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.invitations import batches, caps, suppressions, tokens
from link4web.invitations.mail import Letter, written
from link4web.invitations.models import CustomerInvitation, InvitationBatch
from link4web.invitations.words import CAPPED, CHANGED, REFUSED, STOPPED, UNKNOWN, UNREACHABLE
from link4web.mail.delivery import deliver
from link4web.outbox import Job, Later
from link4web.registers.numbers import BusinessNumber
from link4web.web.filters import day, moment


def send(job: Job) -> None:
    """Send one invitation mail, which may stand for several customers of one address."""
    try:
        with writing():
            sealed = _seal(job.payload["lead"], is_first=job.attempts == 1)
            if sealed is not None:
                outbox.begin_flight(job)
    except caps.Full as full:
        with writing():
            _say_why(job.payload["lead"], full)
        raise Later(f"cap: {full.kind}", at=full.until, counts=False) from None
    if sealed is None:
        return
    deliver(written(sealed.letter), note=partial(_mark_sent, sealed.invitation_ids))


@dataclass(frozen=True)
class Sealed:
    """A mail that may go, and the invitations it stands for."""

    letter: Letter
    invitation_ids: list[str]


def _seal(lead_id: str, *, is_first: bool) -> Sealed | None:
    """The mail with fresh links, inside ``writing()``; None when nobody is left to write to.

    `is_first`: it counts under the caps. A mail that is tried again has been counted.

    Raises:
        caps.Full: it may not leave now.
    """
    waiting = list(
        db.session.scalars(
            select(CustomerInvitation)
            .where(CustomerInvitation.lead_id == lead_id, CustomerInvitation.state == "queued")
            .order_by(CustomerInvitation.id != lead_id, CustomerInvitation.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if not waiting:
        return None
    batch = _held(waiting[0].batch_id)
    if batch.state == "undone":
        return None
    if suppressions.holds(waiting[0].email_key):
        batches.revoke([one.id for one in waiting], STOPPED)
        customers.set_invitation_state(sorted(one.customer_id for one in waiting), "unsubscribed")
        return None
    kept = _still_wanted(waiting)
    if not kept:
        return None
    organisation = db.session.get_one(Organisation, batch.organisation_id)
    sealed = _addressed(batch, organisation, kept)
    if is_first:  # last, since all mails of all organisations share a count
        caps.take(organisation, batch.created_by, waiting[0].email_key)
    return sealed


def _held(batch_id: str) -> InvitationBatch:
    """The batch, so that nobody undoes it until the mail is marked as on its way."""
    return db.session.scalars(
        select(InvitationBatch)
        .where(InvitationBatch.id == batch_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one()


def _still_wanted(waiting: list[CustomerInvitation]) -> list[tuple[CustomerInvitation, Customer]]:
    """The invitations whose customer is still as it was; the others are taken back."""
    number_optional = customers.number_is_optional()
    by_id = {customer.id: customer for customer in customers.lock([one.customer_id for one in waiting])}
    pairs = [(one, by_id[one.customer_id]) for one in waiting]
    kept = [pair for pair in pairs if _fits(*pair, number_optional=number_optional)]
    changed = [one for one, customer in pairs if not _fits(one, customer, number_optional=number_optional)]
    if changed:
        batches.revoke([one.id for one in changed], CHANGED)
        batches.restore([one.customer_id for one in changed])
    return kept


def _fits(invitation: CustomerInvitation, customer: Customer, *, number_optional: bool) -> bool:
    return (
        customer.ledger_status == "active"
        and customer.invitation_state == "queued"
        and customer.email_key == invitation.email_key
        and bool(customer.number or number_optional)
        and invitation.expires_at > clock.now()
    )


def _addressed(
    batch: InvitationBatch, organisation: Organisation, kept: list[tuple[CustomerInvitation, Customer]]
) -> Sealed:
    lead, customer = kept[0]
    until = clock.now() + batches.LIFETIME
    for invitation, _ in kept:
        invitation.expires_at = until
    _supersede_older(kept)
    join, stop = tokens.mint(lead, expires_at=until)
    person = db.session.get_one(User, batch.created_by)
    letter = Letter(
        to=lead.email,
        to_name=customer.name,
        others=[other.name for _, other in kept[1:]],
        inviter_name=organisation.name,
        inviter_number=number_words(organisation),
        inviter_address=organisation.address,
        person=person.name,
        reply_to=person.email,
        message=batch.message,
        join_token=join,
        stop_token=stop,
        until=_date(until, organisation.timezone),
    )
    return Sealed(letter, [invitation.id for invitation, _ in kept])


def number_words(organisation: Organisation) -> str:
    """`ABN 51 824 753 556`; empty without a number."""
    if not organisation.number:
        return ""
    scheme = "NZBN" if organisation.country == "NZ" else "ABN"
    return f"{scheme} {BusinessNumber(scheme, organisation.number).display}"  # type: ignore[arg-type]  # a literal of two


def _date(moment: datetime, timezone: str) -> str:
    return day(moment.astimezone(ZoneInfo(timezone)).date())


def _supersede_older(kept: list[tuple[CustomerInvitation, Customer]]) -> None:
    older = db.session.scalars(
        select(CustomerInvitation.id).where(
            CustomerInvitation.customer_id.in_([customer.id for _, customer in kept]),
            CustomerInvitation.id.not_in([invitation.id for invitation, _ in kept]),
        )
    ).all()
    if older:
        tokens.supersede(tenancy.organisation_id(), older)


def _say_why(lead_id: str, full: caps.Full) -> None:
    """Note at the waiting invitations which cap holds them, and until when; sending clears it."""
    g.organisation = db.session.get_one(Organisation, tenancy.organisation_id())
    why = CAPPED.format(words=full.words, until=moment(full.until))
    db.session.execute(
        update(CustomerInvitation)
        .where(CustomerInvitation.lead_id == lead_id, CustomerInvitation.state == "queued")
        .values(problem=why)
        .execution_options(synchronize_session=False)
    )


def _mark_sent(invitation_ids: list[str]) -> None:
    """Note what has left; somebody who answered in the meantime keeps the answer."""
    sent = db.session.scalars(
        update(CustomerInvitation)
        .where(CustomerInvitation.id.in_(invitation_ids), CustomerInvitation.state.in_(("queued", "unknown")))
        .values(state="sent", sent_at=clock.now(), problem="")
        .returning(CustomerInvitation.customer_id)
        .execution_options(synchronize_session=False)
    ).all()
    customers.set_invitation_state(sorted(sent), "sent")
    batches.note("invitation.sent", sorted(sent))


PROBLEMS = {"dead": REFUSED, "unreachable": UNREACHABLE, "unknown": UNKNOWN}


def settled(job: Job, state: str, code: str) -> None:
    """A mail that can't be sent, or nobody knows: its invitations say so. Inside the outbox's last transaction."""
    outcome = "unknown" if state == "unknown" else "bounced"
    reason = state if state == "unknown" or code.startswith("mail: refused") else "unreachable"
    ended = db.session.scalars(
        update(CustomerInvitation)
        .where(CustomerInvitation.lead_id == job.payload["lead"], CustomerInvitation.state == "queued")
        .values(state=outcome, problem=PROBLEMS[reason])
        .returning(CustomerInvitation.customer_id)
        .execution_options(synchronize_session=False)
    ).all()
    customers.set_invitation_state(sorted(ended), outcome)
    batches.note(f"invitation.{outcome}", sorted(ended), reason=PROBLEMS[reason])
