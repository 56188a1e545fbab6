"""The support staff: made by a command, asked for at every request (R-024, R-060)."""

from sqlalchemy import bindparam, select

from link4web import clock
from link4web.accounts.models import User
from link4web.audit import record
from link4web.database import db, writing
from link4web.support.models import SupportAgent

# built once: the console asks it with every request
_ROLE = (
    select(SupportAgent.role)
    .join(User, User.id == SupportAgent.user_id)
    .where(SupportAgent.user_id == bindparam("person"), SupportAgent.disabled_at.is_(None), User.disabled_at.is_(None))
)


def role_of(user_id: str) -> str | None:
    """*agent* or *lead*; None for everybody who is not of the staff, or no longer."""
    return db.session.scalar(_ROLE, {"person": user_id})


def leads() -> list[str]:
    """Who is *lead* now."""
    found = select(SupportAgent.user_id).join(User, User.id == SupportAgent.user_id)
    found = found.where(SupportAgent.role == "lead", SupportAgent.disabled_at.is_(None), User.disabled_at.is_(None))
    return list(db.session.scalars(found.order_by(SupportAgent.user_id)))


def is_staff(user_id: str) -> bool:
    """Whether this person is, or ever was, of the staff: nobody acts on their behalf (R-065)."""
    return db.session.get(SupportAgent, user_id) is not None


def appoint(user_id: str, role: str) -> None:
    """Make somebody an *agent* or a *lead*, or change which of them they are."""
    with writing():
        known = db.session.get(SupportAgent, user_id)
        if known is None:
            db.session.add(SupportAgent(user_id=user_id, role=role, created_at=clock.now()))
        else:
            known.role, known.disabled_at = role, None
        record("support.appointed", kind="user", object_id=user_id, role=role)


def dismiss(user_id: str) -> bool:
    """Take the role away; holds from the person's next request on. False when they have none."""
    with writing():
        known = db.session.get(SupportAgent, user_id)
        if known is None or known.disabled_at is not None:
            return False
        known.disabled_at = clock.now()
        record("support.dismissed", kind="user", object_id=user_id)
    return True
