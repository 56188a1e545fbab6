"""The access history, as the customer and support see it: who, when, why, pages seen, things changed (R-073)."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from link4web import clock
from link4web.accounts.models import User
from link4web.audit.models import AuditEvent
from link4web.database import db
from link4web.support import accesses, words
from link4web.support.models import SupportAccess

MOST = 50
MOST_EVENTS = 2000


@dataclass(frozen=True)
class Entry:
    """One access in words. `pages`: what was looked at, and how often; `changes`: what was pressed, each once or more.

    `word`, `mark`, `tone` say its state.
    """

    access: SupportAccess
    agent: str
    person: str
    category: str
    consent: str
    word: str
    mark: str
    tone: str
    why_over: str
    pages: list[tuple[str, int]] = field(default_factory=list)
    changes: list[tuple[str, int]] = field(default_factory=list)
    refused: int = 0

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has to answer it still."""
        return self.word == words.STATES["waiting"][0]

    @property
    def can_be_ended(self) -> bool:
        """Whether it runs or may begin."""
        return self.word != words.STATES["expired"][0] and self.access.state in ("ready", "started")


def of_organisation() -> list[Entry]:
    """The present organisation's accesses, the latest first."""
    latest = select(SupportAccess).order_by(SupportAccess.asked_at.desc(), SupportAccess.id).limit(MOST)
    return entries(db.session.scalars(latest).all())


def entries(found: Iterable[SupportAccess]) -> list[Entry]:
    """These accesses of the present organisation in words."""
    found = list(found)
    ids = {one for access in found for one in (access.user_id, access.decided_by) if one}
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())
    return [_entry(access, names) for access in found]


def _entry(access: SupportAccess, names: dict[str, str]) -> Entry:
    seen, changed, refused = _events(access)
    word, mark, tone = words.STATES[state_of(access)]
    return Entry(
        access=access,
        agent=f"{access.agent_name}, {words.ROLES[access.agent_role]}",
        person=names.get(access.user_id, "somebody who has left"),
        category=words.CATEGORIES[access.category],
        consent=words.CONSENTS[access.consent].format(name=names.get(access.decided_by or "", "an admin")),
        word=word,
        mark=mark,
        tone=tone,
        why_over=words.ENDED.get(access.ended_why, ""),
        pages=seen,
        changes=changed,
        refused=refused,
    )


def state_of(access: SupportAccess) -> str:
    """Its state as shown: what ran out unused is *expired*."""
    now = clock.now()
    if access.state == "waiting" and not accesses.is_open_for_answer(access):
        return "expired"
    ran_out = access.state == "ready" and (access.valid_until is None or access.valid_until <= now)
    return "expired" if ran_out else access.state


def changes_of(access: SupportAccess) -> list[tuple[str, int]]:
    """What was changed in it."""
    return _events(access)[1]


def _events(access: SupportAccess) -> tuple[list[tuple[str, int]], list[tuple[str, int]], int]:
    if access.started_at is None:
        return [], [], 0
    events = db.session.execute(
        select(AuditEvent.action, AuditEvent.outcome, AuditEvent.details)
        .where(
            AuditEvent.chain == access.organisation_id,
            AuditEvent.object_id == access.id,
            AuditEvent.action.in_(("support.viewed", "support.did")),
        )
        .order_by(AuditEvent.position)
        .limit(MOST_EVENTS)
    ).all()
    seen, changed, refused = Counter[str](), Counter[str](), 0
    for action, outcome, details in events:
        told = json.loads(details)
        if outcome != "done":
            refused += 1
        elif action == "support.viewed":
            seen[_page(told)] += 1
        elif told.get("page") not in ("leave", "write"):
            changed[_page(told)] += 1
    return list(seen.items()), list(changed.items()), refused


def _page(told: dict[str, str]) -> str:
    return words.PAGES.get(told.get("page", ""), told.get("route", ""))
