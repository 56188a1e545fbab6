"""Reads of requests over all organisations, for the staff's own lists."""

from sqlalchemy import select

from link4web import clock, tenancy
from link4web.accounts.models import Membership, Organisation, User
from link4web.database import db
from link4web.support.accesses import ASKED_FOR, OPEN
from link4web.support.models import SupportAccess

SOME = 20
Row = tuple[SupportAccess, str]


def of_agent(agent_id: str) -> list[Row]:
    """An agent's own requests, the latest first, each with its organisation's name."""
    with tenancy.system("support staff see their own requests, whichever organisation they are for"):
        return [
            (access, name)
            for access, name in db.session.execute(
                select(SupportAccess, Organisation.name)
                .join(Organisation, Organisation.id == SupportAccess.organisation_id)
                .where(SupportAccess.agent_id == agent_id)
                .order_by(SupportAccess.asked_at.desc())
                .limit(SOME)
            )
        ]


def emergencies(lead_id: str) -> list[Row]:
    """Emergencies that wait for this lead's word: not their own, which another has to decide."""
    with tenancy.system("leads of the support staff decide about emergencies of all organisations"):
        return [
            (access, name)
            for access, name in db.session.execute(
                select(SupportAccess, Organisation.name)
                .join(Organisation, Organisation.id == SupportAccess.organisation_id)
                .where(
                    SupportAccess.state == OPEN[0],
                    SupportAccess.is_emergency.is_(True),
                    SupportAccess.agent_id != lead_id,
                    SupportAccess.asked_at > clock.now() - ASKED_FOR,
                )
                .order_by(SupportAccess.asked_at)
                .limit(SOME)
            )
        ]


def members(organisation_id: str) -> list[tuple[User, str]]:
    """Who belongs to an organisation, admins first."""
    rows = db.session.execute(
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Membership.role, User.name)
    )
    return [(user, role) for user, role in rows]
