"""What an organisation allows: the switch with its end date, and its word on a single request (R-061)."""

from datetime import datetime, timedelta

from sqlalchemy import Update, select, update

from link4web import clock, tenancy
from link4web.accounts.models import Membership, User
from link4web.audit import record
from link4web.database import db, writing
from link4web.support.models import SupportConsent

LONGEST = timedelta(days=30)


def standing() -> SupportConsent | None:
    """The switch of the present organisation, while it is on."""
    on = select(SupportConsent).where(SupportConsent.withdrawn_at.is_(None), SupportConsent.until > clock.now())
    return db.session.scalars(on.order_by(SupportConsent.given_at.desc()).limit(1)).first()


def switch_on(user_id: str, until: datetime) -> bool:
    """Allow support access until then, 30 days from now at most; False when it was on and has only another end.

    Another end leaves the permission what it is: a visit that stands on it goes on.

    Raises:
        ValueError: `until` is not within these.
    """
    now = clock.now()
    if not now < until <= now + LONGEST:
        raise ValueError("support access has an end within 30 days")
    where = tenancy.organisation_id()
    with writing():
        was_off = not _move_end(now, until)
        if was_off:
            db.session.add(SupportConsent(organisation_id=where, until=until, given_by=user_id, given_at=now))
        record("support.allowed", chain=where, kind="organisation", object_id=where, until=until.isoformat())
    return was_off


def switch_off() -> None:
    """Take the permission back: an access that stands on it ends with the agent's next click (R-072)."""
    where = tenancy.organisation_id()
    with writing():
        _take_back(clock.now())
        record("support.disallowed", chain=where, kind="organisation", object_id=where)


def _take_back(now: datetime) -> None:
    db.session.execute(_on(now).values(withdrawn_at=now))


def _move_end(now: datetime, until: datetime) -> bool:
    """Give the switch another end; False when it isn't on."""
    moved = db.session.scalars(_on(now).values(until=until).returning(SupportConsent.id)).all()
    return bool(moved)


def _on(now: datetime) -> Update:
    wanted = update(SupportConsent).where(SupportConsent.withdrawn_at.is_(None), SupportConsent.until > now)
    return wanted.execution_options(synchronize_session=False)


def admins(organisation_id: str) -> list[str]:
    """The ids of those who may decide for an organisation: its admins who can sign in."""
    asked = (
        select(Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == "admin",
            User.disabled_at.is_(None),
            User.verified_at.is_not(None),
        )
    )
    return list(db.session.scalars(asked.order_by(Membership.user_id)))
