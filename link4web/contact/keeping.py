"""What is kept of somebody who wrote to support while they were signed in: for their export, and until they go."""

from typing import Any

from sqlalchemy import delete, select

from link4web.accounts.leaving import Keeper
from link4web.accounts.models import User
from link4web.contact.models import ContactMessage
from link4web.database import db


def _told(user_id: str) -> list[dict[str, Any]]:
    mine = select(ContactMessage).where(ContactMessage.person_id == user_id).order_by(ContactMessage.created_at)
    return [
        {"at": one.created_at, "reference": one.reference, "about": one.subject, "message": one.message}
        for one in db.session.scalars(mine)
    ]


def _forget(user: User) -> None:
    db.session.execute(delete(ContactMessage).where(ContactMessage.person_id == user.id))


KEEPER = Keeper("messages_to_support", _told, _forget)
