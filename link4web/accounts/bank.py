"""The bank account that invoices are paid into: sealed at rest, never shown in full, each change announced.

Whoever changes it leads other people's payments elsewhere, so every admin is told who did it, and when (R-190).
"""

import json

from flask import g
from sqlalchemy import delete, select

from link4web import clock, outbox, sealing, tenancy
from link4web.accounts.business_models import BankAccountRow
from link4web.accounts.models import Membership, Organisation, User
from link4web.audit import current_actor, record
from link4web.audit.models import AuditEvent
from link4web.database import db, end_reading, writing
from link4web.ids import new_id
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import GiveUp, Job
from link4web.registers.bank_accounts import BankAccount
from link4web.web.filters import moment
from link4web.web.links import link_to

CHANGED_MAIL = "organisations.bank_mail"
ACTIONS = {"organisation.bank": "changed", "organisation.bank_removed": "removed"}


def on_file() -> BankAccountRow | None:
    """What may be shown of the account of the organisation acted for; its number stays sealed."""
    return db.session.scalars(select(BankAccountRow).order_by(BankAccountRow.country).limit(1)).first()


def note_seen() -> None:
    """Somebody has looked at the page: the trail says so (R-190)."""
    with writing():
        _record("organisation.bank_seen")


def changed_by(row: BankAccountRow) -> str:
    """Who put it there."""
    user = db.session.get(User, row.changed_by)
    return user.name if user else "Somebody who has left"


def save(account: BankAccount, holder: str) -> bool:
    """Keep the account in place of the one before; every admin gets a mail. False when it is the one on file."""
    organisation_id = tenancy.organisation_id()
    with writing():
        db.session.get_one(Organisation, organisation_id, with_for_update=True)
        before = on_file()
        text = json.dumps({"holder": holder, "bsb": account.bsb, "number": account.number})
        if before and before.country == account.country and _opened(before) == text:
            return False
        db.session.execute(delete(BankAccountRow))
        db.session.add(
            BankAccountRow(
                organisation_id=organisation_id,
                country=account.country,
                sealed=sealing.seal(text, _bound_to(organisation_id)),
                ending=account.ending,
                changed_by=current_actor().user_id or "",
                changed_at=clock.now(),
            )
        )
        _announce(_record("organisation.bank", ending=account.ending, before=before.ending if before else ""))
    return True


def remove() -> bool:
    """Forget the account; every admin gets a mail. False when there is none."""
    with writing():
        before = on_file()
        if before is None:
            return False
        db.session.execute(delete(BankAccountRow))
        _announce(_record("organisation.bank_removed", ending="", before=before.ending))
    return True


def _opened(row: BankAccountRow) -> str:
    try:
        return sealing.unseal(row.sealed, _bound_to(row.organisation_id))
    except sealing.Undecryptable:
        return ""


def _bound_to(organisation_id: str) -> str:
    return f"{organisation_id}|bank account"


def _record(action: str, **details: str) -> int:
    organisation_id = tenancy.organisation_id()
    return record(action, chain=organisation_id, kind="organisation", object_id=organisation_id, **details)


def _announce(position: int) -> None:
    """One mail for each admin; it tells what the trail tells at this position."""
    organisation_id = tenancy.organisation_id()
    admins = db.session.scalars(
        select(Membership.user_id).where(Membership.organisation_id == organisation_id, Membership.role == "admin")
    )
    jobs: list[dict[str, object]] = [
        {"key": new_id(), "payload": {"user": admin, "position": str(position)}} for admin in admins
    ]
    outbox.add_many(CHANGED_MAIL, jobs, organisation_id=organisation_id)


def send_changed_mail(job: Job) -> None:
    """Tell one admin who has changed the account, when, and how it ends now."""
    organisation_id = tenancy.organisation_id()
    event = db.session.get_one(AuditEvent, (organisation_id, int(job.payload["position"])))
    user = db.session.get(User, job.payload["user"])
    if user is None or not user.is_active:
        raise GiveUp("admin is gone")
    organisation = g.organisation = db.session.get_one(Organisation, organisation_id)
    details = json.loads(event.details)
    message = compose(
        "bank_changed",
        user.email,
        f"Bank account {ACTIONS[event.action]}: {plain_name(organisation.name, 'your organisation')}",
        name=plain_name(user.name, "there"),
        organisation_name=plain_name(organisation.name, "your organisation"),
        person=_name_of(event.actor_id),
        on_behalf_of=_name_of(event.on_behalf_of_id) if event.on_behalf_of_id else "",
        at=moment(event.at),
        ending=details["ending"],
        before=details["before"],
        link=link_to("organisations.bank", organisation=organisation_id),
        activity_link=link_to("activity.show", organisation=organisation_id),
    )
    end_reading()
    with writing():
        outbox.begin_flight(job)
    deliver_to(user.id, "bank_changed", message, chain=organisation_id)


def _name_of(user_id: str | None) -> str:
    user = db.session.get(User, user_id) if user_id else None
    return plain_name(user.name, "somebody of your organisation") if user else "somebody who has left"


def reseal_bank_accounts() -> int:
    """Seal with the newest key what older ones have sealed; how many (R-085)."""
    with tenancy.system("every bank account is sealed anew with the newest key"):
        keys = db.session.execute(select(BankAccountRow.organisation_id, BankAccountRow.country)).all()
        end_reading()
        return sum(_reseal(organisation_id, country) for organisation_id, country in keys)


def _reseal(organisation_id: str, country: str) -> bool:
    with writing():
        key = organisation_id, country
        row = db.session.get(BankAccountRow, key, with_for_update=True, populate_existing=True)
        if row is None or sealing.is_sealed_with_newest(row.sealed) or not (text := _opened(row)):
            return False
        row.sealed = sealing.seal(text, _bound_to(organisation_id))
    return True
