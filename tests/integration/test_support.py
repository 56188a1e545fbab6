"""Support in somebody's account: only with consent, for an hour, looking, and nothing of it goes unseen."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from link4web import clock
from link4web.accounts.models import Membership, User
from link4web.audit import verify
from link4web.database import db, writing
from link4web.support import staff
from link4web.support.sessions import close_left_open
from link4web.web.rights import Rights
from tests.colleagues import Office, enrol
from tests.invited import open_shop
from tests.people import Person, Town
from tests.supporters import REASON, WRITE_REASON, Case, agent_of, case_of, no_trail

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_case_from_request_to_history(town: Town) -> None:
    """R-060, R-061, R-066, R-067, R-070, R-073: the whole road, and what everybody is told."""
    case = case_of(town)
    shop = open_shop(town, case.owner)
    customer = shop.customer("Marram Grass Café")
    own_cookie = case.cookie()
    assert case.ask().status_code == 303
    town.work()
    asked = town.mails_to(case.owner.email)[0]
    assert REASON in asked["text"]
    assert case.start().status_code == 422  # nobody has said yes
    case.allow()
    begun = case.start()
    assert begun.status_code == 303
    assert case.cookie() != own_cookie
    page = case.agent.get(f"{shop.base}/customers")
    assert "Marram Grass Café" in page.text
    assert "Ada Agent, support," in case.banner() and "Olive Owner" in case.banner() and REASON in case.banner()
    assert case.agent.get(f"{shop.base}/customers/{customer}").status_code == 200
    inside = case.cookie()
    left = case.leave()
    assert left.location == case.page
    assert case.cookie() not in (inside, own_cookie)
    assert case.agent.get("/support").status_code == 200
    town.work()
    told = [mail["subject"] for mail in town.mails_to(case.owner.email)]
    assert [subject.partition(" Wattle")[0] for subject in told[:2]] == ["Support has left", "Support is in"]
    shown = case.owner.get(case.settings).text
    for said in ("Ada Agent, support", REASON, "L4W-7F3K-92QD", "My Customers", "A customer", "Left"):
        assert said in shown, said
    viewed = case.events("support.viewed")
    assert {one.actor_id for one in viewed} == {case.agent.user_id}
    assert {one.on_behalf_of_id for one in viewed} == {case.owner.user_id}
    assert {"connection": shop.connection, "customer": customer} in [json.loads(one.details)["ids"] for one in viewed]
    with town.app.app_context():
        assert verify(case.owner.organisation_id) is None


@on_sqlite
def test_every_view_is_one_event(town: Town) -> None:
    """R-070: 20 pages, 20 events."""
    case = case_of(town)
    shop = open_shop(town, case.owner)
    case.entered()
    for number in range(20):
        case.agent.get(f"{shop.base}/customers", headers={"HX-Request": "true"} if number % 2 else {})
    assert len(case.events("support.viewed")) == 20


@on_sqlite
def test_a_reason_says_something(town: Town) -> None:
    """R-060."""
    case = case_of(town)
    for missing in ({"reason": ""}, {"reason": "Sync. " + "1234567890 " * 9}, {"ticket": ""}, {"category": "x"}):
        assert case.ask(**missing).status_code == 422, missing


def test_junk_is_refused(town: Town) -> None:
    """R-151: what no page of ours sends, where staff alone could send it; PostgreSQL is the stricter about values."""
    case = case_of(town)
    for junk in ("\x00", "A" * 22, "9" * 5000, "²", "//evil.example", "%_\\\u202e\u2028"):
        for field in ("user", "category", "ticket"):
            assert case.ask(**{field: junk}).status_code in (303, 422), (field, junk[:9])
        assert case.agent.get("/support", query_string={"q": junk}).status_code == 200, junk[:9]
        assert case.agent.get(f"{case.organisation_page}/ask", query_string={"person": junk}).status_code == 200
        form = {"switch": junk, "until": junk}
        assert case.owner.post(f"{case.settings}/switch", form).status_code == 422


@on_sqlite
def test_nobody_who_must_not_be_acted_for(town: Town) -> None:
    """R-065: self, staff, suspended, not confirmed, of another organisation; refused and in the trail."""
    case, colleague, suspended = case_of(town), agent_of(town, name="Ben Agent"), town.person("Sue")
    outsider, unconfirmed = town.person("Otto"), town.person("Una", verified=False)
    with town.app.app_context(), writing():
        for person in (case.agent, colleague, suspended, unconfirmed):
            row = Membership(
                organisation_id=case.owner.organisation_id,
                user_id=person.user_id,
                role="user",
                created_at=clock.now(),
            )
            db.session.add(row)
        db.session.get_one(User, suspended.user_id).disabled_at = clock.now()
    for person in (case.agent, colleague, suspended, unconfirmed, outsider):
        assert case.ask(user=person.user_id).status_code == 422, person.name
    assert [one.outcome for one in case.events("support.asked")] == ["refused"] * 5


@on_sqlite
def test_one_account_at_a_time_and_no_console_inside(town: Town) -> None:
    """R-065, R-066: no nesting; the target's own account, other organisations and the staff's pages stay closed."""
    case, other = case_of(town), town.owner("Sam Stranger", "Kauri Point Marine")
    with town.app.app_context(), writing():
        row = Membership(
            organisation_id=other.organisation_id, user_id=case.owner.user_id, role="admin", created_at=clock.now()
        )
        db.session.add(row)
    theirs, nested = open_shop(town, other), Case(town, case.agent, other)
    assert nested.ask().status_code == 303
    nested.allow()
    case.entered()
    inside = case.cookie()
    for path in ("/support", case.organisation_page, case.page):
        assert case.agent.get(path).status_code == 404, path
    assert nested.start().status_code == 404
    for path in (f"{theirs.base}/customers", f"/org/{other.organisation_id}/connections", f"{theirs.base}"):
        assert case.agent.get(path).status_code == 404, path
    for path in ("/account", "/organisations", case.settings, "/xero/connect", "/contact", "/sign-in", "/join"):
        assert case.agent.get(path).status_code == 403, path
    for path in ("/sign-out", "/account/password", "/account/sign-out-others", f"{case.settings}/switch"):
        assert case.agent.post(path, token="x").status_code == 403, path
    assert case.cookie() == inside


@on_sqlite
def test_nobody_else_has_a_console(town: Town) -> None:
    """R-044: the support rows of the matrix that need a person of their own."""
    case, lead = case_of(town), agent_of(town, "lead", "Lee Lead")
    case.ask(emergency="y")
    for path in ("/support", case.organisation_page, case.page, f"/support/people/{case.owner.user_id}"):
        assert case.agent.get(path).status_code == 200, path
        assert case.owner.get(path).status_code == 404, path
    assert case.agent.post(f"{case.page}/decide", {"answer": "yes"}).status_code == 404
    assert case.agent.get(f"{case.settings}").status_code == 404
    assert lead.get("/support").text.count(case.access) == 1
    with town.app.app_context():
        staff.dismiss(case.agent.user_id)
    assert case.agent.get("/support").status_code == 404
    for path in ("/on-behalf",):
        assert case.owner.get(path).status_code == 404


def test_a_lead_decides_about_emergencies_of_others(town: Town) -> None:
    """R-061: a second person of the staff, and the customer knows at once."""
    lead = agent_of(town, "lead", "Lee Lead")
    case, own = case_of(town), Case(town, lead, town.owner())
    case.ask(emergency="y")
    alone = own.ask(emergency="y")
    assert (alone.status_code, "Nobody else of support could decide" in alone.text) == (422, True)
    agent_of(town, "lead", "Lou Lead")
    own.ask(emergency="y")
    assert lead.post(f"{own.page}/decide", {"answer": "yes"}).status_code == 422
    assert own.row().state == "waiting"
    assert lead.post(f"{case.page}/decide", {"answer": "yes"}).status_code == 303
    town.work()
    assert "without waiting" in town.mails_to(case.owner.email)[0]["subject"]
    assert "Lee Lead" in town.mails_to(case.owner.email)[0]["text"]
    assert case.start().status_code == 303


def opens(reader: Person, case: Case) -> TestResponse:
    """The page of the link in the latest mail to the admin."""
    link = next(link for link in case.town.mails_to(case.owner.email)[0]["links"] if "/support-access/" in link)
    opened = reader.get(link[len(case.town.app.config["BASE_URL"]) :])
    assert (opened.status_code, opened.location) == (302, "/support-access")
    return reader.get("/support-access")


def test_the_link_in_the_mail(town: Town) -> None:
    """R-030, R-061: opening does nothing; a no counts at once, a yes wants its admin signed in."""
    case = case_of(town)
    case.ask()
    town.work()
    reader, other = town.visitor(), town.visitor()
    shown = opens(reader, case)
    assert REASON in shown.text and "Sign in to allow it" in shown.text and "Allow one visit" not in shown.text
    allow = f"{case.settings}/{case.access}/allow"
    assert reader.post(allow).status_code == 401
    assert other.post("/support-access", {"answer": "no"}).status_code == 410
    assert reader.post("/support-access", {"answer": "no"}, token="x").status_code == 403
    assert reader.post("/support-access", {"answer": "yes"}).status_code == 410
    assert case.row().state == "waiting"
    declined = reader.post("/support-access", {"answer": "no"})
    assert declined.status_code == 200 and "Declined. Nobody enters." in declined.text
    assert (case.row().state, case.row().decided_by) == ("declined", case.owner.user_id)
    assert case.start().status_code == 422


@on_sqlite
def test_asked_twice_is_one_request(town: Town) -> None:
    case = case_of(town)
    case.ask()
    assert "You have asked for this account already" in case.ask().text
    town.work()
    assert len([mail for mail in town.mails_to(case.owner.email) if "May support" in mail["subject"]]) == 1
    case.agent.post(f"{case.page}/withdraw")
    assert case.ask().status_code == 303


@on_sqlite
def test_a_yes_for_somebody_who_has_left_lets_nobody_in(town: Town) -> None:
    case = case_of(town)
    office = Office(town, case.owner)
    colleague = office.member(Rights("user"))
    case.ask(user=colleague.user_id)
    assert colleague.post(f"{office.users}/leave").status_code == 303
    case.owner.post(f"{case.settings}/{case.access}/allow")
    assert "This has been decided already" in case.owner.get(case.settings).text
    assert case.row().state == "withdrawn"


@on_sqlite
def test_the_request_of_another_agent_is_not_there(town: Town) -> None:
    """R-071: an ordinary 404, no alarm about the trail."""
    case, other = case_of(town), agent_of(town, name="Ben Agent")
    case.ask()
    case.allow()
    assert other.post(f"{case.page}/start").status_code == 404
    assert case.start().status_code == 303


@on_sqlite
def test_a_system_that_is_not_connected_leads_to_the_connections(town: Town) -> None:
    case = case_of(town).entered()
    for provider in ("myob", "quickbooks"):
        led = case.agent.get(f"/{provider}/customers")
        assert (led.status_code, led.location) == (303, f"/org/{case.owner.organisation_id}/connections")


@on_sqlite
def test_a_request_stands_in_the_list_of_organisations(town: Town) -> None:
    """For its admins, while it waits; nobody else reads of it."""
    case, said = case_of(town), "Support asks to look in"
    office, other = Office(town, case.owner), town.owner("Sam Stranger", "Kauri Point Marine")
    colleague = office.member(Rights("user"))
    assert said not in case.owner.get("/organisations").text
    case.ask()
    shown = case.owner.get("/organisations").text
    assert shown.count(said) == 1 and f'href="{case.settings}"' in shown
    assert said not in colleague.get("/organisations").text + other.get("/organisations").text
    town.later(days=5, minutes=1)
    case.owner.sign_in()
    assert said not in case.owner.get("/organisations").text


@on_sqlite
def test_a_yes_from_the_mail_wants_its_admin(town: Town) -> None:
    """R-009, R-061: signed in as the admin, one press after a proof; as somebody else, no button."""
    case, other = case_of(town), town.owner("Sam Stranger", "Kauri Point Marine")
    case.ask()
    town.work()
    allow = f"{case.settings}/{case.access}/allow"
    shown = opens(other, case).text
    assert "is no admin of Wattle &amp; Wharf Coffee" in shown and allow not in shown
    assert other.post(allow).status_code == 404
    town.later(minutes=11)
    assert f'action="{allow}"' in opens(case.owner, case).text
    assert case.owner.post(allow).location.startswith("/confirm-it-is-you")
    assert case.row().state == "waiting"
    case.owner.confirm(allow)
    assert case.owner.post(allow).location == case.settings
    assert (case.row().state, case.row().decided_by) == ("ready", case.owner.user_id)
    assert "There is nothing to decide here any more" in case.owner.get("/support-access").text
    assert case.start().status_code == 303


@on_sqlite
def test_an_admin_who_is_none_any_more_decides_nothing(town: Town) -> None:
    case = case_of(town)
    case.ask()
    town.work()
    reader = town.visitor()
    opens(reader, case)
    with town.app.app_context(), writing():
        db.session.execute(update(Membership).where(Membership.user_id == case.owner.user_id).values(role="user"))
    assert reader.get("/support-access").status_code == 410
    assert reader.post("/support-access", {"answer": "no"}).status_code == 410
    assert case.row().state == "waiting"


@on_sqlite
def test_staff_do_not_allow_themselves(town: Town) -> None:
    """R-061: the permission is the customer's, also where one of the staff is an admin."""
    case = case_of(town)
    with town.app.app_context(), writing():
        mine = {"organisation_id": case.owner.organisation_id, "user_id": case.agent.user_id}
        db.session.add(Membership(**mine, role="admin", created_at=clock.now()))
    case.ask()
    case.agent.post(f"{case.settings}/{case.access}/allow")
    assert case.row().state == "waiting"
    until = (clock.now() + timedelta(days=2)).date().isoformat()
    assert case.agent.post(f"{case.settings}/switch", {"switch": "on", "until": until}).status_code == 403


@on_sqlite
def test_the_switch_has_an_end(town: Town) -> None:
    """R-061: off by default, 30 days at most, and over when it is over."""
    case = case_of(town)
    assert "Off" in case.owner.get(case.settings).text
    assert case.switch_on(days=45).status_code == 422
    assert case.switch_on(days=-2).status_code == 422
    assert case.switch_on(days=2).status_code == 303
    case.ask()
    assert case.row().consent == "standing"
    town.later(days=4)
    case.agent.sign_in()
    case.agent.type_code()
    assert case.start().status_code == 422
    case.owner.sign_in()
    assert "Off" in case.owner.get(case.settings).text


@on_sqlite
def test_a_new_end_leaves_who_is_in_there(town: Town) -> None:
    """R-061, R-072: later or sooner, within 30 days; a visit goes on, and what may begin still may."""
    case = case_of(town)
    assert case.switch_on(days=1).status_code == 303
    case.ask()
    assert case.start().status_code == 303
    assert case.switch_on(days=45).status_code == 422
    assert case.switch_on(days=20).status_code == 303
    assert case.agent.get("/on-behalf").status_code == 200
    day = (clock.now() + timedelta(days=20)).date()
    shown = case.owner.get(case.settings).text
    assert f"On until {day.day} " in shown and f'value="{day}"' in shown
    assert len(case.events("support.allowed")) == 2
    log = case.owner.get(case.settings.replace("support", "activity")).text
    assert re.search(rf"let support in until a day.*?until {day.day} ", log, re.DOTALL)
    assert case.switch_on(days=1).status_code == 303
    assert case.agent.get("/on-behalf").status_code == 200
    case.owner.post(f"{case.settings}/switch", {"switch": "off"})
    is_over(case, "consent")


def is_over(case: Case, why: str) -> None:
    """The next click leads out, to the agent's own sign-in or to signing in, and nothing of the customer's is shown."""
    answer = case.agent.get("/customers")
    assert answer.status_code == 303
    assert answer.location in (case.page, "/sign-in"), answer.location
    assert (case.row().state, case.row().ended_why) == ("ended", why)
    case.town.work()
    assert "Support has left" in case.town.mails_to(case.owner.email)[0]["subject"]


@on_sqlite
def test_an_hour_and_no_more(town: Town) -> None:
    """R-062: by the clock, whatever is pressed meanwhile."""
    case = case_of(town).entered()
    open_shop(town, case.owner)
    for _ in range(3):
        town.later(minutes=19)
        assert case.agent.get("/customers").location != case.page
    town.later(minutes=4)
    is_over(case, "time")
    assert case.agent.get("/support").status_code == 200  # own sign-in again


@on_sqlite
def test_half_an_hour_without_a_click(town: Town) -> None:
    """R-062."""
    case = case_of(town).entered()
    town.later(minutes=31)
    is_over(case, "idle")


@on_sqlite
def test_never_past_the_agents_own_sign_in(town: Town) -> None:
    """R-062."""
    case = case_of(town)
    for _ in range(14):  # twelve hours less ten minutes, with a click now and then
        town.later(minutes=50)
        case.agent.get("/support")
    town.later(minutes=10)
    case.owner.sign_in()
    case.entered()
    town.later(minutes=11)
    answer = case.agent.get("/customers")
    assert answer.status_code in (302, 303)
    assert case.row().ended_why in ("time", "signed-out")
    assert case.agent.get("/support").status_code == 302


@on_sqlite
def test_whatever_takes_the_ground_away_ends_it(town: Town) -> None:
    """R-072: the agent signs out elsewhere, is dismissed, is suspended; the customer takes it back; the target goes."""
    for why, act in (
        ("agent", lambda case: staff.dismiss(case.agent.user_id)),
        ("agent", lambda case: _suspend(case.agent.user_id)),
        ("person", lambda case: _suspend(case.owner.user_id)),
        ("person", _remove),
        ("person", lambda case: staff.appoint(case.owner.user_id, "agent")),
    ):
        case = case_of(town).entered()
        with town.app.app_context():
            act(case)
        answer = case.agent.get("/customers")
        assert answer.status_code in (302, 303)
        assert "/xero" not in answer.location
        if why != "agent":
            assert case.row().ended_why == why


def _suspend(user_id: str) -> None:
    with writing():
        db.session.get_one(User, user_id).disabled_at = clock.now()


def _remove(case: Case) -> None:
    with writing():
        db.session.delete(db.session.get_one(Membership, (case.owner.organisation_id, case.owner.user_id)))


@on_sqlite
def test_switched_off_nothing_that_stood_on_it_can_begin(town: Town) -> None:
    """What an admin allowed by itself goes on, and the page says so."""
    ready, approved = case_of(town), None
    ready.switch_on()
    ready.ask()
    shown = ready.owner.post(f"{ready.settings}/switch", {"switch": "off"}, follow_redirects=True).text
    assert "Whoever was in there on that ground" in shown
    assert ready.row().state == "withdrawn"
    assert "Enter the account" not in ready.agent.get(ready.page).text
    approved = Case(town, ready.agent, ready.owner)
    approved.ask()
    approved.allow()
    ready.switch_on()
    shown = ready.owner.post(f"{ready.settings}/switch", {"switch": "off"}, follow_redirects=True).text
    assert "was allowed by itself" in shown
    assert approved.row().state == "ready"
    ready.switch_on()
    town.later(hours=25)  # what was allowed by itself has run out meanwhile
    ready.owner.sign_in()
    shown = ready.owner.post(f"{ready.settings}/switch", {"switch": "off"}, follow_redirects=True).text
    assert "Support access is off" in shown and "allowed by itself" not in shown


@on_sqlite
def test_switched_off_a_visit_by_itself_goes_on_and_can_be_ended(town: Town) -> None:
    """R-072: the answer doesn't say that somebody is out who isn't, and the button stands on the page it leads to."""
    case = case_of(town).entered()
    case.switch_on()
    shown = case.owner.post(f"{case.settings}/switch", {"switch": "off"}, follow_redirects=True).text
    assert "was allowed by itself" in shown and "End it now" in shown
    assert case.agent.get("/on-behalf").status_code == 200


@on_sqlite
def test_support_inside_loses_what_the_person_loses(town: Town) -> None:
    """R-063, R-072: an admin becomes a user who only looks while support may change things; the visit goes on."""
    case = case_of(town)
    shop = open_shop(town, case.owner)
    customer = shop.customer("Marram Grass Café", number="")
    case.entered()
    assert case.may_write().status_code == 303
    enrol(town, case.owner.organisation_id, case.owner, Rights("user"))
    form = {"number": "53 004 085 616", "sure": "53004085616"}
    assert case.agent.post(f"{shop.base}/customers/{customer}/abn", form).status_code == 403
    assert shop.state(customer) == "needs-number"
    assert case.agent.get(f"{shop.base}/customers/{customer}").status_code == 200
    case.leave()
    town.work()
    left = next(one for one in town.mails_to(case.owner.email) if "has left" in one["subject"])
    assert "/account/support" in left["text"] and case.settings not in left["text"]
    assert REASON in case.owner.get("/account/support").text


@on_sqlite
def test_whose_account_it_is_sees_the_visits(town: Town) -> None:
    """R-073: also somebody who is no admin; what the mail leads to opens, and shows nobody else's."""
    office = Office(town, town.owner())
    colleague = office.member(Rights("user"))
    case = Case(town, agent_of(town), office.admin)
    case.ask(user=colleague.user_id)
    case.allow()
    case.prove()
    assert case.start().status_code == 303
    town.work()
    mail = next(one for one in town.mails_to(colleague.email) if "Support is in" in one["subject"])
    assert "/account/support" in mail["text"] and "See it, or end it" not in mail["text"]
    assert REASON in colleague.get("/account/support").text
    assert REASON not in office.member(Rights("user"), "Thea Third").get("/account/support").text


@on_sqlite
def test_an_emergency_is_mailed_to_who_decides(town: Town) -> None:
    case, lead = case_of(town), agent_of(town, "lead", "Leo Lead")
    case.ask(emergency="y")
    town.work()
    [mail] = [one for one in town.mails_to(lead.email) if "emergency" in one["subject"]]
    assert REASON in mail["text"] and case.page in mail["text"]
    assert [one for one in town.mails_to(case.agent.email) if "emergency" in one["subject"]] == []
    own = Case(town, lead, case.owner)
    agent_of(town, "lead", "Lou Lead")
    own.ask(emergency="y", reason="The lead's own reason, twenty letters at least")
    waiting = lead.get("/support").text.partition("They wait for you")[2].partition("Your requests")[0]
    assert REASON in waiting and "own reason" not in waiting


@on_sqlite
def test_the_customer_ends_it(town: Town) -> None:
    """R-072: at the request itself, and by the switch it stands on."""
    case = case_of(town).entered()
    assert case.owner.post(f"{case.settings}/{case.access}", {"answer": "end"}).status_code == 303
    is_over(case, "consent")
    case = case_of(town)
    case.switch_on()
    case.ask()
    assert case.start().status_code == 303
    case.owner.post(f"{case.settings}/switch", {"switch": "off"})
    is_over(case, "consent")


@on_sqlite
def test_signing_out_elsewhere_ends_it(town: Town) -> None:
    """R-072: the agent's own sign-in ends in another browser."""
    case = case_of(town).entered()
    elsewhere = case.agent.in_another_browser()
    elsewhere.sign_in()
    elsewhere.type_code()
    elsewhere.post("/account/sign-out-others")
    assert case.agent.get("/customers").status_code == 302
    with town.app.app_context():
        assert close_left_open() == 1
    assert case.row().ended_why == "signed-out"


@on_sqlite
def test_the_target_may_come_and_go(town: Town) -> None:
    """R-067: their own session gains nothing and loses nothing, and *Leave* is nothing to them."""
    case = case_of(town).entered()
    case.owner.sign_in()
    assert case.owner.post("/on-behalf/leave").status_code == 404
    assert case.owner.get("/support").status_code == 404
    case.owner.post("/sign-out")
    assert case.agent.get("/on-behalf").status_code == 200


@on_sqlite
def test_what_nobody_comes_back_to_is_closed(town: Town) -> None:
    """R-073: the mail at the end comes although the browser was shut."""
    case = case_of(town).entered()
    town.later(minutes=90)
    town.work()
    with town.app.app_context():
        close_left_open()
    town.work()
    assert case.row().ended_why in ("time", "idle")
    assert "Support has left" in town.mails_to(case.owner.email)[0]["subject"]


@on_sqlite
def test_what_has_lost_its_ground_is_closed_without_a_click(town: Town) -> None:
    """R-072, R-073: the customer is told by the clock, and what the agent's browser holds is dead."""
    for why, act in (
        ("consent", lambda case: case.owner.post(f"{case.settings}/switch", {"switch": "off"})),
        ("agent", _dismiss),
        ("person", _removed),
    ):
        case = case_of(town)
        case.switch_on()
        case.ask()
        assert case.start().status_code == 303
        with town.app.app_context():
            assert close_left_open() == 0
        act(case)
        with town.app.app_context():
            assert close_left_open() == 1
        assert (case.row().state, case.row().ended_why) == ("ended", why)
        town.work()
        if why != "person":
            assert "Support has left" in town.mails_to(case.owner.email)[0]["subject"]
        assert case.agent.get("/customers").status_code == 302


def _removed(case: Case) -> None:
    with case.town.app.app_context():
        _remove(case)


def _dismiss(case: Case) -> None:
    with case.town.app.app_context():
        staff.dismiss(case.agent.user_id)


@on_sqlite
def test_no_trail_no_access(town: Town) -> None:
    """R-071: neither a session nor a page."""
    case = case_of(town)
    shop = open_shop(town, case.owner)
    case.ask()
    case.allow()
    before = case.cookie()
    with no_trail():
        assert case.start().status_code == 503
    assert (case.row().state, case.cookie()) == ("ready", before)
    assert case.start().status_code == 303
    with no_trail():
        answer = case.agent.get(f"{shop.base}/customers")
        assert answer.status_code == 503
        assert "Marram" not in answer.text
    assert case.agent.get(f"{shop.base}/customers").status_code == 200


@on_sqlite
def test_old_cookies_are_dead(town: Town) -> None:
    """R-021, R-065: that of before, while inside and afterwards, and that of the support session, once it is over."""
    case = case_of(town)
    own, second = case.cookie(), Case(town, case.agent, town.owner("Sam Stranger", "Kauri Point Marine"))
    assert second.ask().status_code == 303
    second.allow()
    case.entered()
    inside = case.cookie()
    thief = replace(second, agent=case.agent.in_another_browser())
    thief.agent.client.set_cookie("l4w_8000", own, domain="localhost")
    assert thief.agent.get("/support").status_code == 302
    assert thief.start().status_code == 401
    assert second.row().state == "ready"
    case.leave()
    for old in (own, inside):
        case.agent.client.set_cookie("l4w_8000", old, domain="localhost")
        assert case.agent.get("/support").status_code == 302


@on_sqlite
def test_nothing_of_the_target_changes(town: Town) -> None:
    """R-074: their sessions, ticks and marks are as they were; what the agent opened is the agent's."""
    case = case_of(town)
    shop = open_shop(town, case.owner)
    customer = shop.customer("Marram Grass Café")
    shop.select(customer)

    def of_target() -> list[str]:
        with town.app.app_context(), db.engine.connect() as connection:
            tables = ("user", "membership", "selection", "customer", "connection", "organisation", "sign_in_attempt")
            from link4web.database import Base

            rows = {name: sorted(map(str, connection.execute(Base.metadata.tables[name].select()))) for name in tables}
            session = Base.metadata.tables["session"]
            mine = session.select().where(session.c.user_id == case.owner.user_id)
            return [str(rows), *sorted(map(str, connection.execute(mine)))]

    case.ask()
    case.allow()
    before = of_target()
    case.start()
    for path in (f"{shop.base}/customers", f"{shop.base}/customers/{customer}", f"{shop.base}/invite", shop.base):
        case.agent.get(path)
    case.leave()
    assert of_target() == before


def test_changing_is_a_second_step(town: Town) -> None:
    """R-063, R-069: refused while looking, also by htmx; then with the agent's own code and a reason."""
    case = case_of(town)
    shop = open_shop(town, case.owner)
    customer = shop.customer("Marram Grass Café", number="")
    case.entered()
    form, where = {"number": "53 004 085 616", "sure": "53004085616"}, f"{shop.base}/customers/{customer}/abn"
    for headers in ({}, {"HX-Request": "true"}):
        refused = case.agent.post(where, form, headers=headers)
        assert refused.status_code == 403
        assert "You are looking only" in refused.text
    assert shop.state(customer) == "needs-number"
    assert case.agent.post("/on-behalf/write", {"reason": "short", "code": case.agent.next_code()}).status_code == 422
    assert case.agent.post("/on-behalf/write", {"reason": WRITE_REASON, "code": "000000"}).status_code == 422
    before = case.cookie()
    assert case.may_write().status_code == 303
    assert case.cookie() != before
    assert case.agent.post(where, form).status_code == 303
    assert shop.state(customer) == "can-invite"
    case.leave()
    changed = [event_ for event_ in case.events("customer.number") if event_.actor_id == case.agent.user_id]
    assert [one.on_behalf_of_id for one in changed] == [case.owner.user_id]
    town.work()
    assert WRITE_REASON in town.mails_to(case.owner.email)[0]["text"]
    shown = case.owner.get(case.settings).text
    assert WRITE_REASON in shown
    assert "A customer’s number" in shown


@on_sqlite
def test_a_stale_proof_does_not_begin(town: Town) -> None:
    """R-060: the agent's code was typed more than ten minutes ago, so it is asked for once more."""
    case = case_of(town)
    case.ask()
    case.allow()
    town.later(minutes=11)
    asked = case.start()
    assert "/confirm-it-is-you" in asked.location
    assert case.row().state == "ready"


@on_sqlite
def test_staff_without_codes_have_no_console(town: Town) -> None:
    """R-006, R-060: also where others may do without."""
    person = town.person("Nora New")
    with town.app.app_context():
        staff.appoint(person.user_id, "agent")
    answer = person.get("/support")
    assert answer.status_code == 302
    assert "/account/codes" in answer.location
