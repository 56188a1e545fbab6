"""The access history, as the customer and support see it: who, when, why, pages seen, things changed (R-073)."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select

from link4web import clock
from link4web.accounts.models import User
from link4web.activity.naming import Place, lines_of
from link4web.activity.pages import page_words
from link4web.activity.reading import COLUMNS
from link4web.audit.models import AuditEvent
from link4web.database import db
from link4web.support import accesses, words
from link4web.support.models import SupportAccess
from link4web.web.filters import local

MOST = 50
MOST_EVENTS = 2000
#: What belongs to an access itself, and is no control of the customer's.
OWN = ("on_behalf.leave", "on_behalf.write")


@dataclass(frozen=True)
class Change:
    """Something that the trail says was changed, and how often. `place`: the page of what it is about, if any."""

    words: str
    about: str
    place: Place | None
    times: int


@dataclass(frozen=True)
class Entry:
    """One access in words. `pages`: what was looked at, `pressed`: which controls were used, each with how often.

    `changes`: what came of it, as the trail has it. `is_cut`: there is more than the entry counts. `word`, `mark`,
    `tone` say its state.
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
    pressed: list[tuple[str, int]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    refused: int = 0
    is_cut: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has to answer it still."""
        return self.word == words.STATES["waiting"][0]

    @property
    def can_be_ended(self) -> bool:
        """Whether it runs or may begin."""
        return self.word != words.STATES["expired"][0] and self.access.state in ("ready", "started")

    @property
    def kinds_changed(self) -> list[tuple[str, int]]:
        """The changes without what they are about: staff outside of the account see no customers."""
        kinds = Counter[str]()
        for change in self.changes:
            kinds[change.words] += change.times
        return list(kinds.items())

    @property
    def log_args(self) -> dict[str, str]:
        """What narrows the activity log to this agent and the days of the access; for one that has begun."""
        began, over = self.access.started_at, self.access.ended_at or self.access.ends_at
        days = {name: local(at).date().isoformat() for name, at in (("from", began), ("to", over)) if at}
        return {"person": self.access.agent_id, **days}


def of_organisation() -> tuple[list[Entry], bool]:
    """The present organisation's accesses, the latest first; whether there are older ones."""
    latest = select(SupportAccess).order_by(SupportAccess.asked_at.desc(), SupportAccess.id).limit(MOST + 1)
    found = db.session.scalars(latest).all()
    return entries(found[:MOST]), len(found) > MOST


def entries(found: Iterable[SupportAccess]) -> list[Entry]:
    """These accesses of the present organisation in words."""
    found = list(found)
    ids = {one for access in found for one in (access.user_id, access.decided_by) if one}
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())
    rows = [_changed(access) for access in found]
    lines = iter(lines_of([row for some in rows for row in some[:MOST_EVENTS]]))  # names looked up once for all
    result = []
    for access, some in zip(found, rows, strict=True):
        changes = _counted([next(lines) for _ in some[:MOST_EVENTS]])
        result.append(_entry(access, names, changes, is_cut=len(some) > MOST_EVENTS))
    return result


def _entry(access: SupportAccess, names: dict[str, str], changes: list[Change], *, is_cut: bool) -> Entry:
    events = _events(access)
    seen, pressed, refused = _told(events[:MOST_EVENTS])
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
        pressed=pressed,
        changes=changes,
        refused=refused,
        is_cut=is_cut or len(events) > MOST_EVENTS,
    )


def state_of(access: SupportAccess) -> str:
    """Its state as shown: what ran out unused is *expired*."""
    now = clock.now()
    if access.state == "waiting" and not accesses.is_open_for_answer(access):
        return "expired"
    ran_out = access.state == "ready" and (access.valid_until is None or access.valid_until <= now)
    return "expired" if ran_out else access.state


def changes_in(access: SupportAccess) -> int:
    """How many changes the trail has of it: each of them, also several to one customer."""
    counted = select(func.count()).select_from(AuditEvent).where(*_of_changes(access))
    return db.session.scalar(counted) or 0 if access.started_at else 0


def _of_changes(access: SupportAccess) -> list[ColumnElement[bool]]:
    """What the agent did in the person's name while they were in there; what was merely opened or pressed is no change.

    By identities and time: the pages that change something know of no access. Mails go out in the name of whoever has
    caused them, those about the visit itself among them; what they tell of is counted by itself.
    """
    return [
        AuditEvent.chain == access.organisation_id,
        AuditEvent.actor_id == access.agent_id,
        AuditEvent.on_behalf_of_id == access.user_id,
        AuditEvent.at.between(access.started_at, access.ended_at or access.ends_at),
        AuditEvent.outcome == "done",
        AuditEvent.action != "mail.sent",
        ~AuditEvent.action.startswith("support.", autoescape=True),
    ]


def _changed(access: SupportAccess) -> Sequence[Any]:
    if access.started_at is None:
        return []
    wanted = select(*COLUMNS).where(*_of_changes(access)).order_by(AuditEvent.position).limit(MOST_EVENTS + 1)
    return db.session.execute(wanted).all()


def _counted(lines: list[Any]) -> list[Change]:
    times = Counter((line.words, line.object_id) for line in lines)
    first = {(line.words, line.object_id): line for line in reversed(lines)}
    return [Change(first[one].words, first[one].about, first[one].place, often) for one, often in times.items()]


def _events(access: SupportAccess) -> Sequence[Any]:
    if access.started_at is None:
        return []
    return db.session.execute(
        select(AuditEvent.action, AuditEvent.outcome, AuditEvent.details)
        .where(
            AuditEvent.chain == access.organisation_id,
            AuditEvent.object_id == access.id,
            AuditEvent.action.in_(("support.viewed", "support.did")),
        )
        .order_by(AuditEvent.position)
        .limit(MOST_EVENTS + 1)
    ).all()


def _told(events: Sequence[Any]) -> tuple[list[tuple[str, int]], list[tuple[str, int]], int]:
    seen, pressed, refused = Counter[str](), Counter[str](), 0
    for action, outcome, details in events:
        told = json.loads(details)
        if outcome != "done":
            refused += 1
        elif action == "support.viewed":
            seen[page_words(told)] += 1
        elif told.get("page") not in OWN:
            pressed[page_words(told)] += 1
    return list(seen.items()), list(pressed.items()), refused
