"""The console's box finds what people and providers quote: tickets, file ids, exports and requests that failed."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from link4web import providers, tenancy
from link4web.closing.models import Export
from link4web.connections import vault
from link4web.connections.models import Connection
from link4web.database import db
from link4web.web.rights import Rights
from tests.colleagues import Office
from tests.integration.test_contact import reference, write
from tests.invited import address, fail_mail
from tests.people import Person, Town
from tests.supporters import agent_of, case_of

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def found(agent: Person, asked: str) -> str:
    shown = agent.get("/support", query_string={"q": asked})
    assert shown.status_code == 200
    return shown.text


def test_a_ticket_leads_to_its_visits(town: Town) -> None:
    case = case_of(town)
    case.ask()
    first = case.page
    case.agent.post(f"{first}/withdraw")
    case.ask()
    other = case_of(town)
    other.ask(ticket="20261128001")  # eleven digits, as a business number has
    for asked in ("L4W-7F3K-92QD", " l4w-7f3k-92qd "):
        shown = found(case.agent, asked)
        assert first in shown and case.page in shown and other.page not in shown
        assert case.agent.get(case.page).status_code == 200
    assert other.page in found(case.agent, "20261128001")


@on_sqlite
@pytest.mark.parametrize("provider", [one.slug for one in providers.ALL])
def test_a_ledgers_own_file_id_leads_to_its_connection(town: Town, provider: str) -> None:
    owner, agent = town.owner(), agent_of(town)
    connection = owner.connect(provider)
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        row = db.session.scalars(select(Connection)).one()
        assert row.file_id is not None
        file_id = vault.unseal(row.file_id, row.organisation_id, row.provider)
    place = f"/support/organisations/{owner.organisation_id}#c-{connection}"
    for asked in (file_id, file_id.upper()):
        assert place in found(agent, asked)
    owner.confirm()
    owner.post(f"/{provider}/{connection}/disconnect")
    town.work()
    assert place in found(agent, file_id)
    assert place not in found(agent, file_id[:-1] + ("0" if file_id[-1] != "0" else "1"))


@on_sqlite
def test_an_exports_id_leads_to_its_organisation(town: Town) -> None:
    owner, agent = town.owner(), agent_of(town)
    owner.confirm()
    owner.post(f"/org/{owner.organisation_id}/settings/close/export")
    town.work()
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        export = db.session.scalars(select(Export.id)).one()
    shown = found(agent, export)
    assert f"/support/organisations/{owner.organisation_id}" in shown
    assert "Export of an organisation" in shown and "ready, asked for" in shown
    assert "organisation.export_ready" in shown


def test_what_an_error_page_says_leads_to_the_message_about_it(town: Town) -> None:
    owner, agent = town.owner(), agent_of(town)
    lost = owner.get("/org/no-such-page").text
    said = re.search(r"<code>(404 · ([0-9a-f]{16}))</code>", lost)
    link = re.search(r'href="/contact(\?[^"]*request=[^"]*)"', lost)
    assert said and link
    assert write(owner, unescape(link[1])).status_code == 303
    number = reference(owner)
    for asked in (said[1], said[2]):
        shown = found(agent, asked)
        assert "Message to support" in shown and number in shown
    assert "Nothing fits" in found(agent, "0123456789abcdef")


@on_sqlite
def test_why_a_colleagues_mail_failed_is_told_as_their_admin_reads_it(town: Town) -> None:
    case, colleague = case_of(town), address()
    office = Office(town, case.owner)
    fail_mail(town, stage="rcpt", code=550, to=colleague, count=1)
    office.invite(colleague, Rights("user"))
    town.work()
    for page in (case.owner.get(office.users), case.agent.get(case.organisation_page)):
        assert "The mail server refused this address." in page.text
        assert "/help/p/USER-MAIL-FAILED" in page.text
