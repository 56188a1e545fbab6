"""R-106: a burst of invitations leaves at the pace that person, organisation, domain and all of us may send."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from flask import Flask

from link4web import outbox
from link4web.ids import new_id
from link4web.invitations import batches
from link4web.invitations import standing as standing_module
from tests.invited import ReviewPage, Shop, fail_mail, join_form, link_in, open_join, open_shop
from tests.people import Person, Town


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    return open_shop(town, owner)


@pytest.fixture
def domain() -> str:
    """A domain that nobody else in this run has: the mailbox is shared."""
    return f"{new_id().casefold().replace('_', '0').strip('-')}.example"


def allow(app: Flask, **most: int) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, mail_caps=replace(settings.mail_caps, **most))


def invite(shop: Shop, number: int, domain: str) -> str:
    """Invite so many customers of a domain, and let leave what may; the batch's address."""
    names = [f"Tussock Supplies {n}" for n in range(number)]
    facts = [{"name": name, "email": f"{new_id().casefold()}@{domain}"} for name in names]
    return shop.sent(*shop.customers(facts))


def arrived(town: Town, domain: str) -> list[str]:
    """Whom the mails of a domain went to."""
    address = f"{town.simulators.base_url}/mail/_control/messages"
    messages = requests.get(address, params={"to": f"@{domain}", "most": "1000"}, timeout=5).json()["messages"]
    return [recipient for mail in messages for recipient in mail["to"]]


@pytest.mark.parametrize(
    ("cap", "age_in_days", "words"),
    [
        ("per_person", 0, "3 invitations a day for one person"),
        ("per_organisation", 15, "3 invitations a day for one organisation"),
        ("per_new_organisation", 13, "3 invitations a day for a new organisation"),
        ("per_domain", 0, "3 invitations an hour to {domain}"),
        ("in_all", 0, "3 invitations an hour in all"),
    ],
)
def test_what_is_over_a_cap_waits_and_is_not_lost(
    shop: Shop, domain: str, cap: str, age_in_days: int, words: str
) -> None:
    town = shop.town
    allow(town.app, **{cap: 3})
    town.later(days=age_in_days)
    shop.person.sign_in()
    batch = invite(shop, 5, domain)
    town.later(minutes=50)
    town.work()
    assert len(arrived(town, domain)) == 3
    page = shop.person.get(batch).text
    assert f"2 still to go. We send at most {words.format(domain=domain)}. The rest leaves by itself from " in page

    town.later(days=1)
    town.work()
    assert len(arrived(town, domain)) == len(set(arrived(town, domain))) == 5
    shop.person.sign_in()
    page = shop.person.get(batch).text
    assert "5 invitations are sent." in page
    assert "still to go" not in page


def test_the_review_says_what_will_wait(shop: Shop, domain: str) -> None:
    allow(shop.town.app, per_person=3, per_organisation=4)
    invite(shop, 1, domain)
    shop.select(*shop.customers([{"name": f"Pohutukawa Print {n}"} for n in range(3)]))
    assert "We send at most 3 invitations a day for one person: 2 can leave now, the rest" in shop.review().html
    shop.town.later(days=1)
    shop.person.sign_in()
    shop.select(*shop.customers([{"name": "Pohutukawa Print"}]))
    assert "We send at most" not in shop.review().html


def test_a_domain_is_shared_by_all_and_others_are_not_held_up(shop: Shop, stranger: Person, domain: str) -> None:
    allow(shop.town.app, per_domain=2)
    invite(shop, 2, domain)
    theirs = open_shop(shop.town, stranger)
    invite(theirs, 1, domain)
    invite(theirs, 1, f"other-{domain}")
    assert len(arrived(shop.town, domain)) == 2
    assert len(arrived(shop.town, f"other-{domain}")) == 1


def test_many_workers_keep_to_a_cap_together(shop: Shop, domain: str) -> None:
    allow(shop.town.app, per_person=10)
    facts = [{"name": f"Tussock Supplies {n}", "email": f"orders{n}@{domain}"} for n in range(40)]
    shop.send(*shop.customers(facts))
    shop.town.work()
    shop.town.later(seconds=61)

    def work(_: int) -> None:
        with shop.town.app.app_context():
            while outbox.drain(batches.SEND, limit=5):
                pass
            shop.town.app.extensions["post"].close()  # each thread has a line to the mail server

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(arrived(shop.town, domain)) == 10


def test_a_mail_that_is_tried_again_counts_once(shop: Shop, domain: str) -> None:
    allow(shop.town.app, per_person=1)
    fail_mail(shop.town, stage="rcpt", code=451, to=f"@{domain}", count=1)
    invite(shop, 1, domain)
    assert not arrived(shop.town, domain)
    shop.town.later(minutes=1)
    shop.town.work()
    assert len(arrived(shop.town, domain)) == 1


class TestStanding:
    """An organisation whose invitations are met badly goes slowly, and is told why."""

    WAITS = "We send at most 2 invitations a day while so "

    @pytest.fixture(autouse=True)
    def _few_are_enough(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(standing_module, "ENOUGH_SENT", 10)
        monkeypatch.setattr(standing_module, "ENOUGH_OPEN", 10)
        monkeypatch.setattr(standing_module, "OPEN_FOR_ONE_JOINED", 10)
        allow(shop.town.app, per_new_organisation=20)

    def later(self, shop: Shop, **duration: float) -> None:
        shop.town.later(**duration)
        shop.town.work()
        shop.person.sign_in()

    def review(self, shop: Shop, number: int = 3, domain: str = "rimu.example") -> ReviewPage:
        """The page before so many more are sent, in place of those that were on it before."""
        shop.person.post(f"{shop.base}/customers/selection/clear")
        facts = [{"name": f"Rimu Print {n}", "email": f"{new_id().casefold()}@{domain}"} for n in range(number)]
        shop.select(*shop.customers(facts))
        return shop.review()

    @pytest.mark.parametrize("how", ["refused", "stopped"])
    def test_mails_that_come_back_or_are_stopped(self, shop: Shop, domain: str, how: str) -> None:
        if how == "refused":
            fail_mail(shop.town, stage="rcpt", code=550, to=f"@{domain}", count=2)
        invite(shop, 12, domain)
        for recipient in arrived(shop.town, domain)[: 2 if how == "stopped" else 0]:
            stop_link = link_in(shop.mails_to(recipient)[0], "/stop/")
            assert shop.town.visitor().client.post(stop_link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        self.later(shop, days=1, minutes=6)
        review = self.review(shop, 3, domain)
        assert "2 of your last 12 invitations came back or were stopped. Check the addresses" in review.html
        assert f"{self.WAITS}many of your invitations come back or are stopped: 2 can leave now" in review.html
        before = len(arrived(shop.town, domain))
        batch = review.send().location
        self.later(shop, minutes=2)
        assert len(arrived(shop.town, domain)) == before + 2
        page = shop.person.get(batch).text
        assert f"1 still to go. {self.WAITS}many of your invitations come back or are stopped. The rest leaves" in page
        self.later(shop, days=1, minutes=6)
        assert len(arrived(shop.town, domain)) == before + 3
        self.later(shop, days=61)
        assert "came back" not in self.review(shop).html

    def test_hardly_anybody_joins(self, shop: Shop, domain: str) -> None:
        invite(shop, 12, domain)
        self.later(shop, days=6)
        assert "We send at most" not in self.review(shop).html
        self.later(shop, days=2)
        review = self.review(shop).html
        assert "12 invitations of yours had a week or longer without an answer, and 0 led to joining." in review
        assert f"{self.WAITS}few of your invitations are accepted: 2 can leave now" in review
        for recipient in arrived(shop.town, domain)[:2]:
            visitor = shop.town.visitor()
            open_join(visitor, shop.mails_to(recipient)[0])
            assert visitor.post("/join", join_form(email=recipient)).status_code == 303
        self.later(shop, minutes=6)
        assert "led to joining" not in self.review(shop).html

    def test_others_are_not_slowed(self, shop: Shop, stranger: Person, domain: str) -> None:
        fail_mail(shop.town, stage="rcpt", code=550, to=f"@{domain}", count=5)
        invite(shop, 10, domain)
        self.later(shop, minutes=6)
        assert "came back" in self.review(shop).html
        assert "came back" not in self.review(open_shop(shop.town, stranger)).html
