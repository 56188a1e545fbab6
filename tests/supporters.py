"""Support staff with a browser, and a case as it goes: asked, allowed, entered."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import event, select
from werkzeug.test import TestResponse

from link4web import clock, tenancy
from link4web.audit.models import AuditEvent
from link4web.database import db
from link4web.support import staff
from link4web.support.models import SupportAccess
from tests.people import PASSWORD, Person, Town

REASON = "The sync stopped on Friday, I want to see what the page says"
WRITE_REASON = "The number was typed wrong, I correct the last digit"


def agent_of(town: Town, role: str = "agent", name: str = "Ada Agent") -> Person:
    """Somebody of the support staff, signed in."""
    person = town.person(name)
    person.set_up_codes()
    with town.app.app_context():
        staff.appoint(person.user_id, role)
    return person


@dataclass
class Case:
    """An agent's request for an owner's account, from outside."""

    town: Town
    agent: Person
    owner: Person
    access: str = ""

    @property
    def organisation_page(self) -> str:
        return f"/support/organisations/{self.owner.organisation_id}"

    @property
    def page(self) -> str:
        return f"{self.organisation_page}/access/{self.access}"

    @property
    def settings(self) -> str:
        return f"/org/{self.owner.organisation_id}/settings/support"

    def ask(self, **changes: str) -> TestResponse:
        form = {"user": self.owner.user_id, "category": "sync", "reason": REASON, "ticket": "L4W-7F3K-92QD", **changes}
        answer = self.agent.post(f"{self.organisation_page}/ask", {k: v for k, v in form.items() if v})
        if answer.status_code == 303:
            self.access = answer.location.rpartition("/")[2]
        return answer

    def allow(self) -> None:
        allow = f"{self.settings}/{self.access}/allow"
        if "/confirm-it-is-you" in (answer := self.owner.post(allow)).location:
            self.owner.confirm()
            answer = self.owner.post(allow)
        assert answer.location == self.settings, answer.text

    def switch_on(self, days: int = 3) -> TestResponse:
        until = (clock.now() + timedelta(days=days)).date().isoformat()
        return self.owner.post(f"{self.settings}/switch", {"switch": "on", "until": until})

    def start(self) -> TestResponse:
        return self.agent.post(f"{self.page}/start")

    def entered(self) -> "Case":
        """Asked, allowed and entered."""
        assert self.ask().status_code == 303
        self.allow()
        if "/confirm-it-is-you" in (begun := self.start()).location:
            self.prove()
            begun = self.start()
        assert "/customers" in begun.location, begun.location
        return self

    def prove(self) -> None:
        """The agent's password and code once more."""
        form = {"password": PASSWORD, "code": self.agent.next_code()}
        assert self.agent.post("/confirm-it-is-you", form).status_code == 303

    def may_write(self) -> TestResponse:
        """The second step."""
        return self.agent.post("/on-behalf/write", {"reason": WRITE_REASON, "code": self.agent.next_code()})

    def leave(self) -> TestResponse:
        return self.agent.post("/on-behalf/leave")

    def row(self) -> SupportAccess:
        with self.town.app.app_context(), tenancy.acting_for(self.owner.organisation_id):
            found = db.session.scalars(select(SupportAccess).where(SupportAccess.id == self.access)).one()
            db.session.expunge(found)
            return found

    def events(self, action: str) -> list[AuditEvent]:
        """What the organisation's trail has of this, the oldest first."""
        with self.town.app.app_context():
            asked = select(AuditEvent).where(
                AuditEvent.chain == self.owner.organisation_id, AuditEvent.action == action
            )
            found = list(db.session.scalars(asked.order_by(AuditEvent.position)))
            for one in found:
                db.session.expunge(one)
            return found

    def cookie(self) -> str:
        cookie = self.agent.client.get_cookie("l4w_8000", domain="localhost")
        assert cookie
        return cookie.value

    def banner(self) -> str:
        """The banner of the page shown last; empty when it has none."""
        found = re.search(r'<aside class="behalf".*?</aside>', self.agent.pages[-1].text, re.DOTALL)
        return found[0] if found else ""


def case_of(town: Town, owner: Person | None = None) -> Case:
    return Case(town, agent_of(town), owner or town.owner())


@contextmanager
def no_trail() -> Iterator[None]:
    """Nothing can be written into the trail."""

    @event.listens_for(AuditEvent, "before_insert")
    def broken(*_: object) -> None:
        raise OSError("disk full")

    try:
        yield
    finally:
        event.remove(AuditEvent, "before_insert", broken)
