"""Mails leave once, or are said to be unknown."""

import re

import pytest
import requests
from sqlalchemy import select

from link4web.database import db
from link4web.outbox.models import OutboxRow
from tests.people import Town


def states(town: Town) -> list[str]:
    with town.app.app_context():
        return list(db.session.scalars(select(OutboxRow.state)))


def test_the_answer_after_hand_over_got_lost(town: Town) -> None:
    """R-163: the mail server took the mail and the line broke. It is unknown, not sent again."""
    person = town.person()
    fault = {"stage": "data", "drop": True, "keep": True, "to": person.email}
    requests.post(f"{town.simulators.base_url}/mail/_control/fail", json=fault, timeout=5).raise_for_status()
    person.post("/forgot", {"email": person.email})
    town.work()
    town.later(days=1)
    town.work()
    assert len(town.mails_to(person.email)) == 1
    assert states(town) == ["unknown"]


@pytest.mark.parametrize(("code", "state", "mails"), [(451, "done", 1), (550, "dead", 0)])
def test_refused_for_now_or_for_good(town: Town, code: int, state: str, mails: int) -> None:
    """R-164: no retry on a refusal for good."""
    person = town.person()
    fault = {"stage": "rcpt", "code": code, "to": person.email, "count": 1}
    requests.post(f"{town.simulators.base_url}/mail/_control/fail", json=fault, timeout=5).raise_for_status()
    person.post("/forgot", {"email": person.email})
    town.work()
    assert not town.mails_to(person.email)
    town.later(minutes=1)
    town.work()
    assert len(town.mails_to(person.email)) == mails
    assert states(town) == [state]


def test_payloads_hold_ids_only(town: Town) -> None:
    person = town.person()
    person.post("/forgot", {"email": person.email})
    with town.app.app_context():
        payloads = db.session.scalars(select(OutboxRow.payload)).all()
    for payload in payloads:
        assert all(re.fullmatch(r"[\w-]{0,40}", str(value)) for value in payload.values())
