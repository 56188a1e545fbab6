"""Requests to work in somebody's account: asked by an agent, allowed by the customer, or by a second of us at need.

Everything here acts for the request's organisation; who calls has entered it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import and_, delete, or_, select

from link4web import clock, outbox, tenancy
from link4web.accounts.models import Membership, User
from link4web.audit import actor, current_actor, record
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.sentences import Coded
from link4web.support import consent, staff, words
from link4web.support.models import SupportAccess, SupportLink

MAIL = "support.mail"
#: What a mail to those who decide about an emergency is called.
LEAD = "lead"
#: So long may pass between a yes and its use, and between a request and the answer.
VALID, ASKED_FOR = timedelta(days=1), timedelta(days=5)
OPEN = ("waiting", "ready", "started")


class Refused(Exception):
    """It may not be; `sentence` says why."""

    def __init__(self, sentence: Coded) -> None:
        super().__init__(sentence.code)
        self.sentence = sentence


@dataclass(frozen=True)
class Wish:
    """What an agent asks for, and why."""

    user_id: str
    category: str
    reason: str
    ticket: str
    is_emergency: bool = False


def why_not(agent_id: str, user_id: str) -> Coded | None:
    """Why this agent may not act for this person in the present organisation; None when nothing is against it."""
    user = db.session.get(User, user_id)
    member = db.session.get(Membership, (tenancy.organisation_id(), user_id))
    if user_id == agent_id:
        return words.NOT_HIM["self"]
    if staff.is_staff(user_id):
        return words.NOT_HIM["staff"]
    if user is None or member is None:
        return words.NOT_HIM["member"]
    if user.disabled_at is not None:
        return words.NOT_HIM["suspended"]
    return words.NOT_HIM["unverified"] if user.verified_at is None else None


def ask(agent: User, role: str, wish: Wish) -> SupportAccess:
    """Ask for access; where the organisation's switch is on it may begin at once, else its admins get a mail.

    Raises:
        Refused: nobody may act for that person (R-065), the same was asked already, or no second of us could decide;
            the trail has it.
    """
    refused = why_not(agent.id, wish.user_id) or _asked_already(agent.id, wish.user_id)
    if refused is None and wish.is_emergency and not (consent.standing() or second_leads(agent.id)):
        refused = words.NO_SECOND
    with writing():
        if refused:
            _note("support.asked", wish.user_id, "", outcome="refused", reason=refused.code)
        else:
            access = _asked(agent, role, wish)
    if refused:
        raise Refused(refused)
    return access


def _asked_already(agent_id: str, user_id: str) -> Coded | None:
    """An open request of the same agent for the same person: its admins need no second mail about it."""
    now = clock.now()
    waits = and_(SupportAccess.state == "waiting", SupportAccess.asked_at > now - ASKED_FOR)
    may_begin = and_(SupportAccess.state == "ready", SupportAccess.valid_until > now)
    same = SupportAccess.agent_id == agent_id, SupportAccess.user_id == user_id
    found = db.session.scalar(select(SupportAccess.id).where(*same, or_(waits, may_begin)).limit(1))
    return words.ASKED_ALREADY if found else None


def _asked(agent: User, role: str, wish: Wish) -> SupportAccess:
    now, allowed = clock.now(), consent.standing()
    access = SupportAccess(
        organisation_id=tenancy.organisation_id(),
        id=new_id(),
        agent_id=agent.id,
        agent_name=agent.name,
        agent_role=role,
        user_id=wish.user_id,
        category=wish.category,
        reason=wish.reason,
        ticket=wish.ticket,
        is_emergency=wish.is_emergency,
        state="ready" if allowed else "waiting",
        consent="standing" if allowed else "",
        consent_id=allowed.id if allowed else None,
        asked_at=now,
        valid_until=min(now + VALID, allowed.until) if allowed else None,
    )
    db.session.add(access)
    db.session.flush()
    _note("support.asked", access.user_id, access.id, reason=access.reason, ticket=access.ticket)
    if allowed:
        return access
    if wish.is_emergency:
        tell_leads(access)
    else:
        tell_admins(access, "asked")
    return access


def find(access_id: str) -> SupportAccess | None:
    """A request of the present organisation."""
    return db.session.scalars(select(SupportAccess).where(SupportAccess.id == access_id)).first()


def held(access_id: str) -> SupportAccess:
    """The same, held until the end of the running ``writing()``."""
    chosen = select(SupportAccess).where(SupportAccess.id == access_id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()


def is_open_for_answer(access: SupportAccess) -> bool:
    """Whether an answer still counts."""
    return access.state == "waiting" and access.asked_at > clock.now() - ASKED_FOR


def answer(access_id: str, admin_id: str, *, yes: bool) -> bool:
    """An admin's word on one request; False when it has been decided or has run out meanwhile.

    A yes for somebody who has left meanwhile lets nobody in: such a request is withdrawn.

    Nobody of the support staff gives it, though they may be an admin there: it is the customer's.
    """
    with writing():
        access = held(access_id)
        may_answer = admin_id in consent.admins(access.organisation_id) and not staff.is_staff(admin_id)
        if not is_open_for_answer(access) or not may_answer:
            return False
        is_void = yes and why_not(access.agent_id, access.user_id) is not None
        if is_void:
            _withdraw(access)
        else:
            _decide(access, admin_id, "approved", yes=yes)
    return not is_void


def decide_emergency(access_id: str, lead_id: str, *, yes: bool) -> None:
    """A lead's word on an emergency of somebody else; the customer is told at once (R-061).

    Raises:
        Refused: it is their own request.
    """
    with writing():
        access = held(access_id)
        own = access.agent_id == lead_id
        if own:
            _note("support.decided", access.user_id, access.id, outcome="refused", reason=words.OWN_EMERGENCY.code)
        elif access.is_emergency and is_open_for_answer(access):
            _decide(access, lead_id, "emergency", yes=yes)
            if yes:
                tell_admins(access, "emergency")
    if own:
        raise Refused(words.OWN_EMERGENCY)


def _decide(access: SupportAccess, by: str, how: str, *, yes: bool) -> None:
    access.state, access.decided_by, access.decided_at = "ready" if yes else "declined", by, clock.now()
    access.consent = how if yes else ""
    access.valid_until = clock.now() + VALID if yes else None
    _forget_links(access)
    _note("support.decided", access.user_id, access.id, outcome="done" if yes else "refused", how=how)


def take_back(access_id: str) -> None:
    """The customer's word, or the agent's, that it shall not be or be over: what runs ends with the next click."""
    with writing():
        access = held(access_id)
        if access.state == "started":
            finish(access, "consent")
        elif access.state in OPEN:
            _withdraw(access)


def _withdraw(access: SupportAccess) -> None:
    access.state = "withdrawn"
    _forget_links(access)
    _note("support.taken_back", access.user_id, access.id)


def allow_no_more() -> bool:
    """Switch the organisation's permission off; what stood on it and has not begun is withdrawn.

    What has begun ends with the agent's next click (R-072). True when something else goes on, or may begin still: what
    an admin allowed by itself, or an emergency.
    """
    with writing():
        consent.switch_off()
        stood_on_it = SupportAccess.state == "ready", SupportAccess.consent == "standing"
        for access_id in db.session.scalars(select(SupportAccess.id).where(*stood_on_it)).all():
            take_back(access_id)
        now = clock.now()
        own = SupportAccess.consent.in_(("approved", "emergency"))
        runs = and_(SupportAccess.state == "started", SupportAccess.ends_at > now)
        may_begin = and_(SupportAccess.state == "ready", SupportAccess.valid_until > now)
        return db.session.scalar(select(SupportAccess.id).where(own, or_(runs, may_begin)).limit(1)) is not None


def finish(access: SupportAccess, why: str) -> None:
    """Put the end of an access on record and tell the customer, inside ``writing()``; once."""
    if access.ended_at is not None:
        return
    access.state, access.ended_at, access.ended_why = "ended", clock.now(), why
    _note("support.ended", access.user_id, access.id, reason=why)
    tell_admins(access, "ended")


def _forget_links(access: SupportAccess) -> None:
    db.session.execute(delete(SupportLink).where(SupportLink.access_id == access.id))


def tell_admins(access: SupportAccess, what: str) -> None:
    """A mail to each admin, and from its beginning on to the person as well, inside ``writing()`` (R-073)."""
    told = consent.admins(access.organisation_id)
    if what != "asked" and access.user_id not in told:
        told.append(access.user_id)
    _tell(access, what, told)


def tell_leads(access: SupportAccess) -> None:
    """A mail to each who may decide about somebody else's emergency, inside ``writing()``."""
    _tell(access, LEAD, second_leads(access.agent_id))


def second_leads(agent_id: str) -> list[str]:
    """Who may decide about an emergency of this agent: every lead but themselves."""
    return [one for one in staff.leads() if one != agent_id]


def _tell(access: SupportAccess, what: str, people: Iterable[str]) -> None:
    jobs: list[dict[str, object]] = [
        {"key": f"{access.id}:{what}:{one}", "payload": {"access": access.id, "what": what, "user": one}}
        for one in people
    ]
    outbox.add_many(MAIL, jobs, organisation_id=access.organisation_id, priority=1)


def _note(action: str, user_id: str, access_id: str, *, outcome: str = "done", reason: str = "", **more: str) -> None:
    """Into the organisation's trail, with both identities where a member of the staff acts (R-069)."""
    who = current_actor()
    both = replace(who, on_behalf_of_id=user_id or None) if who.user_id and staff.is_staff(who.user_id) else who
    with actor(both):
        record(
            action,
            chain=tenancy.organisation_id(),
            kind="support_access",
            object_id=access_id,
            outcome=outcome,
            reason=reason,
            **more,
        )
