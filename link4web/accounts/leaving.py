"""Taking one's own data along, and deleting one's own account."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy import delete, select

from link4web import clock
from link4web.accounts import codes, news, notices, slowing
from link4web.accounts.models import (
    MailToken,
    Membership,
    NewsChoice,
    NewsItem,
    Organisation,
    RecoveryCode,
    SecondFactor,
    User,
)
from link4web.accounts.organisations import organisations_of
from link4web.accounts.sessions import end_sessions_of, sessions_of
from link4web.audit import record
from link4web.audit.models import AuditEvent
from link4web.audit.trail import SYSTEM
from link4web.database import db, writing

MOST_EVENTS = 10_000
GONE_NAME = "Somebody who has left"
GONE_HOST = "gone.invalid"  # RFC 2606: no mail can go there, and nobody can sign up with it


class LastAdmin(Exception):
    """Nobody could let others in after that. `names`: the organisations that have no other admin."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


@dataclass(frozen=True)
class Keeper:
    """What a feature keeps about people that this one knows nothing of.

    `told`: a person's own, for their export under `name`; its moments are aware. `forget`: take the person's name and
    address out, inside ``writing()`` and before the address goes.
    """

    name: str
    told: Callable[[str], list[dict[str, Any]]]
    forget: Callable[[User], None]


def init_leaving(app: Flask, keepers: Sequence[Keeper]) -> None:
    """Say who else keeps something about people."""
    app.extensions["keepers"] = tuple(keepers)


def _keepers() -> tuple[Keeper, ...]:
    found: tuple[Keeper, ...] = current_app.extensions["keepers"]
    return found


def export(user_id: str) -> str:
    """What we keep about a person, as JSON: profile, memberships, sessions, what they did. No secrets.

    The owner is told by mail, since whoever has the session could take it along.
    """
    user = db.session.get_one(User, user_id)
    standing = codes.standing(user_id)
    data = {
        "exported_at": _said(clock.now()),
        "profile": {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "email_verified_at": _said(user.verified_at),
            "created_at": _said(user.created_at),
            "security_codes_since": _said(standing.since) if standing else None,
        },
        "organisations": [{"id": one.id, "name": one.name, "role": role} for one, role in organisations_of(user_id)],
        "sessions": [
            {
                "began_at": _said(row.created_at),
                "last_seen_at": _said(row.seen_at),
                "network_address": row.address,
                "device": row.device,
            }
            for row in sessions_of(user_id)
        ],
        "notices": news.choices_of(user_id),
        "actions": [_event(event) for event in _events(user_id)],
        **{keeper.name: [_plain(one) for one in keeper.told(user_id)] for keeper in _keepers()},
    }
    with writing():
        notices.tell(user_id, "account_exported")
        record("account.exported", kind="user", object_id=user_id)
    return json.dumps(data, indent=2, ensure_ascii=False)


def _events(user_id: str) -> list[AuditEvent]:
    """What the person did, and what was done to their sign-in, the newest first."""
    mine = select(AuditEvent).where(AuditEvent.actor_id == user_id).order_by(AuditEvent.at.desc()).limit(MOST_EVENTS)
    # whoever signs in is nobody yet, so those stand under the person they are about
    about = select(AuditEvent).where(AuditEvent.chain == SYSTEM, AuditEvent.object_id == user_id)
    about = about.order_by(AuditEvent.position.desc()).limit(MOST_EVENTS)
    found = {(event.chain, event.position): event for query in (mine, about) for event in db.session.scalars(query)}
    return sorted(found.values(), key=lambda event: event.at, reverse=True)


def _event(event: AuditEvent) -> dict[str, Any]:
    return {
        "at": _said(event.at),
        "action": event.action,
        "outcome": event.outcome,
        "organisation": None if event.chain == SYSTEM else event.chain,
        "about": event.object_kind,
        "network_address": event.address,
        "device": event.device,
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _said(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _said(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def last_admin_of(user_id: str) -> list[str]:
    """The organisations in which nobody else is an admin who can sign in; not those that are closed."""
    return [one.name for one in _left_alone_by(user_id) if one.closed_at is None]


def closed_by_then(user_id: str) -> list[Organisation]:
    """Closed organisations that nobody could keep any more once this person is gone."""
    return [one for one in _left_alone_by(user_id) if one.closed_at is not None]


def _left_alone_by(user_id: str) -> Sequence[Organisation]:
    others = select(Membership.organisation_id).join(User, User.id == Membership.user_id)
    others = others.where(Membership.role == "admin", Membership.user_id != user_id, User.disabled_at.is_(None))
    mine = select(Organisation).join(Membership, Membership.organisation_id == Organisation.id)
    mine = mine.where(Membership.user_id == user_id, Membership.role == "admin", Organisation.id.not_in(others))
    return db.session.scalars(mine.order_by(Organisation.name)).all()


def delete_account(user_id: str) -> None:
    """Take a person out: sessions, memberships, codes, name and address go; the address is free again.

    What they did stays in the trail under an id that says nothing any more, and so does the row that bears it.

    Raises:
        LastAdmin: an organisation would have no admin.
    """
    with writing():
        user = db.session.get_one(User, user_id, with_for_update=True)
        mine = select(Membership.organisation_id).where(Membership.user_id == user_id)
        # two last admins who leave at the same moment wait for each other here
        held = select(Organisation.id).where(Organisation.id.in_(mine)).order_by(Organisation.id).with_for_update()
        organisations = list(db.session.scalars(held))
        if names := last_admin_of(user_id):
            raise LastAdmin(names)
        for organisation_id in organisations:
            record("membership.left", chain=organisation_id, kind="user", object_id=user_id, reason="account deleted")
        record("account.deleted", kind="user", object_id=user_id)
        slowing.forgive(user.email)
        slowing.forgive(codes.guessed(user_id))
        end_sessions_of(user_id)
        for keeper in _keepers():
            keeper.forget(user)
        for table in (Membership, MailToken, NewsChoice, NewsItem, RecoveryCode, SecondFactor):
            db.session.execute(delete(table).where(table.user_id == user_id))
        user.name, user.email, user.password_hash = GONE_NAME, f"{user_id.lower()}@{GONE_HOST}", ""
        user.verified_at, user.disabled_at = None, clock.now()
