"""What people type into the help's search, in their words and with their slips, and what they have to find."""

import pytest

from link4web import problems
from link4web.help.centre import Centre
from link4web.help.reader import Reader
from link4web.help.search import words_of

ANYBODY = Reader()
XERO, QUICKBOOKS, MYOB = Reader("xero", "AU"), Reader("quickbooks", "AU"), Reader("myob", "NZ")

#: Asked most, or where somebody is stuck: the answer stands first.
FIRST = {
    "how do I invite my customers": "invite-customers",
    "invite customer": "invite-customers",
    "invit custmers": "invite-customers",
    "customer missing": "missing-customer",
    "can't find my customer": "missing-customer",
    "customer is not listed": "missing-customer",
    "cusotmer not showing": "missing-customer",
    "add a new customer": "missing-customer",
    "draft invoice": "draft-invoice",
    "customer has no ABN": "add-number",
    "missing abn": "add-number",
    "ABN pop up": "add-number",
    "add nzbn": "add-number",
    "no email address": "add-email",
    "select all": "select-many",
    "undo invitation": "review-and-send",
    "daily limit": "mail-limits",
    "mail bounced": "bounced",
    "customer declined": "declined-or-expired",
    "customer has joined": "after-joining",
    "what do the symbols mean": "customer-states",
    "archived contact": "archived-or-merged",
    "duplicate email": "same-address",
    "abn cancelled": "register-says",
    "is this email a scam": "invitation-received",
    "how do I join": "join",
    "unsubscribe": "stop-mails",
    "what is peppol": "what-is-an-einvoice",
    "how much does it cost": "what-it-costs",
    "sync contacts": "sync",
    "why does it need all these permissions": "permissions",
    "forgot my password": "signing-in",
    "add a user": "users",
    "disconnect": "disconnect-and-reconnect",
    "my own abn": "own-number",
    "CUSTOMER-BOUNCED": "bounced",
}

#: Everything else people ask: the answer stands among the first three.
AMONG_THREE = {
    "inviting clients to e-invoicing": "invite-customers",
    "send invitations": "invite-customers",
    "where is my customer list": "missing-customer",
    "contact isn't a customer": "missing-customer",
    "make contact a customer": "draft-invoice",
    "supplier not customer": "missing-customer",
    "new customer not showing up": "sync",
    "refresh contacts": "sync",
    "synchronise": "sync",
    "abn number invalid": "add-number",
    "skip abn": "add-number",
    "they gave me an acn": "add-number",
    "need an e-mial address": "add-email",
    "change customers email": "add-email",
    "selection cleared": "select-many",
    "bulk invite": "select-many",
    "why are customers left out": "review-and-send",
    "sent by mistake": "review-and-send",
    "personal message in the invitation": "review-and-send",
    "invitations stuck in queue": "mail-limits",
    "how many invitations per day": "mail-limits",
    "they didnt recieve the invitation": "after-inviting",
    "send reminder": "after-inviting",
    "invited wrong address": "after-inviting",
    "resend invitation": "after-inviting",
    "invitation went to spam": "after-inviting",
    "joined, what now": "after-joining",
    "undeliverable": "bounced",
    "mailbox full": "bounced",
    "invitation expired": "declined-or-expired",
    "they rejected it": "declined-or-expired",
    "customer unsubscribed": "unsubscribed",
    "opted out": "unsubscribed",
    "name does not match abn": "register-says",
    "abn lookup": "register-says",
    "restore archived customer": "archived-or-merged",
    "merged contacts": "archived-or-merged",
    "deleted customer": "archived-or-merged",
    "red triangle": "customer-states",
    "two customers with same abn": "same-address",
    "does it change my contacts": "saving-back",
    "write back abn": "saving-back",
    "could not be written back": "saving-back",
    "phishing": "invitation-received",
    "supplier sent me an invitation": "invitation-received",
    "accept invitation": "join",
    "link expired": "join-trouble",
    "invitation link doesnt work": "join-trouble",
    "we already have peppol": "already-elsewhere",
    "other provider": "already-elsewhere",
    "stop these e-mails": "stop-mails",
    "difference between pdf and einvoice": "what-is-an-einvoice",
    "is e-invoicing mandatory": "what-is-an-einvoice",
    "price": "what-it-costs",
    "free": "what-it-costs",
    "connect my accounting software": "connect",
    "connecting failed": "connecting-fails",
    "access denied": "connecting-fails",
    "connection lost": "connection-lost",
    "reconnect xero": "disconnect-and-reconnect",
    "second company": "several-ledgers",
    "switch organisation": "several-organisations",
    "colleague access": "users",
    "remove user": "users",
    "accountant for several clients": "advisers",
    "two factor code": "security-codes",
    "can't sign in": "signing-in",
    "log in problem": "signing-in",
    "privacy": "privacy",
    "delete my account": "closing-an-account",
    "skipped contacts": "skipped",
    "sync stopped": "sync-trouble",
    "too many requests": "sync-trouble",
    "error page": "something-went-wrong",
    "getting started": "set-up",
    "who can connect": "who-may-connect",
}

#: Those who have said which accounting system they use.
FOR_ONE = (
    (XERO, "draft invoice", "draft-invoice"),
    (XERO, "not a customer in xero", "missing-customer"),
    (XERO, "contact archived in xero", "archived-or-merged"),
    (QUICKBOOKS, "abn hidden", "hidden-numbers"),
    (QUICKBOOKS, "abn is already in quickbooks", "hidden-numbers"),
    (QUICKBOOKS, "inactive customer", "archived-or-merged"),
    (QUICKBOOKS, "make active", "archived-or-merged"),
    (MYOB, "company file password", "changed-file-password"),
    (MYOB, "no company file in list", "empty-file-list"),
    (MYOB, "administrator login", "two-logins"),
    (MYOB, "nzbn missing", "add-number"),
    (MYOB, "customer not in list", "missing-customer"),
)


@pytest.fixture(scope="module")
def centre() -> Centre:
    return Centre(problems.ALL)


def found(centre: Centre, asked: str, reader: Reader = ANYBODY) -> list[str]:
    return [hit.slug for hit in centre.search(asked, reader)]


@pytest.mark.parametrize(("asked", "slug"), FIRST.items())
def test_what_is_asked_most_is_answered_first(centre: Centre, asked: str, slug: str) -> None:
    assert found(centre, asked)[:1] == [slug]


@pytest.mark.parametrize(("asked", "slug"), AMONG_THREE.items())
def test_a_question_is_answered_among_the_first_three(centre: Centre, asked: str, slug: str) -> None:
    assert slug in found(centre, asked)[:3]


@pytest.mark.parametrize(("reader", "asked", "slug"), FOR_ONE)
def test_a_question_about_one_accounting_system(centre: Centre, reader: Reader, asked: str, slug: str) -> None:
    assert slug in found(centre, asked, reader)[:3]


@pytest.mark.parametrize("reader", [XERO, QUICKBOOKS, MYOB], ids=lambda reader: reader.slug)
def test_connecting_comes_before_its_troubles(centre: Centre, reader: Reader) -> None:
    assert found(centre, f"connect {reader.slug}", reader)[0] == "connect"


def test_articles_about_another_accounting_system_are_not_in_the_way(centre: Centre) -> None:
    assert "draft-invoice" not in found(centre, "draft invoice", MYOB)
    assert "hidden-numbers" not in found(centre, "masked abn", XERO)


def test_what_nobody_wrote_about_finds_nothing(centre: Centre) -> None:
    assert found(centre, "zzyzx") == []


def test_every_article_is_found_by_what_people_call_it(centre: Centre) -> None:
    """A single word may be said of many articles; two together mean one."""
    readers = {slug: Reader(article.only) for slug, article in centre.articles.items()}
    called = [(slug, readers[slug].fill(said)) for slug, one in centre.articles.items() for said in one.search]
    lost = [
        f"{slug}: {said}"
        for slug, said in called
        if len(words_of(said)) > 1 and slug not in found(centre, said, readers[slug])[:3]
    ]
    assert lost == []


def test_a_hyphen_makes_no_difference(centre: Centre) -> None:
    assert found(centre, "e-mail bounced") == found(centre, "email bounced") == found(centre, "Email BOUNCED")


def test_numbers_are_words_too(centre: Centre) -> None:
    assert all(isinstance(said, str) for article in centre.articles.values() for said in article.search)
