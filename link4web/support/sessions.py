"""A support session: beside the agent's own, bound to it, checked anew with every request (R-062, R-065 to R-072).

It ends with the next click once anything it stands on is gone, and by the schedule when nobody clicks any more. Jobs
asked for in it keep their own authority: each has both identities and the organisation's tenant in its row, was allowed
when it was asked for, and is done although the visit is over. Nothing new is allowed by them.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from flask import Response, abort, current_app, session, url_for
from sqlalchemy import bindparam, select
from werkzeug.exceptions import HTTPException

from link4web import clock, tenancy
from link4web.accounts import sessions as stored_sessions
from link4web.accounts.models import Membership, Organisation, SessionRow, User
from link4web.accounts.sessions import Person
from link4web.audit import Actor, actor, current_actor, record
from link4web.database import db, end_reading, writing
from link4web.ids import new_id
from link4web.sentences import Coded
from link4web.settings import Settings
from link4web.support import accesses, staff, words
from link4web.support.accesses import Refused
from link4web.support.models import SupportAccess, SupportConsent
from link4web.web import sessions
from link4web.web.behalf import NAME, OnBehalf
from link4web.web.responses import go_to

log = structlog.get_logger()
LONGEST, IDLE = timedelta(minutes=60), timedelta(minutes=30)
SIGN_IN = ("_user_id", "_fresh", "_id")  # what Flask-Login keeps of a sign-in


@dataclass(frozen=True)
class _Found:
    access: SupportAccess
    organisation: Organisation
    person: Person | None
    is_home: bool
    consent_holds: bool


def begin(access_id: str) -> None:
    """Enter the account: from the next request on this browser is in a session of its own.

    The start stands in the trail before the session exists; without it there is none, and the answer is 503 (R-071).

    Raises:
        Refused: it may not begin, or not any more.
    """
    held = sessions.current()
    home = held.stored
    assert home is not None
    settings: Settings = current_app.extensions["settings"]
    ends_at = min(clock.now() + LONGEST, home.created_at + timedelta(hours=settings.session_hours))
    session_id = new_id()
    try:
        _note_start(access_id, home.id, home.user_id or "", session_id, ends_at)
    except (Refused, HTTPException):
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is that keeps the trail from being written)
        db.session.rollback()
        log.error("the trail can't be written, so no support session begins", error=type(error).__name__)
        abort(503)
    kept = {name: session[name] for name in SIGN_IN if name in session}
    data = sessions.packed({**kept, NAME: {"organisation": tenancy.organisation_id(), "access": access_id}})
    token = stored_sessions.open_beside(home.token_hash, session_id, data)
    if token is None:
        abort(409)
    sessions.move_to(token)


def _note_start(access_id: str, home_id: str, agent_id: str, session_id: str, ends_at: datetime) -> None:
    refused = _why_not_now(access_id, agent_id)
    with writing():
        access = accesses.held(access_id)
        with actor(replace(current_actor(), on_behalf_of_id=access.user_id)):
            if refused is None and access.state != "ready":
                refused = words.NO_CONSENT if access.state == "waiting" else words.TOO_LATE
            record(
                "support.started",
                chain=access.organisation_id,
                kind="support_access",
                object_id=access.id,
                outcome="refused" if refused else "done",
                reason=refused.code if refused else access.reason,
                ticket=access.ticket,
                consent=access.consent,
            )
            if refused is None:
                access.state, access.started_at, access.ends_at = "started", clock.now(), ends_at
                access.session_id, access.home_session_id = session_id, home_id
                accesses.tell_admins(access, "started")
    if refused:
        raise Refused(refused)


def _why_not_now(access_id: str, agent_id: str) -> Coded | None:
    access = accesses.find(access_id)
    if access is None or access.agent_id != agent_id:
        abort(404)
    if NAME in session:
        return words.NOT_HIM["nested"]
    if against := accesses.why_not(agent_id, access.user_id):
        return against
    if access.state == "waiting":
        return words.NO_CONSENT
    if access.state != "ready" or access.valid_until is None or access.valid_until <= clock.now():
        return words.TOO_LATE
    return None if _consent_holds(access) else words.NO_CONSENT


def _consent_holds(access: SupportAccess) -> bool:
    if access.consent != "standing":
        return bool(access.consent)
    given = db.session.scalars(select(SupportConsent).where(SupportConsent.id == access.consent_id)).first()
    return given is not None and given.withdrawn_at is None and given.until > clock.now()


def load(held: sessions.ServerSession) -> OnBehalf | Response:
    """What this session's support may do in the running request; the answer that leads out of it when it is over."""
    where = held[NAME]
    with tenancy.acting_for(where["organisation"]):
        found = _find(where["access"])
        if found is None:
            sessions.end()
            return go_to(url_for("accounts.sign_in"))
        over = found.access.ended_why or _over(held, found)
        if over:
            return _end(found.access, over)
    access, person = found.access, found.person
    assert person is not None
    assert access.ends_at is not None
    return OnBehalf(
        access_id=access.id,
        organisation_id=access.organisation_id,
        organisation_name=found.organisation.name,
        agent_id=access.agent_id,
        agent_name=access.agent_name,
        agent_role=words.ROLES[access.agent_role],
        person=person,
        reason=access.reason,
        ticket=access.ticket,
        ends_at=access.ends_at,
        may_write=access.write_at is not None,
    )


# built once: every request of a support session runs it
_FIND = (
    select(
        SupportAccess,
        Organisation,
        SessionRow.id,
        User.id,
        User.email,
        User.name,
        User.verified_at,
    )
    .join(Organisation, Organisation.id == SupportAccess.organisation_id)
    .outerjoin(SessionRow, SessionRow.id == SupportAccess.home_session_id)
    .outerjoin(
        Membership,
        (Membership.organisation_id == SupportAccess.organisation_id) & (Membership.user_id == SupportAccess.user_id),
    )
    .outerjoin(User, (User.id == Membership.user_id) & User.disabled_at.is_(None) & User.verified_at.is_not(None))
    .where(SupportAccess.id == bindparam("access"))
)


def _find(access_id: str) -> _Found | None:
    row = db.session.execute(_FIND, {"access": access_id}).first()
    if row is None:
        return None
    access, organisation, home, *person = row
    return _Found(
        access,
        organisation,
        Person(*person, has_codes=True) if person[0] else None,
        home is not None,
        _consent_holds(access),
    )


def _over(held: sessions.ServerSession, found: _Found) -> str:
    """Why it is over: a short name of `words.ENDED`; empty while it goes on."""
    now, access, stored = clock.now(), found.access, held.stored
    if access.ends_at is None or now >= access.ends_at:
        return "time"
    if stored is None or stored.id != access.session_id or now - stored.seen_at > IDLE:
        return "idle"
    return _lost_ground(found)


def _lost_ground(found: _Found) -> str:
    """What it stood on and is gone, whatever the browser does: a short name of `words.ENDED`; empty while all holds."""
    if not found.is_home:
        return "signed-out"
    if staff.role_of(found.access.agent_id) is None:
        return "agent"
    if not found.consent_holds:
        return "consent"
    return "person" if found.person is None or staff.is_staff(found.access.user_id) else ""


def leave(on_behalf: OnBehalf) -> Response:
    """Go back to the agent's own sign-in."""
    access = accesses.find(on_behalf.access_id)
    assert access is not None
    return _end(access, "left")


def _end(access: SupportAccess, why: str) -> Response:
    """The end of it on record, and the agent's own sign-in again, with a new token (R-021)."""
    token = None
    with actor(Actor(user_id=access.agent_id, on_behalf_of_id=access.user_id)), writing():
        kept = accesses.held(access.id)
        accesses.finish(kept, why)
        if kept.home_session_id and kept.session_id:
            token = stored_sessions.resume(kept.home_session_id, kept.session_id)
    if token is None:
        sessions.end()
        return go_to(url_for("accounts.sign_in"))
    sessions.move_to(token)
    return go_to(url_for("support.access", organisation=access.organisation_id, access=access.id))


def let_write(access_id: str, reason: str) -> None:
    """The second step: from now on changes are allowed, where the rules of pages allow them to support (R-063)."""
    with writing():
        access = accesses.held(access_id)
        access.write_at, access.write_reason = clock.now(), reason
        record(
            "support.may_write",
            chain=access.organisation_id,
            kind="support_access",
            object_id=access.id,
            reason=reason,
        )


def close_left_open() -> int:
    """End accesses that are over although no click has said so, so that the customer is told; how many."""
    with tenancy.system("support accesses of all organisations end by the clock"):
        started = select(SupportAccess).where(SupportAccess.state == "started")
        late = [access for access in db.session.scalars(started) if why_closed(access)]
    end_reading()
    for access in late:
        with tenancy.acting_for(access.organisation_id), writing():
            kept = accesses.held(access.id)
            if why := why_closed(kept):
                accesses.finish(kept, why)
                stored_sessions.end_support_session(kept.session_id or "")
    return len(late)


def why_closed(access: SupportAccess) -> str:
    """Why a started access is over although no request has said so; empty while it may go on."""
    if access.state != "started":
        return ""
    if access.ends_at is None or access.ends_at <= clock.now():
        return "time"
    seen = db.session.scalar(select(SessionRow.seen_at).where(SessionRow.id == access.session_id))
    if seen is None:
        return "signed-out"
    if clock.now() - seen > IDLE:
        return "idle"
    found = _find(access.id)
    return _lost_ground(found) if found else ""
