"""Invitations to work somewhere that somebody was sent: for their export, and without their address once they go."""

from typing import Any

from sqlalchemy import select, update

from link4web import tenancy
from link4web.accounts.leaving import GONE_HOST, Keeper
from link4web.accounts.models import Organisation, User
from link4web.colleagues.models import MembershipInvitation
from link4web.database import db


def _told(user_id: str) -> list[dict[str, Any]]:
    email = db.session.get_one(User, user_id).email
    mine = select(MembershipInvitation, Organisation.name).join(
        Organisation, Organisation.id == MembershipInvitation.organisation_id
    )
    mine = mine.where(MembershipInvitation.email == email).order_by(MembershipInvitation.created_at)
    with tenancy.system("a person's own invitations stand in the organisations that sent them"):
        rows = db.session.execute(mine).all()
    return [{"at": one.created_at, "organisation": name, "role": one.role, "state": one.state} for one, name in rows]


def _forget(user: User) -> None:
    """What is still open stays: it is the inviter's, and the address may sign up again."""
    answered = update(MembershipInvitation).where(
        MembershipInvitation.email == user.email, MembershipInvitation.state != "open"
    )
    with tenancy.system("the address of somebody who deletes their account leaves all organisations"):
        db.session.execute(
            answered.values(email=f"{user.id.lower()}@{GONE_HOST}").execution_options(synchronize_session=False)
        )


KEEPER = Keeper("invitations_to_you", _told, _forget)
