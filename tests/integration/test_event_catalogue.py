"""The catalogue of events: each action of the trail by what triggers it, so that none is only words (R-190)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from link4web.activity.words import ACTIONS
from link4web.audit.models import AuditEvent
from link4web.closing import export
from link4web.connections.models import LedgerBinding
from link4web.database import db, writing
from link4web.invitations import suppressions
from link4web.invitations.eligibility import EVERYBODY
from link4web.outbox.models import OutboxRow
from link4web.schedule import run_schedule
from link4web.support import staff
from link4web.web.rights import Rights
from tests.colleagues import Office, form_of, sign_up_by
from tests.integration.test_contact import write
from tests.integration.test_join import Invited
from tests.integration.test_news import lose_one
from tests.integration.test_own_account import change_address, link_in_mail
from tests.integration.test_settings import ACCOUNT, settings, street
from tests.integration.test_support_console import changed, used, vault_mark
from tests.invited import address, fail_mail, link_in, open_shop
from tests.ledger import Books, books, simulators, xero
from tests.people import PASSWORD, Town, allow_at_provider
from tests.supporters import agent_of, case_of

__all__ = ["books", "simulators", "xero"]

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = Path(__file__).parent
OTHER_PASSWORD = "fern-lagoon-copper-eight"
NAME = "Wattle & Wharf Coffee"
LOOKS, EDITS = Rights("user"), Rights("user", may_edit=True)

Story = Callable[[Town], None]
STORIES: dict[Story, set[str]] = {}
#: What another test triggers, and looks for in the trail: its file and name.
ELSEWHERE = {
    "tenancy.refused": ("test_outbox.py", "test_a_job_runs_as_its_own_organisation"),
    "support.searched": ("test_support_console.py", "test_whatever_staff_look_at_is_in_the_trail"),
    "support.looked": ("test_support_console.py", "test_whatever_staff_look_at_is_in_the_trail"),
    "invitations.asked": ("test_invitations.py", "test_consent_is_kept_with_the_invitation_and_in_the_trail"),
}
#: What needs a ledger with contacts.
IN_LEDGER = {
    *("contact.added", "customer.draft_asked", "customer.draft_removed", "customer.invite_anyway"),
    *("customer.number", "customer.email", "customer.write_back", "customer.write_back_failed"),
    "customer.written_back",
}


def brings(*actions: str) -> Callable[[Story], Story]:
    """Say which actions a story puts into the trail."""

    def keep(story: Story) -> Story:
        STORIES[story] = set(actions)
        return story

    return keep


def recorded(town: Town) -> set[str]:
    with town.app.app_context():
        return set(db.session.scalars(select(AuditEvent.action)))


@brings("account.sign_up", "account.verified", "account.sign_in", "account.sign_out", "organisation.created")
def signing_up(town: Town) -> None:
    person = town.visitor()
    person.post("/sign-up", {"name": "Nell New", "email": person.email, "password": PASSWORD})
    person.get(link_in_mail(town, person.email, "/verify"))
    person.post("/verify")
    person.post("/organisations/new", {"name": NAME, "country": "AU", "number": "51 824 753 556"})
    person.post("/sign-out")


@brings("account.created_by_command", "account.suspended", "account.restored")
def what_commands_do_to_sign_ins(town: Town) -> None:
    run, mail = town.app.test_cli_runner().invoke, address()
    given = ["--name", "Nell New", "--email", mail, "--password", PASSWORD]
    for args in (["create", *given], ["suspend", mail], ["restore", mail]):
        assert run(args=["user", *args]).exit_code == 0, args


@brings(
    *("account.codes_set_up", "account.code", "account.recovery_codes", "account.codes_taken_away"),
    *("account.confirmed", "account.session_ended", "account.sessions_ended", "account.name", "account.notices"),
    *("account.exported", "account.password_changed", "account.reset_asked", "account.deleted"),
)
def a_persons_own_account(town: Town) -> None:
    person = town.person()
    person.set_up_codes()
    again = person.in_another_browser()
    again.sign_in()
    again.type_code()
    ends = person.get("/account").text.partition('action="/account/sessions/')[2].partition('"')[0]
    person.post(f"/account/sessions/{ends}")
    person.post("/account/sign-out-others")
    person.confirm(code=person.next_code())
    person.post("/account/codes/recovery")
    person.post("/account", {"name": "Olive Other"})
    person.post("/account/notices", dict.fromkeys(("joined", "asked", "connection_lost"), "off"))
    person.post("/account/export")
    person.post("/account/codes/off")
    person.post("/forgot", {"email": person.email})
    person.post("/account/password", {"current": PASSWORD, "password": OTHER_PASSWORD})
    person.post("/account/delete")


@brings("account.email_asked", "account.email_changed", "account.email_undone")
def another_address_and_back(town: Town) -> None:
    person = town.person()
    person.get(change_address(town, person, f"new-{person.email}"))
    person.post("/email/undo")


@brings(
    *("colleague.invited", "colleague.accepted", "colleague.declined", "colleague.superseded", "colleague.withdrawn"),
    *("colleague.stopped", "colleague.resumed"),
    *("membership.changed", "membership.sessions_ended", "membership.removed", "membership.left"),
)
def people_who_work_here(town: Town) -> None:
    office = Office(town, town.owner())
    one, two = town.visitor(), town.visitor()
    sign_up_by(one, office.invited(one.email, LOOKS))
    two.get(office.invited(two.email, LOOKS))
    two.post("/colleague/decline")
    two.get(link_in(town.mails_to(two.email)[0], "/colleague/stop/"))
    two.post("/colleague/stop", {"scope": "one"})
    two.post("/colleague/stop/undo")
    office.invite(address(), LOOKS)
    for press in ("resend", "withdraw"):
        made = office.admin.get(office.users).text.partition(f"{office.users}/invitations/")[2].partition("/")[0]
        office.admin.post(f"{office.users}/invitations/{made}/{press}")
    member, leaver = office.member(LOOKS), office.member(LOOKS)
    for press in ("", "/sign-out", "/remove"):
        office.admin.post(f"{office.users}/{member.user_id}{press}", form_of(EDITS))
    leaver.post(f"{office.users}/leave")


@brings(
    *("organisation.details", "organisation.number", "organisation.bank", "organisation.bank_seen"),
    *("organisation.bank_removed", "organisation.addresses", "organisation.invitations", "activity.exported"),
    *("contact.written", "mail.sent"),
)
def settings_of_a_business(town: Town) -> None:
    owner = town.owner(number=None)
    owner.post(settings(owner, "business"), {"number": "51 824 753 556"})
    owner.post(settings(owner, "details"), {"name": "Wattle & Wharf Roasters", "timezone": "Australia/Perth"})
    owner.post(settings(owner, "bank"), ACCOUNT)
    owner.get(settings(owner, "bank"))
    owner.post(settings(owner, "bank/remove"))
    owner.post(settings(owner, "addresses"), street())
    owner.post(settings(owner, "invitations"), {"message": "Kia ora, join us."})
    owner.get(settings(owner, "activity.csv"))
    write(owner)
    town.work()


@brings("connection.consented", "connection.connected", "connection.disconnected", "connection.lost")
def connections_come_and_go(town: Town) -> None:
    owner = town.owner()
    connection = owner.connect_xero(file=1)
    owner.post(f"/xero/{connection}/disconnect")
    lose_one(open_shop(town, town.owner()))


@brings("connection.declined")
def a_consent_that_nobody_confirms(town: Town) -> None:
    owner = town.owner()
    leave = owner.get(f"/xero/connect/go?organisation={owner.organisation_id}")
    owner.get(allow_at_provider(leave.location)[len(town.app.config["BASE_URL"]) :])
    town.later(days=1)
    with town.app.app_context():
        run_schedule()
    town.work()


@brings("audit.anchored")
def an_hour_passes(town: Town) -> None:
    town.owner()
    with town.app.app_context():
        run_schedule()
    town.work()


@brings(
    *("organisation.export_asked", "organisation.export_ready", "organisation.exported", "organisation.export_failed"),
    *("organisation.closed", "organisation.kept", "organisation.deleted", "invitations.withdrawn"),
)
def exports_and_the_end(town: Town) -> None:
    owner = town.owner()
    Invited(open_shop(town, owner))
    owner.confirm()
    owner.post(settings(owner, "close/export"))
    town.work()
    file = owner.get(settings(owner, "close")).text.partition(".zip")[0].rpartition('"')[2] + ".zip"
    assert owner.get(file).data
    owner.post(settings(owner, "close/export"))
    with town.app.app_context(), writing():  # as if worker after worker had died over it
        left = update(OutboxRow).where(OutboxRow.kind == export.MAKE, OutboxRow.state == "ready")
        db.session.execute(left.values(attempts=OutboxRow.max_attempts))
    town.work()
    for press in ("close", "close/keep", "close"):
        owner.post(settings(owner, press), {"name": NAME})
        town.work()
    town.later(days=31)
    with town.app.app_context():
        run_schedule()
    town.work()


@brings(
    *("invitations.undone", "invitations.exported", "invitations.hastened"),
    *("invitation.sent", "invitation.bounced", "invitation.unknown"),
)
def invitations_leave(town: Town) -> None:
    shop = open_shop(town, town.owner())
    shop.person.post(f"{shop.send(shop.customer())}/undo")
    shop.person.post(f"{shop.send(shop.customer())}/now")
    shop.person.get(f"{shop.sent(shop.customer())}.csv")
    for fault in ({"stage": "rcpt", "code": 550}, {"stage": "data", "drop": True, "keep": True}):
        customer = shop.customer(email=(mail := address()))
        fail_mail(town, to=mail, **fault)
        shop.sent(customer)


@brings("invitation.joined", "network.joined", "invitation.declined", "invitation.stopped", "invitation.resumed")
def invitations_are_answered(town: Town) -> None:
    shop = open_shop(town, town.owner())
    Invited(shop).joins()
    no, stop = Invited(shop), Invited(shop)
    no.opens()
    no.visitor.post("/join/decline")
    stop.visitor.get(link_in(stop.mail, "/stop/"))
    stop.visitor.post("/stop", {"scope": "one"})
    stop.visitor.post("/stop/undo")


@brings(
    *("support.appointed", "support.asked", "support.decided", "support.started", "support.viewed", "support.ended"),
    *("support.may_write", "support.did", "support.allowed", "support.disallowed", "support.taken_back"),
    "support.dismissed",
)
def a_visit_of_support(town: Town) -> None:
    case = case_of(town)
    shop = open_shop(town, case.owner)
    case.entered()
    case.may_write()
    case.agent.post(f"{shop.base}/customers/selection/clear")
    case.leave()
    case.switch_on()
    case.owner.post(f"{case.settings}/switch", {"switch": "off"})
    case.ask()
    case.agent.post(f"{case.page}/withdraw")
    with town.app.app_context():
        staff.dismiss(case.agent.user_id)


@brings(*(f"support.tool.{tool}" for tool in ("verification", "sync", "release", "lift", "requeue")))
def tools_of_support(town: Town) -> None:
    agent, una = agent_of(town), town.person("Una", verified=False)
    shop, mail = open_shop(town, town.owner()), address()
    shop.sent(customer := shop.customer(email=mail))
    row = OutboxRow(kind="accounts.forget_old", key="test:dead", state="dead", attempts=12)
    where = {"organisation_id": shop.person.organisation_id, "connection_id": shop.connection}
    binding = LedgerBinding(provider="xero", file_hmac=vault_mark(town), **where)
    with town.app.app_context(), writing():
        row.due_at = row.created_at = row.finished_at = db.session.scalars(select(OutboxRow.created_at).limit(1)).one()
        suppressions.add(mail, EVERYBODY, "asked by link")
        db.session.add_all([row, binding])
        db.session.flush()
        dead = row.id
    used(agent, "verification", una.user_id)
    used(agent, "sync", shop.connection)
    used(agent, "lift", shop.invitations(customer)[0].id)
    used(agent, "requeue", dead)
    changed(town, state="disconnected", sync_state="idle")
    used(agent, "release", shop.connection)


@on_sqlite
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_what_happens_is_in_the_trail(town: Town, story: Story) -> None:
    story(town)
    assert STORIES[story] - recorded(town) == set()


@on_sqlite
def test_what_is_done_to_customers_is_in_the_trail(books: Books) -> None:
    owner, town = books.person, books.town
    customer = books.one("needs-number")
    form = {"number": "33102417032", "sure": "33102417032", "write": "y"}
    books.xero.user("change", customer.external_id, fields={"TaxNumber": "53004085616"})
    owner.post(f"{books.base}/{customer.id}/abn", form)
    owner.post(f"{books.base}/{customer.id}/email", {"email": address(), "write": "y"})
    town.work()
    made = books.xero.user("add", fields={"Name": "Dry Creek Joinery"})
    books.sync()
    contact = next(row for row in books.customers().values() if row.external_id == made["ContactID"])
    owner.post(f"{books.base}/{contact.id}/draft")
    town.work()
    owner.post(f"{books.base}/{contact.id}/draft/remove")
    owner.post(f"{books.base}/{contact.id}/invite-anyway")
    owner.post(f"{books.base}/add", {"name": "Coorong Freight", "email": address()})
    assert IN_LEDGER - recorded(town) == set()


def test_every_action_has_a_trigger() -> None:
    """A new action comes with a story here, or with the name of the test that triggers it."""
    triggered = set().union(*STORIES.values()) | IN_LEDGER
    assert ACTIONS.keys() - triggered - ELSEWHERE.keys() == set()
    assert (triggered | ELSEWHERE.keys()) - ACTIONS.keys() == set()
    for action, (file, name) in ELSEWHERE.items():
        source = (HERE / file).read_text()
        assert f"def {name}(" in source, name
        assert action in source, action
