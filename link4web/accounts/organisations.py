"""Organisations and their own business number."""

from datetime import timedelta

from sqlalchemy import select

from link4web import clock, outbox, tenancy
from link4web.accounts import register
from link4web.accounts.models import Membership, Organisation, User
from link4web.audit import record
from link4web.database import db, end_reading, writing
from link4web.ids import new_id
from link4web.registers.numbers import BusinessNumber

# whoever keeps states that depend on the rule registers a handler for this effect
NUMBER_RULE = "organisations.number_rule"
SAME_PRESS = timedelta(minutes=10)
ZONES = {"AU": "Australia/Sydney", "NZ": "Pacific/Auckland"}


def create_organisation(
    user_id: str,
    name: str,
    country: str,
    number: BusinessNumber | None,
    *,
    timezone: str = "",
    finding: register.Finding | None = None,
) -> Organisation:
    """A new organisation with this person as its admin; the one a first press has just made, when pressed twice.

    `finding`: what the register says about the number; it is asked when None, so inside ``writing()`` pass it.
    """
    if finding is None:
        finding = register.look_up(number) if number else register.UNCHECKED
    end_reading()
    with writing():
        if made := _just_made(user_id, name, country, number):
            return made
        organisation = Organisation(
            id=new_id(),
            name=name,
            country=country,
            timezone=timezone or ZONES[country],
            number_status="unchecked",
            created_at=clock.now(),
        )
        db.session.add(organisation)
        db.session.flush()
        db.session.add(
            Membership(
                organisation_id=organisation.id,
                user_id=user_id,
                role="admin",
                may_edit=True,
                may_approve=True,
                may_send=True,
                created_at=clock.now(),
            )
        )
        record("organisation.created", chain=organisation.id, kind="organisation", object_id=organisation.id)
        if number:
            _set_number(organisation, number, finding)
    return organisation


def _just_made(user_id: str, name: str, country: str, number: BusinessNumber | None) -> Organisation | None:
    """The organisation that the same form has made a moment ago (R-166), inside ``writing()``."""
    db.session.get_one(User, user_id, with_for_update=True)  # one press at a time
    return db.session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(
            Membership.user_id == user_id,
            Membership.role == "admin",
            Organisation.name == name,
            Organisation.country == country,
            Organisation.number == number.digits if number else Organisation.number.is_(None),
            Organisation.created_at > clock.now() - SAME_PRESS,
            Organisation.closed_at.is_(None),
        )
        .limit(1)
    ).first()


def record_own_number(organisation_id: str, number: BusinessNumber) -> Organisation:
    """Set the organisation's own ABN or NZBN, with what the register says about it."""
    finding = register.look_up(number)
    end_reading()
    with writing():
        organisation = db.session.get_one(Organisation, organisation_id)
        _set_number(organisation, number, finding)
    return organisation


def _set_number(organisation: Organisation, number: BusinessNumber, finding: register.Finding) -> None:
    organisation.number = number.digits
    organisation.number_status = finding.status
    organisation.register_name = finding.name or None
    organisation.number_checked_at = finding.checked_at
    record(
        "organisation.number",
        chain=organisation.id,
        kind="organisation",
        object_id=organisation.id,
        scheme=number.scheme,
        status=finding.status,
    )


def update_details(organisation_id: str, *, name: str, timezone: str) -> None:
    """Change the organisation's name and time zone."""
    with writing():
        organisation = db.session.get_one(Organisation, organisation_id)
        given = {"name": name, "timezone": timezone}
        changed = [field for field, value in given.items() if getattr(organisation, field) != value]
        organisation.name, organisation.timezone = name, timezone
        if changed:
            record(
                "organisation.details",
                chain=organisation_id,
                kind="organisation",
                object_id=organisation_id,
                changed=changed,
            )


def update_invitation_defaults(organisation_id: str, *, without_number: bool, message: str) -> None:
    """Change what every invitation begins with: whether a number is needed first, and one's own message."""
    with writing():
        organisation = db.session.get_one(Organisation, organisation_id)
        given = {"invite_without_number": without_number, "invitation_message": message or None}
        changed = [field for field, value in given.items() if getattr(organisation, field) != value]
        organisation.invite_without_number, organisation.invitation_message = without_number, message or None
        if "invite_without_number" in changed:
            outbox.add(NUMBER_RULE, new_id(), organisation_id=organisation_id)
        if changed:
            record(
                "organisation.invitations",
                chain=organisation_id,
                kind="organisation",
                object_id=organisation_id,
                changed=changed,
            )


def organisations_of(user_id: str) -> list[tuple[Organisation, str]]:
    """The organisations a person may enter, by name, with the role in each; closed ones are left out."""
    rows = db.session.execute(
        select(Organisation, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id, Organisation.closed_at.is_(None))
        .order_by(Organisation.name, Organisation.id)
    )
    return [(organisation, role) for organisation, role in rows]


def zone_of(user_id: str) -> str:
    """The time zone of the first of a person's organisations by name; empty when they have none."""
    mine = select(Organisation.timezone).join(Membership, Membership.organisation_id == Organisation.id)
    return db.session.scalar(mine.where(Membership.user_id == user_id).order_by(Organisation.name).limit(1)) or ""


def country_acted_for() -> str:
    """The country of the organisation acted for, as its people gave it; empty when it is gone."""
    organisation = db.session.get(Organisation, tenancy.organisation_id())
    return organisation.country if organisation else ""
