"""What the customer reads of a visit of support: what was opened, pressed and changed, and how much is shown."""

import re

import pytest

from link4web import tenancy
from link4web.activity.pages import page_words
from link4web.database import db, writing
from link4web.support import history
from link4web.support.models import SupportAccess
from tests.invited import Shop, open_shop
from tests.ledger import words
from tests.people import Town
from tests.supporters import Case, case_of
from tests.test_every_route import UNSAFE, places

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NUMBER = {"number": "53 004 085 616", "sure": "53004085616"}


def fact(page: str, name: str) -> str:
    """A fact of the visit shown first."""
    found = re.search(rf"<dt>{name}</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    return words(found[1]) if found else ""


def changing(town: Town) -> tuple[Case, Shop]:
    """A visit past its second step."""
    case = case_of(town)
    shop = open_shop(town, case.owner)
    case.entered()
    assert case.may_write().status_code == 303
    return case, shop


@on_sqlite
def test_every_page_that_may_open_has_words(town: Town) -> None:
    """R-073: the customer reads no routes."""
    for place in places(town.app, {}):
        allowed = place.rule.on_behalf or ("read" if place.rule.permission and not place.rule.fresh else "never")
        opens = allowed in ("write", "own") or (allowed == "read" and not place.methods <= set(UNSAFE))
        if opens and not place.rule.staff:
            assert page_words({"page": place.route.endpoint}), place.route.endpoint


@on_sqlite
def test_what_is_refused_is_told_by_its_address(town: Town) -> None:
    del town
    route = "POST /xero/<id:connection>/customers/<id:customer>/invite"
    assert page_words({"page": "xero.invite_one", "route": route}) == "/xero/…/customers/…/invite"


def test_changes_are_what_the_trail_has(town: Town) -> None:
    """R-073: ticks, mails about the visit and what was answered 422 are none; five customers are five, each by name."""
    case, shop = changing(town)
    town.work()
    customers = [shop.customer(f"Marram Grass {place}", number="") for place in range(5)]
    case.agent.post(f"{shop.base}/customers/selection", {"shown": customers[0], "id": customers[0]})
    assert case.agent.post(f"{shop.base}/customers/{customers[0]}/abn", {"number": "1"}).status_code == 422
    for customer in customers:
        assert case.agent.post(f"{shop.base}/customers/{customer}/abn", NUMBER).status_code == 303
    case.leave()
    case.owner.post(f"{shop.base}/customers/{customers[0]}/email", {"email": "own@marram.example"})
    town.work()
    assert "Changes made: 5." in town.mails_to(case.owner.email)[0]["text"]
    shown = case.owner.get(case.settings).text
    changed = fact(shown, "Changed")
    assert changed.count("entered a business number: Marram Grass") == 5
    assert "e-mail" not in changed and "tick" not in changed.lower()
    assert f'href="{shop.base}/customers/{customers[3]}">Marram Grass 3</a>' in shown
    assert fact(shown, "Controls used") == "Customers ticked, A customer’s number 6 times"
    outside = case.agent.get(case.page).text
    assert fact(outside, "Changed") == "entered a business number 5 times"
    assert "Marram Grass" not in outside


@on_sqlite
def test_a_visit_leads_to_its_steps_in_activity(town: Town) -> None:
    case = case_of(town).entered()
    town.work()
    case.leave()
    shown = case.owner.get(case.settings).text
    assert fact(shown, "Changed") == "Nothing"
    link = re.search(r'href="([^"]*)">Each step of it', shown)
    assert link
    log = words(case.owner.get(link[1].replace("&amp;", "&")).text)
    assert "began a visit" in log and "ended the visit" in log
    assert "set up the organisation" not in log


@on_sqlite
def test_it_says_when_it_is_cut(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(town).entered()
    shown = case.owner.get(case.settings).text
    assert "more steps than" not in shown and "Older ones" not in shown
    monkeypatch.setattr(history, "MOST_EVENTS", 1)
    monkeypatch.setattr(history, "MOST", 1)
    for _ in range(2):
        case.agent.get("/on-behalf")
    with town.app.app_context(), tenancy.acting_for(case.owner.organisation_id), writing():
        row = case.row()
        again = {column.key: getattr(row, column.key) for column in SupportAccess.__table__.columns}
        db.session.add(SupportAccess(**{**again, "id": "x" * 22, "state": "declined", "started_at": None}))
    shown = case.owner.get(case.settings).text
    assert "the latest 1 request" in shown and "Older ones" in shown
    assert "more steps than" in case.agent.get("/on-behalf").text
