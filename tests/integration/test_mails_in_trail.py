"""No mail leaves without a line of the trail, and no line stands for a mail that nobody has taken (R-190)."""

import json
from collections import Counter

import pytest
import requests
from sqlalchemy import select

from link4web.audit.models import AuditEvent
from link4web.database import db
from link4web.web.rights import Rights
from tests.colleagues import Office, form_of, sign_up_by
from tests.integration.test_contact import write
from tests.integration.test_join import Invited
from tests.integration.test_news import choose, lose_one
from tests.integration.test_own_account import change_address
from tests.invited import fail_mail, open_join, open_shop
from tests.people import Town
from tests.supporters import case_of

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def lines(town: Town) -> Counter[str]:
    """What the trail says was mailed; an invitation to a customer has a word of its own."""
    with town.app.app_context():
        sent = select(AuditEvent).where(AuditEvent.action.in_(("mail.sent", "invitation.sent")))
        return Counter(json.loads(event.details).get("what", "invitation") for event in db.session.scalars(sent))


def accepted(town: Town) -> int:
    """How many mails the server has taken."""
    return int(requests.get(f"{town.simulators.base_url}/mail/_control/count", timeout=5).json()["messages"])


@on_sqlite
def test_every_mail_has_its_line(town: Town) -> None:
    before, owner = accepted(town), town.owner()
    shop, office = open_shop(town, owner), Office(town, owner)
    late = Invited(shop)
    town.later(days=61)
    open_join(late.visitor, late.mail)
    late.visitor.post("/join/ask")
    owner.sign_in()
    Invited(shop).joins()
    case, person, colleague = case_of(town, owner), town.person(), town.visitor()
    sign_up_by(colleague, office.invited(colleague.email, Rights("user")))
    member = office.member(Rights("user"))
    for press in ("", "/remove"):
        owner.post(f"{office.users}/{member.user_id}{press}", form_of(Rights("user", may_edit=True)))
        town.work()
    assert write(owner, copy="y").status_code == 303
    change_address(town, person, f"new-{person.email}")
    case.ask()
    town.work()
    case.agent.post(f"{case.page}/withdraw")
    case.entered()
    case.leave()
    choose(owner, "daily")
    lose_one(shop)
    town.later(days=2)
    town.work()
    told = lines(town)
    assert told.total() == accepted(town) - before, told
    assert told.keys() >= {
        *("invitation", "joined_notice", "asked_notice", "colleague_invitation", "colleague_answer", "digest"),
        *("access_changed", "access_removed", "contact", "change_email", "email_changed", "codes_on"),
        *("support_asked", "support_started", "support_ended"),
    }


@on_sqlite
def test_a_mail_that_nobody_took_has_none(town: Town) -> None:
    owner = town.owner()
    office = Office(town, owner)
    for fault in ({"code": 550}, {"stage": "data", "code": 451, "drop": True}):
        fail_mail(town, to=(mail := f"{fault['code']}-{owner.email}"), **fault)
        office.invite(mail, Rights("user"))
        town.work()
    assert lines(town) == Counter()
