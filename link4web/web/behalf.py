"""Support in somebody's account: what it may do there, and that nothing of it goes unseen (R-063, R-064, R-070).

A view's rule says what is allowed. *read*: looking; the usual for views that ask for a permission and for no fresh
proof. *write*: looking, and changing once the second step has been taken. *never*: nothing at all; the usual for
everything else. Methods that change something are refused unless the rule says *write*. *own* are the controls of the
support session itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import Response, abort, g, request

from link4web import ids
from link4web.audit import record
from link4web.database import db, writing
from link4web.sentences import Coded
from link4web.web import sessions

log = structlog.get_logger()
NAME = "support"  # what a session that support works in holds: which access it belongs to
LOOKING = ("GET", "HEAD", "OPTIONS")
READ_ONLY = Coded(
    "You are looking only, so nothing was changed. To change something, take the second step first.",
    "SUPPORT-READ-ONLY",
)
NEVER = Coded("Support never does this in somebody’s account. Nothing was changed.", "SUPPORT-NEVER")


@dataclass(frozen=True)
class OnBehalf:
    """A support session as a request finds it; `person` is whose account it is, the other names are the agent's."""

    access_id: str
    organisation_id: str
    organisation_name: str
    agent_id: str
    agent_name: str
    agent_role: str
    person: Any
    reason: str
    ticket: str
    ends_at: datetime
    may_write: bool


def enter(found: OnBehalf) -> None:
    """For the rest of this request the person signed in is the one whose account it is."""
    g.on_behalf = found
    stored = sessions.current().stored
    assert stored is not None
    stored.user = found.person


def organisation_id() -> str:
    """The organisation that support is bound to in this request; empty when nobody acts on behalf of another."""
    found: OnBehalf | None = g.get("on_behalf")
    return found.organisation_id if found else ""


def refusal(allowed: str) -> Coded | None:
    """Why support may not do this request on somebody's behalf; None when it may."""
    if allowed == "own":
        return None
    if allowed == "never" or (request.method not in LOOKING and allowed != "write"):
        return NEVER
    if request.method not in LOOKING and not g.on_behalf.may_write:
        return READ_ONLY
    return None


def refuse(sentence: Coded) -> Response:
    """The answer to what support may not do."""
    from link4web.web.errors import error_page

    title = "You are looking only" if sentence.code == READ_ONLY.code else "Not on somebody’s behalf"
    return error_page(403, title=title, sentence=sentence, code=sentence.code)


def note(outcome: str) -> None:
    """Put this request into the organisation's trail: route and object ids. What can't be noted is not done (R-071)."""
    found: OnBehalf = g.on_behalf
    views = request.view_args or {}
    try:
        with writing():
            record(
                "support.viewed" if request.method in LOOKING else "support.did",
                chain=found.organisation_id,
                kind="support_access",
                object_id=found.access_id,
                outcome=outcome,
                route=f"{request.method} {request.url_rule}",
                page=request.endpoint or "",
                ids={name: value for name, value in views.items() if isinstance(value, str) and ids.is_id(value)},
                part="HX-Request" in request.headers,
            )
    except Exception as error:  # noqa: BLE001 (whatever it is that keeps the trail from being written)
        db.session.rollback()
        log.error("the trail can't be written, so support sees nothing", error=type(error).__name__)
        abort(503)
