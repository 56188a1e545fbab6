"""Write to support: what is attached, who gets which mail, and what keeps the form from being misused."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from link4web import tenancy
from link4web.audit.models import AuditEvent
from link4web.connections.models import Connection
from link4web.contact import services
from link4web.contact.models import ContactMessage
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.mail.post import Post
from link4web.outbox.models import OutboxRow
from tests.invited import Shop, open_shop
from tests.ledger import words
from tests.people import Person, Town

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no question of the database
SUPPORT = "support@link4web.example"
TEXT = "I press Save.\n\nNothing happens, whatever I do."
CODE = "CUSTOMER-NEEDS-NUMBER"


def fields(page: TestResponse) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    form = re.search(r'<form class="band" method="post" action="/contact".*?</form>', page.text, re.DOTALL)
    assert form, page.text
    inputs = re.findall(r"<input [^>]*>", form[0])
    names = {found[1]: tag for tag in inputs if (found := re.search(r'name="([^"]+)"', tag))}
    sent: dict[str, str] = {}
    for name, tag in names.items():
        value = re.search(r'value="([^"]*)"', tag)
        if 'type="checkbox"' not in tag or "checked" in tag:
            sent[name] = unescape(value[1]) if value else ""
    return sent


def write(person: Person, query: str = "", message: str = TEXT, **changes: str | None) -> TestResponse:
    """Open the form, fill it in, press Send."""
    form = {**fields(person.get(f"/contact{query}")), "message": message, **changes}
    token = form.pop("csrf_token", "")
    return person.post("/contact", {k: v for k, v in form.items() if v is not None}, token=str(token))


def reference(person: Person) -> str:
    found = re.search(r"L4W-[2-9A-Z]{4}-[2-9A-Z]{4}", person.get("/contact/sent").text)
    assert found
    return found[0]


def mails(town: Town, address: str, number: str) -> list[dict[str, Any]]:
    """The mails about one message; the mailbox is shared by all tests."""
    town.work()
    return [mail for mail in town.mails_to(address) if f"[{number}]" in mail["subject"]]


def attached(page: TestResponse) -> dict[str, str]:
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.text)
    return {unescape(what): unescape(said) for what, said in pairs}


def stored(town: Town) -> list[ContactMessage]:
    with town.app.app_context():
        return list(db.session.scalars(select(ContactMessage)))


def ended(shop: Shop) -> None:
    """The accounting system no longer lets us in."""

    def end() -> None:
        with writing():
            lost = {"state": "reconnect", "state_reason": "XERO-REVOKED", "sync_error": "XERO-BUDGET"}
            db.session.execute(update(Connection).values(lost))

    shop.inside(end)


def test_a_message_arrives_with_what_we_know(owner: Person, town: Town) -> None:
    shop = open_shop(town, owner)
    lacking = shop.customer("Secretive Cellars", "cellar@secret.example", number="", person="Ada Hidden")
    ended(shop)
    query = f"?code={CODE}&connection={shop.connection}&customer={lacking}&article=add-number&for=myob&country=NZ"
    page = owner.get(f"/contact{query}")
    about = attached(page)
    assert about["Problem"] == f"Needs ABN ({CODE})"
    assert about["Article"] == "A customer has no ABN"
    assert about["Accounting system"] == "Xero", "what the record says counts, not the address"
    assert about["Connection"] == "Needs reconnecting (XERO-REVOKED)"
    assert about["Last error"] == "Xero is asked as often as it allows (XERO-BUDGET)"
    assert re.fullmatch(r"\d+ \w+ \d{4}, [\d:]+ [ap]m, Sydney time", about["Last sync"])
    assert about["Customer"].startswith("Needs ABN since ")
    assert about["Record"] == f"/xero/{shop.connection}/customers/{lacking}"
    assert write(owner, query).location == "/contact/sent"
    assert attached(owner.get("/contact/sent")) == about
    number = reference(owner)
    [mail] = mails(town, SUPPORT, number)
    assert mail["subject"] == f"[{number}] Needs ABN"
    assert mail["headers"]["Reply-To"] == owner.email
    text = mail["text"].replace("\r\n", "\n")
    assert TEXT in text
    assert f"{owner.name}, signed in as {owner.email}" in text
    for what, said in about.items():
        assert f"- {what}: {said}" in text
    everything = mail["text"] + mail["html"] + page.text
    for hidden in ("Secretive", "cellar@", "Ada Hidden", "51824753556", "51 824 753 556"):
        assert hidden not in everything
    [copy] = mails(town, owner.email, number)
    assert TEXT in copy["text"].replace("\r\n", "\n")
    with town.app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "contact.written")).one()
        assert (event.chain, event.actor_id) == (owner.organisation_id, owner.user_id)
        assert TEXT not in event.details
        rows = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == services.MAIL)).all()
        assert {row.payload["message"] for row in rows} == {stored(town)[0].id}
        assert all(row.payload.keys() == {"message", "to"} for row in rows), "ids only"


@on_sqlite
def test_a_batch_of_invitations_is_told_in_counts(owner: Person, town: Town) -> None:
    shop = open_shop(town, owner)
    batch = shop.sent(shop.customer("Secretive Cellars")).rpartition("/")[2]
    about = attached(owner.get(f"/contact?connection={shop.connection}&batch={batch}"))
    assert about["Invitations"].endswith(": 1 sent")
    assert about["Record"] == f"/xero/{shop.connection}/invitations/{batch}"
    assert "Secretive" not in str(about)


@on_sqlite
def test_what_is_attached_can_be_left_out(owner: Person, town: Town) -> None:
    shop = open_shop(town, owner)
    write(owner, f"?code={CODE}&connection={shop.connection}", attach=None)
    assert attached(owner.get("/contact/sent")) == {}
    [mail] = mails(town, SUPPORT, reference(owner))
    assert "Attached" not in mail["text"]
    assert shop.connection not in mail["text"] + mail["html"]


@on_sqlite
def test_a_visitor_writes_and_no_stranger_gets_mail(town: Town) -> None:
    visitor = town.visitor()
    page = visitor.get(f"/contact?code={CODE}&for=quickbooks&country=NZ")
    assert attached(page) == {
        "Problem": f"Needs NZBN ({CODE})",
        "Accounting system": "QuickBooks",
        "Country": "New Zealand",
    }
    assert write(visitor, f"?code={CODE}&for=quickbooks&country=NZ", email="Vera@Harbour.example").status_code == 303
    number = reference(visitor)
    [mail] = mails(town, SUPPORT, number)
    assert mail["headers"]["Reply-To"] == "vera@harbour.example"
    assert "was not signed in" in mail["text"]
    assert mails(town, "vera@harbour.example", number) == [], "anybody could have typed this address"
    assert "copy" not in visitor.get("/contact/sent").text
    unverified = town.person("Una", verified=False)
    write(unverified)
    number = reference(unverified)
    assert len(mails(town, SUPPORT, number)) == 1
    assert mails(town, unverified.email, number) == []


@on_sqlite
def test_answers_may_go_elsewhere_but_copies_go_to_the_account(owner: Person, town: Town) -> None:
    write(owner, email="accounts@elsewhere.example")
    number = reference(owner)
    [mail] = mails(town, SUPPORT, number)
    assert mail["headers"]["Reply-To"] == "accounts@elsewhere.example"
    assert mails(town, "accounts@elsewhere.example", number) == []
    assert len(mails(town, owner.email, number)) == 1


@on_sqlite
def test_ids_of_others_attach_nothing(owner: Person, stranger: Person, town: Town) -> None:
    """R-045, R-047: whoever names them, they look like ids of nobody."""
    shop, mine = open_shop(town, owner), open_shop(town, stranger)
    theirs = shop.customer("Secretive Cellars")
    batch = shop.sent(theirs).rpartition("/")[2]
    for person in (stranger, town.visitor()):
        nothing = attached(person.get("/contact"))
        for query in (
            f"connection={shop.connection}&customer={theirs}",
            f"connection={shop.connection}&batch={batch}",
            f"connection={new_id()}&customer={new_id()}&batch={new_id()}",
            "connection=x&customer=%00&batch='",
        ):
            page = person.get(f"/contact?{query}")
            assert attached(page) == nothing == {}
            assert "Wattle" not in page.text
    own = attached(stranger.get(f"/contact?connection={mine.connection}"))
    for query in (f"customer={theirs}", f"batch={batch}", f"customer={new_id()}"):
        assert attached(stranger.get(f"/contact?connection={mine.connection}&{query}")) == own
    write(stranger, f"?connection={shop.connection}&customer={theirs}")
    assert stored(town)[0].findings == []


@on_sqlite
def test_only_our_own_words_are_shown(town: Town) -> None:
    visitor = town.visitor()
    page = visitor.get(
        "/contact?code=FREE-MONEY&article=free-money&request=free-money&for=free-money&country=free-money"
    )
    assert "free-money" not in page.text.casefold()
    assert attached(page) == {}
    assert attached(visitor.get("/contact?request=00ff00ff00ff00ff")) == {"Failed request": "00ff00ff00ff00ff"}


@on_sqlite
def test_what_is_wrong_is_said_and_nothing_is_lost(owner: Person, town: Town) -> None:
    shop = open_shop(town, owner)
    query = f"?code={CODE}&connection={shop.connection}"
    for message, email, sentence in (
        (" \n ", owner.email, "Write what happened."),
        ("é" * 4001, owner.email, "At most 4,000 characters; these are 4,001."),
        (TEXT, "isla@", "It needs a name, an @ and a domain."),
        (TEXT, "", "Enter an e-mail address."),
        (TEXT, "a@b.example\r\nBcc: c@d.example", "It needs a name, an @ and a domain."),
    ):
        answer = write(owner, query, message, email=email)
        assert answer.status_code == 422
        assert sentence in words(answer.text)
        assert message.strip() in unescape(answer.text)
        assert attached(answer)["Record"], "still attached"
        assert fields(answer)["connection"] == shop.connection
    assert not stored(town)
    assert write(owner, query, "é" * 4000).status_code == 303, "to the very last character"
    assert stored(town)[0].message == "é" * 4000


@on_sqlite
def test_the_message_survives_the_end_of_the_session(owner: Person, town: Town) -> None:
    form = {**fields(owner.get(f"/contact?code={CODE}")), "message": TEXT}
    token = form.pop("csrf_token")
    owner.client.delete_cookie("l4w_8000", domain="localhost")
    answer = owner.post("/contact", form, token=token)
    assert answer.status_code == 403
    assert TEXT in unescape(answer.text)
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    sent = {name: unescape(value) for name, value in again.items()}
    assert owner.post("/contact", sent, token=sent.pop("csrf_token")).location == "/contact/sent"
    [message] = stored(town)
    assert (message.message, message.email, message.subject) == (TEXT, owner.email, "Needs ABN or NZBN")


def test_pressing_twice_sends_once(owner: Person, town: Town) -> None:
    """R-166: ten presses at once; and a second message, also with the same words, is another one."""
    form = {**fields(owner.get("/contact")), "message": TEXT}
    token = form.pop("csrf_token")
    cookie = owner.client.get_cookie("l4w_8000", domain="localhost")
    assert cookie

    def press(_: int) -> int:
        browser = town.app.test_client()
        browser.set_cookie("l4w_8000", cookie.value, domain="localhost")
        data = {**form, "csrf_token": token}
        return browser.post("/contact", data=data, base_url=town.app.config["BASE_URL"]).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(press, range(10))) == {303}
    number = reference(owner)
    assert [message.reference for message in stored(town)] == [number]
    assert len(mails(town, SUPPORT, number)) == len(mails(town, owner.email, number)) == 1
    changed = {**form, "message": f"{TEXT} One thing more."}
    assert owner.post("/contact", changed, token=token).status_code == 303, "the same page, after Back"
    write(owner)
    assert len({message.reference for message in stored(town)}) == 3


def test_nobody_floods_the_mailbox(owner: Person, town: Town) -> None:
    visitor, neighbour = town.visitor(), town.visitor()
    for number in range(services.PER_ADDRESS):
        assert write(visitor, message=f"{TEXT} {number}", email=visitor.email).status_code == 303
    refused = write(visitor, message=f"{TEXT} Once more.", email=visitor.email)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 3000
    assert f"{TEXT} Once more." in unescape(refused.text)
    assert "We take at most 5 messages an hour. Send it again in 60 minutes" in words(refused.text)
    for number in range(services.PER_NETWORK - services.PER_ADDRESS):
        assert write(neighbour, email=f"v{number}@harbour.example").status_code == 303
    assert write(neighbour, email="v9@harbour.example").status_code == 429, "the network has had its share"
    before = len(stored(town))
    for number in range(services.PER_PERSON):
        assert write(owner, message=f"{TEXT} {number}").status_code == 303, "somebody signed in there is not stopped"
    assert write(owner).status_code == 429
    assert len(stored(town)) == before + services.PER_PERSON
    town.later(minutes=61)
    for person in (visitor, neighbour):
        assert write(person, email=person.email).status_code == 303


@on_sqlite
def test_old_messages_are_deleted(owner: Person, town: Town) -> None:
    write(owner)
    town.work()
    town.later(days=89)
    with town.app.app_context(), writing():
        assert services.forget_old() == 0
    town.later(days=2)
    with town.app.app_context(), writing():
        assert services.forget_old() == 1
    assert owner.get("/contact/sent").location == "/contact", "and nothing is left to show"


@on_sqlite
def test_a_mail_server_that_is_away_keeps_nobody_from_writing(owner: Person, town: Town) -> None:
    town.app.extensions["post"] = Post("smtp://127.0.0.1:1")
    assert write(owner).status_code == 303
    number = reference(owner)
    assert mails(town, SUPPORT, number) == []
    town.app.extensions["post"] = Post(town.app.extensions["settings"].smtp_url)
    town.later(minutes=30)
    assert len(mails(town, SUPPORT, number)) == 1


@on_sqlite
def test_links_to_support_know_where_they_come_from(owner: Person, town: Town) -> None:
    """From a customer's page, its help panel, an article, and an error."""
    shop = open_shop(town, owner)
    lacking = shop.customer(number="")
    page = owner.get(f"{shop.base}/customers/{lacking}").text
    here = {"connection": [shop.connection], "customer": [lacking], "for": ["xero"], "country": ["AU"]}
    assert contact_links(page) == [here]
    help_href = unescape(re.findall(r'<a class="help" href="([^"]+)" data-help>', page)[0])
    panel = owner.get(help_href.replace("/help/", "/panel/"), headers={"HX-Request": "true"}).text
    expected = {**here, "code": [CODE], "article": ["add-number"]}
    assert contact_links(panel) == [expected]
    assert expected in contact_links(owner.get(help_href, follow_redirects=True).text), "without scripts"
    article = town.visitor().get("/help/add-number?for=myob").text
    assert {"for": ["myob"], "article": ["add-number"]} in contact_links(article)
    missing = owner.get("/nowhere")
    assert {"request": [missing.headers["X-Request-Id"]], "code": ["HTTP-404"]} in contact_links(missing.text)
    part = owner.get("/nowhere", headers={"HX-Request": "true"})
    assert contact_links(part.text) == [{"request": [part.headers["X-Request-Id"]], "code": ["HTTP-404"]}]


def contact_links(page: str) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(unescape(href)).query) for href in re.findall(r'href="(/contact[^"]*)"', page)]


@on_sqlite
def test_nothing_is_shown_to_whoever_has_not_written(owner: Person, town: Town) -> None:
    write(owner)
    for person in (town.visitor(), town.owner("Sam Stranger", "Kauri Point Marine")):
        assert person.get("/contact/sent").location == "/contact"


@on_sqlite
def test_a_message_belongs_to_no_organisation_by_accident(owner: Person, town: Town) -> None:
    """What is written outside a record of theirs goes to the system's own trail."""
    write(town.visitor(), email="vera@harbour.example")
    with town.app.app_context(), tenancy.system("reading the trail in a test"):
        assert db.session.scalars(select(AuditEvent.chain).where(AuditEvent.action == "contact.written")).all() == [
            "system"
        ]
