"""Support's requests to work in somebody's account, for that person's export.

They stay when the person goes: who was in an organisation is its own record, and names nobody but the agent.
"""

from typing import Any

from sqlalchemy import select

from link4web import tenancy
from link4web.accounts.leaving import Keeper
from link4web.accounts.models import User
from link4web.database import db
from link4web.support.models import SupportAccess


def _told(user_id: str) -> list[dict[str, Any]]:
    mine = select(SupportAccess).where(SupportAccess.user_id == user_id).order_by(SupportAccess.asked_at)
    with tenancy.system("support's visits to a person's own account, in whichever organisation"):
        rows = db.session.scalars(mine).all()
    return [
        {"at": one.asked_at, "by": one.agent_name, "reason": one.reason, "began": one.started_at, "ended": one.ended_at}
        for one in rows
    ]


def _forget(user: User) -> None:
    del user  # see above


KEEPER = Keeper("visits_of_support", _told, _forget)
