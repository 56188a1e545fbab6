"""Links to tasks (`/go/…`): to the right page of the person's own system, and before the sign-in to what they mean."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from link4web import clock, providers, tenancy
from link4web.accounts.organisations import create_organisation
from link4web.connections.models import Connection
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.help.centre import centre
from link4web.help.tasks import BY_SLUG, TASKS
from link4web.ids import new_id
from tests.integration.test_accounts import link_in_mail, sign_up
from tests.invited import open_shop
from tests.ledger import colleague, words
from tests.people import PASSWORD, Person, Town

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no question of the database
ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = [provider.slug for provider in providers.ALL]
LISTS = {
    "my-customers": "",
    "invite": "queue=can-invite&",
    "find-customer": "",
    "sync": "",
    "add-number": "queue=needs-number&",
    "add-email": "queue=needs-email&",
    "problems": "queue=problems&",
}


def connection(town: Town, person: Person, system: str, *, state: str = "active", organisation: str = "") -> str:
    """A connection as it is after its first sync, without asking the provider."""
    made, where = new_id(), organisation or person.organisation_id
    with town.app.app_context(), tenancy.acting_for(where), writing():
        db.session.add(
            Connection(
                organisation_id=where,
                id=made,
                provider=system,
                state=state,
                file_name=f"Ledger {made}",
                file_country="AU",
                connected_at=clock.now(),
                created_at=clock.now(),
                synced_at=clock.now(),
            )
        )
    return made


def another_organisation(town: Town, person: Person, name: str = "Kererū Bakery") -> str:
    with town.app.app_context():
        return create_organisation(person.user_id, name, "NZ", None).id


def led(person: Person, address: str) -> str:
    """Where a link leads."""
    answer = person.get(address)
    assert answer.status_code == 302, (address, answer.text)
    return str(answer.location)


def hint_on(page: TestResponse) -> str:
    found = re.search(r'<div class="notice hint".*?</div>', page.text, re.DOTALL)
    return words(found[0]) if found else ""


@on_sqlite
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_task_leads_to_its_page_and_says_what_to_do_there(owner: Person, town: Town, system: str) -> None:
    here = connection(town, owner, system)
    settings = f"/org/{owner.organisation_id}/settings/business"
    expected = {
        **{task: f"/{system}/{here}/customers?{query}hint={task}" for task, query in LISTS.items()},
        "connect": f"/connect?organisation={owner.organisation_id}&hint=connect",
        "connection": f"/{system}/{here}?hint=connection",
        "disconnect": f"/{system}/{here}/disconnect?hint=disconnect",
        "own-number": f"{settings}?hint=own-number",
        "organisation": f"/org/{owner.organisation_id}/settings/details?hint=organisation",
        "users": f"/org/{owner.organisation_id}/users?hint=users",
        "account": "/account?hint=account",
        "organisations": "/organisations?hint=organisations",
    }
    assert {task: led(owner, f"/go/{task}") for task in BY_SLUG} == expected
    for task in TASKS:
        page = owner.get(expected[task.slug])
        assert page.status_code == 200
        assert task.hint in hint_on(page), task.slug


@on_sqlite
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_link_that_names_a_system_leads_into_that_one(owner: Person, town: Town, system: str) -> None:
    ids = {slug: connection(town, owner, slug) for slug in SYSTEMS}
    name = next(provider.name for provider in providers.ALL if provider.slug == system)
    for address in (f"/go/invite/{system}", f"/go/invite?for={system}&country=AU"):
        assert led(owner, address) == f"/{system}/{ids[system]}/customers?queue=can-invite&hint=invite"
    start = led(owner, f"/go/connect/{system}")
    assert start == f"/{system}/connect?organisation={owner.organisation_id}&hint=connect"
    assert f"then press Go on to {name}" in hint_on(owner.get(start))


@on_sqlite
def test_without_a_connection_the_first_step_is_to_connect(owner: Person, town: Town) -> None:
    connection(town, owner, "xero")
    start = f"/myob/connect?organisation={owner.organisation_id}&hint=connect"
    assert led(owner, "/go/add-number?for=myob") == start
    nobody = town.person()
    assert led(nobody, "/go/invite") == "/organisations/new"
    assert led(nobody, "/go/account") == "/account?hint=account"


@on_sqlite
def test_what_has_ended_is_connected_again(owner: Person, town: Town) -> None:
    lost = connection(town, owner, "xero", state="reconnect")
    mine = f"organisation={owner.organisation_id}"
    again = f"/xero/connect?{mine}&reconnect={lost}&hint=connect"
    assert led(owner, "/go/connect/xero") == again
    assert led(owner, "/go/connect/myob") == f"/myob/connect?{mine}&hint=connect"
    left = connection(town, owner, "myob", state="disconnected")
    assert led(owner, "/go/connect/myob") == f"/myob/connect?{mine}&reconnect={left}&hint=connect"
    assert led(owner, "/go/disconnect/myob") == f"/myob/{left}?hint=disconnect"
    connection(town, owner, "myob")
    assert led(owner, "/go/connect/myob") == f"/myob/connect?{mine}&hint=connect", "one works: this may be another"
    assert f"reconnect={left}" in led(owner, f"/go/connect/myob?connection={left}")


@on_sqlite
def test_the_ledger_opened_last_comes_first(owner: Person, town: Town) -> None:
    first, second = (connection(town, owner, "xero") for _ in range(2))
    elsewhere = connection(town, owner, "myob", organisation=another_organisation(town, owner))
    for opened in (first, second):
        owner.get(f"/xero/{opened}/customers")
        assert f"/xero/{opened}/" in led(owner, "/go/sync")
        assert f"/org/{owner.organisation_id}/" in led(owner, "/go/own-number")
    owner.get(f"/myob/{elsewhere}/customers")
    assert f"/myob/{elsewhere}/" in led(owner, "/go/sync")
    assert f"/xero/{second}/" in led(owner, "/go/sync/xero")


@on_sqlite
def test_with_several_organisations_somebody_chooses_first(owner: Person, town: Town) -> None:
    """And the choice leads on to the task."""
    other = another_organisation(town, owner)
    ids = {connection(town, owner, "xero"), connection(town, owner, "xero", organisation=other)}
    asked = led(owner, "/go/add-number")
    assert asked == "/organisations?hint=add-number"
    page = owner.get(asked)
    assert "choose the ledger, and this link leads on to it" in hint_on(page)
    onward = re.findall(r'href="(/go/add-number\?connection=([\w-]{22}))"', page.text)
    assert {found for _, found in onward} == ids
    for address, found in onward:
        assert led(owner, address) == f"/xero/{found}/customers?queue=needs-number&hint=add-number"
    asked = led(owner, "/go/own-number")
    choices = re.findall(r'href="(/go/own-number\?organisation=[\w-]{22})"', owner.get(asked).text)
    assert {led(owner, unescape(address)).partition("/settings")[0] for address in choices} == {
        f"/org/{other}",
        f"/org/{owner.organisation_id}",
    }
    asked = led(owner, "/go/connect/myob")
    assert asked == "/organisations?for=myob&hint=connect"
    choices = re.findall(r'href="(/go/connect\?[^"]+)"', owner.get(asked).text)
    assert f"/myob/connect?organisation={other}&hint=connect" in [led(owner, unescape(one)) for one in choices]


@on_sqlite
def test_ids_of_others_choose_nothing(owner: Person, stranger: Person, town: Town) -> None:
    """R-045, R-139: an id that is not one's own is one that does not exist; no page names anything of theirs."""
    mine, theirs = connection(town, owner, "xero"), connection(town, stranger, "xero")
    for task in BY_SLUG:
        plain = led(owner, f"/go/{task}")
        for more in (f"connection={theirs}", f"connection={new_id()}", "connection=x", "connection=%00"):
            assert led(owner, f"/go/{task}?{more}") == plain
        for more in (f"organisation={stranger.organisation_id}", f"organisation={new_id()}", "organisation=%27"):
            assert led(owner, f"/go/{task}?{more}") == plain
        shown = town.visitor().get(f"/go/{task}?connection={mine}&organisation={owner.organisation_id}")
        assert shown.status_code == 200
        assert "Wattle" not in shown.text
        assert mine not in shown.text.replace(f"connection%3D{mine}", ""), "but for what the link itself said"
    assert led(owner, f"/go/sync/myob?connection={mine}").startswith("/myob/connect"), "of another system"


@on_sqlite
def test_a_user_is_told_that_only_admins_may(owner: Person, town: Town) -> None:
    here, helper = connection(town, owner, "xero"), colleague(town, owner)
    for task in ("connect", "disconnect", "own-number", "organisation"):
        told = helper.get(f"/go/{task}")
        assert told.status_code == 403
        assert "Only an admin of Wattle &amp; Wharf Coffee can do this" in told.text
        assert BY_SLUG[task].article in told.text
    assert led(helper, "/go/invite") == f"/xero/{here}/customers?queue=can-invite&hint=invite"


@on_sqlite
@pytest.mark.parametrize("system", ["", *SYSTEMS])
def test_a_visitor_reads_what_the_link_is_for(town: Town, system: str) -> None:
    visitor = town.visitor()
    for task in TASKS:
        shown = visitor.get(f"/go/{task.slug}/{system}" if system else f"/go/{task.slug}")
        with town.app.app_context():
            reader = centre().readers()[0] if not system else next(r for r in centre().readers() if r.slug == system)
            assert reader.fill(task.label) in words(shown.text)
            assert task.leads.format(**reader.words) in words(shown.text)
            assert centre().page(task.article, reader).beginning in shown.text
        assert f'<link rel="canonical" href="http://localhost:8000/help/{task.article}">' in shown.text
        assert "noindex" not in shown.text + str(shown.headers)
        assert "Set-Cookie" not in shown.headers
        onward = re.findall(r'href="(/sign-(?:in|up)\?next=[^"]+)"', shown.text)
        asked = f"/go/{task.slug}" + (f"?for={system}" if system else "")
        assert [parse_qs(urlsplit(unescape(one)).query)["next"] for one in onward] == [[asked], [asked]]


@on_sqlite
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_link_survives_the_sign_in(owner: Person, stranger: Person, town: Town, system: str) -> None:
    """R-139: whoever signs in gets to their own page."""
    for person in (owner, stranger):
        here, browser = connection(town, person, system), town.visitor()
        shown = browser.get(f"/go/add-email/{system}?country=AU").text
        onward = unescape(re.findall(r'href="(/sign-in\?next=[^"]+)"', shown)[0])
        form = browser.get(onward)
        target = unescape(re.findall(r'name="next" value="([^"]+)"', form.text)[0])
        signed_in = browser.post("/sign-in", {"email": person.email, "password": PASSWORD, "next": target})
        page = led(browser, signed_in.location)
        assert page == f"/{system}/{here}/customers?queue=needs-email&hint=add-email"
        assert browser.get(onward).location == target, "in a second tab they are signed in already"


@on_sqlite
def test_a_sign_in_form_of_another_tab_leads_on(owner: Person, town: Town) -> None:
    browser = town.visitor()
    old = browser.token()
    browser.post("/sign-in", {"email": owner.email, "password": PASSWORD})
    late = browser.post("/sign-in", {"email": owner.email, "password": PASSWORD, "next": "/go/invite"}, token=old)
    assert late.status_code == 403
    assert '<a class="btn main big" href="/go/invite">Go on</a>' in late.text
    again = town.visitor().post("/sign-in", {"email": owner.email, "next": "/go/invite"}, token=old)
    assert "You are signed in already" not in again.text


def test_the_link_survives_a_sign_up(town: Town) -> None:
    """From the preview over the mail to the task; its first step is to say which business it is."""
    person = town.visitor()
    onward = unescape(re.findall(r'href="(/sign-up\?next=[^"]+)"', person.get("/go/sync/xero").text)[0])
    form = {"name": "Nell Newcomer", "email": person.email, "password": PASSWORD}
    wrong = person.post(onward, {**form, "email": "nell@"})
    target = unescape(re.findall(r'name="next" value="([^"]+)"', wrong.text)[0])
    assert target == "/go/sync?for=xero"
    assert person.post("/sign-up", {**form, "next": target}).location == "/check-mail"
    town.work()
    person.get(link_in_mail(town, person.email, "verify"))
    assert person.post("/verify").location == "/go/sync?for=xero"
    assert led(person, "/go/sync?for=xero") == "/organisations/new"


@on_sqlite
def test_the_link_survives_a_forgotten_password(owner: Person, town: Town) -> None:
    browser = town.visitor()
    browser.email = owner.email
    form = browser.get("/sign-in?next=/go/sync").text
    forgot = browser.get(unescape(re.findall(r'href="(/forgot[^"]*)"', form)[0]))
    target = unescape(re.findall(r'name="next" value="([^"]+)"', forgot.text)[0])
    browser.post("/forgot", {"email": owner.email, "next": target})
    town.work()
    browser.get(link_in_mail(town, owner.email, "reset"))
    browser.post("/reset", {"password": "copper-heron-under-pohutukawa"})
    assert browser.sign_in("copper-heron-under-pohutukawa").location == "/go/sync"
    browser.post("/sign-out")
    assert browser.sign_in("copper-heron-under-pohutukawa").location == "/customers", "once"


@on_sqlite
def test_the_link_waits_for_an_address_that_is_not_confirmed(town: Town) -> None:
    person = town.visitor()
    sign_up(person)
    town.work()
    browser = town.visitor()
    browser.post("/sign-in", {"email": person.email, "password": PASSWORD})
    assert browser.get("/go/account").location == "/check-mail"
    browser.get(link_in_mail(town, person.email, "verify"))
    assert browser.post("/verify", {"password": PASSWORD}).location == "/go/account"
    elsewhere = town.visitor()
    assert elsewhere.post("/sign-up?next=//evil.example", {"name": "x", "email": "", "password": ""}).status_code == 422
    assert "evil" not in elsewhere.pages[-1].text


def test_every_task_stands_in_the_page_for_help_centres() -> None:
    told = re.findall(r"^\| (`[^|]+) \|", (ROOT / "docs" / "help-centres.md").read_text(), re.MULTILINE)
    assert {task.strip("` ") for line in told for task in line.split(",")} == set(BY_SLUG)


@on_sqlite
def test_links_that_lead_nowhere_offer_the_search(owner: Person, town: Town) -> None:
    for address in ("/go/missing-abn", "/go/invite/ledgerly", "/go/invoices-that-never-were", "/go/x%00y"):
        for person in (owner, town.visitor()):
            shown = person.get(address)
            assert shown.status_code == 404
            assert "This link leads nowhere" in shown.text
            assert 'role="search"' in shown.text
    assert "add-number" in owner.get("/go/missing-abn").text, "what may be meant"


@on_sqlite
def test_a_hint_is_ours_and_goes_when_it_is_left_out(owner: Person, town: Town) -> None:
    here = f"/xero/{connection(town, owner, 'xero')}/customers"
    shown = owner.get(f"{here}?queue=invited&hint=sync")
    assert "Press Sync now, at the top of the page." in hint_on(shown)
    assert f'<a href="{here}?queue=invited">Close' in shown.text
    assert hint_on(owner.get(f"{here}?queue=invited")) == ""
    for unknown in ("nothing", "<b>free money</b>", "%00", "sync%20"):
        odd = owner.get(f"{here}?hint={unknown}")
        assert hint_on(odd) == ""
        assert "free money" not in odd.text
    assert "autofocus" in re.findall(r'<input type="search"[^>]*>', owner.get(f"{here}?hint=find-customer").text)[0]
    assert "autofocus" not in re.findall(r'<input type="search"[^>]*>', owner.get(here).text)[0]


@on_sqlite
def test_a_button_in_the_panel_leads_to_the_ledger_it_was_opened_on(owner: Person, town: Town) -> None:
    shop = open_shop(town, owner)
    lacking = shop.customer(number="")
    newer = connection(town, owner, "xero")
    owner.get(f"/xero/{newer}/customers")
    page = owner.get(f"{shop.base}/customers/{lacking}").text
    href = unescape(re.findall(r'<a class="help" href="([^"]+)" data-help>', page)[0])
    assert {"connection": [shop.connection], "customer": [lacking]}.items() <= parse_qs(urlsplit(href).query).items()
    panel = owner.get(href.replace("/help/", "/panel/"), headers={"HX-Request": "true"}).text
    button = unescape(re.findall(r'<a href="(/go/[^"]+)" class="btn"', panel)[0])
    assert led(owner, button).startswith(f"{shop.base}/customers?queue=needs-number")
    as_page = owner.get(href, follow_redirects=True)
    assert button in unescape(as_page.text), "and without scripts"
    other = town.owner("Sam Stranger", "Kauri Point Marine")
    assert led(other, button).startswith("/xero/connect"), "an address that was passed on shows nobody else’s"


@on_sqlite
def test_following_links_changes_nothing(owner: Person, town: Town) -> None:
    here = connection(town, owner, "xero")
    for task in BY_SLUG:
        owner.get(f"/go/{task}?connection={here}", follow_redirects=True)
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        row = db.session.scalars(select(Connection)).one()
        assert (row.state, row.sync_state) == ("active", "idle")
        assert not db.session.scalars(select(Customer)).all()
