"""The console: finds anything, says what the customer sees, and its tools are few, bounded and on record."""

import pytest
from sqlalchemy import select, update

from link4web import clock, tenancy
from link4web.accounts.models import User
from link4web.audit.models import AuditEvent
from link4web.colleagues.models import MembershipInvitation
from link4web.connections import vault
from link4web.connections.models import Connection, LedgerBinding
from link4web.contact.models import ContactMessage
from link4web.database import db, writing
from link4web.invitations import suppressions
from link4web.invitations.eligibility import EVERYBODY
from link4web.invitations.models import Suppression
from link4web.outbox.models import OutboxRow
from link4web.schedule import run_schedule
from link4web.web.rights import Rights
from tests.colleagues import Office
from tests.integration.test_contact import write
from tests.invited import Shop, address, open_shop
from tests.people import Person, Town
from tests.supporters import agent_of, case_of, no_trail
from tests.test_every_route import places

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHY = "They asked for it on the telephone"


def changed(town: Town, **columns: object) -> None:
    """Put every connection into this state."""
    with town.app.app_context(), tenancy.system("a test changes all connections"), writing():
        db.session.execute(update(Connection).values(**columns).execution_options(synchronize_session=False))


def last_event(town: Town, action: str) -> AuditEvent:
    with town.app.app_context():
        found = db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)).all()
        assert len(found) == 1, action
        db.session.expunge(found[0])
        return found[0]


def test_one_box_finds_everything(town: Town) -> None:
    case = case_of(town)
    shop, mail = open_shop(town, case.owner), address()
    customer = shop.customer("Marram Grass Café", mail)
    shop.sent(customer)
    invitation = shop.invitations(customer)[0]
    never = address()
    silent = shop.customer("Saltbush Plumbing", never, number="53004085616")
    colleague = address()
    Office(town, case.owner).invite(colleague, Rights("adviser"))
    write(case.owner)
    case.ask()
    with town.app.app_context():
        row = db.session.scalars(select(OutboxRow.id)).first()
        ticket = db.session.scalars(select(ContactMessage.reference)).one()
        with tenancy.acting_for(case.owner.organisation_id):
            invited = db.session.scalars(select(MembershipInvitation.id)).one()
    for asked, expected in (
        ("wattle", "Wattle &amp; Wharf Coffee"),
        ("51 824 753 556", "Wattle &amp; Wharf Coffee"),
        (case.owner.organisation_id, "Wattle &amp; Wharf Coffee"),
        (case.owner.email, "Olive Owner"),
        (case.owner.user_id, "Olive Owner"),
        ("olive", "Olive Owner"),
        (shop.connection, "Connection, Xero"),
        (invitation.id, "Marram Grass Café"),
        ("marram", "Marram Grass Café"),
        (mail, "Marram Grass Café"),
        (row, "Outbox"),
        (case.access, "support.asked"),
        (silent, "Saltbush Plumbing"),
        ("53 004 085 616", "Saltbush Plumbing"),
        ("saltbush  PLUMBING", "Saltbush Plumbing"),
        (never, "Saltbush Plumbing"),
        (invitation.batch_id, "Marram Grass Café"),
        (colleague, "Invitation to work"),
        (invited, "colleague.invited"),
        (ticket.lower(), "Message to support"),
    ):
        shown = case.agent.get("/support", query_string={"q": asked})
        assert shown.status_code == 200, asked
        assert expected in shown.text, asked
    assert "open, as an adviser" in case.agent.get(case.organisation_page).text
    for nothing in ("zz", "100% of_nothing", "x" * 22, "\x00zzz"):
        assert "Nothing fits" in case.agent.get("/support", query_string={"q": nothing}).text, nothing


@on_sqlite
def test_a_deleted_account_is_not_called_suspended(town: Town) -> None:
    """Nobody should look for whoever suspended somebody that has left by themselves."""
    agent, gone, suspended = agent_of(town), town.person("Gus Gone"), town.person("Sue Suspended")
    assert gone.post("/account/delete").status_code == 303
    with town.app.app_context(), writing():
        db.session.get_one(User, suspended.user_id).disabled_at = clock.now()
    for person, word, other in ((gone, "deleted", "suspended"), (suspended, "suspended", "deleted")):
        found = agent.get("/support", query_string={"q": person.user_id}).text
        shown = agent.get(f"/support/people/{person.user_id}").text
        assert f", {word}<" in found and f", {other}<" not in found
        assert f"<dt>{word.capitalize()}</dt>" in shown and f"<dt>{other.capitalize()}</dt>" not in shown


@on_sqlite
def test_a_colleagues_invitation_tells_why_no_mail_came(town: Town) -> None:
    case, colleague = case_of(town), address()
    Office(town, case.owner).invite(colleague, Rights("user"))
    with town.app.app_context(), tenancy.acting_for(case.owner.organisation_id), writing():
        db.session.scalars(select(MembershipInvitation)).one().problem = "stopped"
    found = case.agent.get("/support", query_string={"q": colleague}).text
    for shown in (found, case.agent.get(case.organisation_page).text):
        assert colleague in shown and "has asked us for no more invitations" in shown


@on_sqlite
def test_the_diagnosis_is_what_the_customer_reads(town: Town) -> None:
    case = case_of(town)
    shop = open_shop(town, case.owner)
    changed(town, sync_state="failed", sync_error="XERO-DOWN", sync_message="Xero doesn’t answer right now.")
    shown, theirs = case.agent.get(case.organisation_page), case.owner.get(shop.base)
    for page in (shown, theirs):
        assert "Xero doesn’t answer right now." in page.text
    changed(town, state="reconnect", state_reason="XERO-GRANT-GONE")
    shown, theirs = case.agent.get(case.organisation_page), case.owner.get(shop.base)
    for page in (shown, theirs):
        assert "Xero no longer lets us in" in page.text
        assert "/help/p/XERO-GRANT-GONE" in page.text or "/help/p/RECONNECT" in page.text


@on_sqlite
def test_a_persons_page_has_no_secrets(town: Town) -> None:
    case = case_of(town)
    case.owner.set_up_codes()
    with town.app.app_context():
        password = db.session.get_one(User, case.owner.user_id).password_hash
    shown = case.agent.get(f"/support/people/{case.owner.user_id}").text
    assert "Set up" in shown
    assert "1 browser" in shown
    assert password not in shown
    assert str(case.owner.phone.key) not in shown  # type: ignore[union-attr]  # it has been set up


def used(agent: Person, tool: str, subject: str, reason: str = WHY) -> int:
    return agent.post(f"/support/do/{tool}/{subject}", {"reason": reason}).status_code


def test_tools_ask_why_and_stay_in_bounds(town: Town) -> None:
    """Each once in order, with its event; and each refused where it is of no use."""
    case = case_of(town)
    shop = open_shop(town, case.owner)
    _verification(town, case.agent)
    _sync(town, case.agent, shop)
    _release(town, case.agent, shop)
    _lift(town, case.agent, shop)
    _requeue(town, case.agent)
    for tool in ("verification", "sync", "release", "lift", "requeue"):
        event = last_event(town, f"support.tool.{tool}")
        assert (event.actor_id, event.reason, event.outcome) == (case.agent.user_id, WHY, "done"), tool


def _verification(town: Town, agent: Person) -> None:
    una = town.person("Una", verified=False)
    assert used(agent, "verification", una.user_id, "too short") == 422
    assert used(agent, "verification", una.user_id) == 303
    town.work()
    assert "Confirm" in town.mails_to(una.email)[0]["subject"]
    assert used(agent, "verification", agent.user_id) == 404


def _sync(town: Town, agent: Person, shop: Shop) -> None:
    changed(town, sync_state="failed", sync_error="XERO-DOWN")
    assert used(agent, "sync", shop.connection) == 303
    assert shop.inside(lambda: db.session.scalars(select(Connection.sync_state)).one()) == "queued"


def _release(town: Town, agent: Person, shop: Shop) -> None:
    mark = vault_mark(town)

    def bind() -> None:
        with writing():
            where = {"organisation_id": shop.person.organisation_id, "connection_id": shop.connection}
            db.session.add(LedgerBinding(provider="xero", file_hmac=mark, **where))

    shop.inside(bind)
    assert used(agent, "release", shop.connection) == 404  # it is connected
    changed(town, state="disconnected", sync_state="idle")
    assert used(agent, "release", shop.connection) == 303
    assert shop.inside(lambda: db.session.scalars(select(LedgerBinding)).all()) == []
    changed(town, state="active")


def vault_mark(town: Town) -> bytes:
    with town.app.app_context():
        return vault.fingerprint("xero", "a file")


def _lift(town: Town, agent: Person, shop: Shop) -> None:
    mail = address()
    customer = shop.customer("Marram Grass Café", mail)
    shop.sent(customer)
    invitation = shop.invitations(customer)[0].id
    assert used(agent, "lift", invitation) == 404
    with town.app.app_context(), writing():
        suppressions.add(mail, EVERYBODY, "asked by link")
    assert f"/support/do/lift/{invitation}" in agent.get("/support", query_string={"q": mail}).text
    assert used(agent, "lift", invitation) == 303
    with town.app.app_context():
        assert db.session.scalars(select(Suppression).where(Suppression.email_key == mail)).all() == []


def _requeue(town: Town, agent: Person) -> None:
    ids = []
    with town.app.app_context(), writing():
        for state in ("dead", "unknown"):
            row = OutboxRow(kind="accounts.forget_old", key=f"test:{state}", state=state, due_at=clock.now())
            row.created_at = row.finished_at = clock.now()
            row.attempts = 12
            db.session.add(row)
            db.session.flush()
            ids.append(row.id)
    assert used(agent, "requeue", ids[1]) == 404  # it may have had its effect
    assert used(agent, "requeue", ids[0]) == 303
    with town.app.app_context():
        row = db.session.get_one(OutboxRow, ids[0])
        assert (row.state, row.attempts) == ("ready", 0)


@on_sqlite
def test_tools_have_a_limit(town: Town) -> None:
    agent, una = agent_of(town), town.person("Una", verified=False)
    answers = [used(agent, "verification", una.user_id) for _ in range(31)]
    assert answers == [303] * 30 + [429]
    assert used(agent_of(town, name="Ben Agent"), "verification", una.user_id) == 303


@on_sqlite
def test_the_weekly_report_counts_what_is_unusual(town: Town) -> None:
    """R-075."""
    lead, case = agent_of(town, "lead", "Lee Lead"), case_of(town)
    case.ask(emergency="y")
    lead.post(f"{case.page}/decide", {"answer": "yes"})
    assert "/customers" in case.start().location
    for _ in range(2):
        town.later(minutes=25)
        case.agent.get("/on-behalf")
    case.leave()
    case.ask()
    case.owner.post(f"{case.settings}/{case.access}", {"answer": "no"})
    shown = town.app.test_cli_runner().invoke(args=["support", "report"])
    assert shown.exit_code == 0, shown.output
    ada = next(line for line in shown.output.splitlines() if line.startswith("Ada Agent"))
    assert ada.split()[2:] == ["2", "1", "1", "1", "0", "1"]


@on_sqlite
def test_the_weekly_report_comes_to_leads_by_mail(town: Town) -> None:
    """R-075: once a week, also in a week without an access; to nobody else."""
    lead, former = agent_of(town, "lead", "Lee Lead"), agent_of(town, "lead", "Fay Former")
    case = case_of(town)
    case.entered()
    town.app.test_cli_runner().invoke(args=["support", "dismiss", former.email])

    def reports(person: Person) -> list[str]:
        with town.app.app_context():
            run_schedule()
        town.work()
        return [mail["text"] for mail in town.mails_to(person.email) if "seven days" in mail["subject"]]

    [said] = reports(lead)
    assert "Ada Agent: asked 1, entered 1; emergencies 0" in said
    assert len(reports(lead)) == 1
    assert reports(case.agent) == reports(former) == []
    with town.app.app_context():
        told = select(AuditEvent.object_id).where(AuditEvent.details.contains("support_report"))
        assert db.session.scalars(told).all() == [lead.user_id]
    town.later(days=14)
    assert "nobody of support asked" in reports(lead)[0]


@on_sqlite
def test_staff_are_made_and_dismissed_by_commands_alone(town: Town) -> None:
    """R-013; and the code of the demo's staff is told at home only, for staff only."""
    person, run = town.person("Nora New"), town.app.test_cli_runner().invoke
    assert run(args=["support", "create", "nobody@harbour.example"]).exit_code != 0
    assert run(args=["support", "code", person.email]).exit_code != 0
    assert run(args=["support", "create", person.email, "--role", "lead"]).exit_code == 0
    person.set_up_codes()
    assert person.get("/support").status_code == 200
    assert person.phone
    town.later(seconds=30)
    assert run(args=["support", "code", person.email]).output.strip() == person.phone.code_of(0)
    assert run(args=["support", "dismiss", person.email]).exit_code == 0
    assert person.get("/support").status_code == 404


@on_sqlite
def test_whatever_staff_look_at_is_in_the_trail(town: Town) -> None:
    """R-070, R-071, R-190: every page of the console, and none of them without the trail."""
    case = case_of(town)
    shop, una = open_shop(town, case.owner), town.person("Una", verified=False)
    case.ask()
    ids = {"organisation": case.owner.organisation_id, "access": case.access, "person": case.owner.user_id}
    ids |= {"tool": "sync", "subject": shop.connection}
    consoles = [place for place in places(town.app, ids) if place.rule.staff and "GET" in place.methods]
    pages = {place.path for place in consoles}
    pages |= {"/support?q=olive", f"/support?q={case.owner.email}", f"/support/do/verification/{una.user_id}"}
    for path in pages:
        before = looks(town, case.agent)
        assert case.agent.get(path).status_code == 200, path
        assert len(looks(town, case.agent)) == len(before) + 1, path
        with no_trail():
            assert case.agent.get(path).status_code == 503, path
    searches = [event for event in looks(town, case.agent) if event.action == "support.searched"]
    assert {event.chain for event in searches} == {"system"}
    assert sorted(event.details for event in searches) == ['{"by": "address", "hits": 1}', '{"by": "name", "hits": 1}']


def looks(town: Town, agent: Person) -> list[AuditEvent]:
    with town.app.app_context():
        chosen = select(AuditEvent).where(AuditEvent.actor_id == agent.user_id)
        return list(
            db.session.scalars(chosen.where(AuditEvent.action.in_(("support.looked", "support.searched")))).all()
        )
