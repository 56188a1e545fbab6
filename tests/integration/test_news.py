"""Mails about work come at once, together once a day in the organisation's morning, or not at all."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from link4web import clock
from link4web.connections import queries
from link4web.connections.losing import lose
from link4web.database import writing
from tests.invited import Shop, open_join, open_shop
from tests.people import Person, Town

SUBJECT = "Xero is disconnected from Link4web"


def choose(person: Person, how: str, kind: str = "connection_lost") -> None:
    form = {"joined": "at once", "asked": "at once", "connection_lost": "at once", kind: how}
    assert person.post("/account/notices", form).status_code == 303


def lose_one(shop: Shop) -> None:
    """An ended connection is the shortest road to a mail about work."""

    def end() -> None:
        with writing():
            assert lose(shop.connection, "GRANT-GONE")

    shop.inside(end)
    shop.town.work()


def subjects(town: Town, person: Person) -> list[str]:
    return [mail["subject"] for mail in town.mails_to(person.email)]


def to_eight_in(town: Town, zone: str, *, before: timedelta) -> None:
    """Move the clock to so long before the next eight o'clock there."""
    here = clock.now().astimezone(ZoneInfo(zone))
    due = here.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
    town.later(seconds=(due - before - here).total_seconds())


def test_at_once_unless_something_else_was_chosen(town: Town) -> None:
    owner = town.owner()
    shown = owner.get("/account").text
    assert shown.count('<option selected value="at once">') == 3
    lose_one(open_shop(town, owner))
    assert subjects(town, owner) == [SUBJECT]


def test_off_means_no_mail(town: Town) -> None:
    owner = town.owner()
    choose(owner, "off")
    lose_one(open_shop(town, owner))
    town.later(days=2)
    town.work()
    assert subjects(town, owner) == []


def test_once_a_day_in_the_organisations_morning(town: Town) -> None:
    """Two pieces of news, one mail, at eight in Auckland; and none on the next day, which has no news."""
    owner = town.owner(country="NZ", number=None)
    shop = open_shop(town, owner)
    choose(owner, "daily")
    to_eight_in(town, "Pacific/Auckland", before=timedelta(minutes=5))
    for _ in range(2):
        lose_one(shop)
        reconnect(shop)
    assert subjects(town, owner) == []
    town.later(minutes=6)
    town.work()
    [mail] = town.mails_to(owner.email)
    assert mail["subject"] == "News from Wattle & Wharf Coffee"
    assert mail["text"].count("Xero no longer lets us in") == 2
    town.later(days=1)
    town.work()
    assert len(subjects(town, owner)) == 1


def test_a_customer_who_joins_is_told_of_in_the_daily_mail(town: Town) -> None:
    owner, joiner = town.owner(), town.owner("Jo Joiner", "Kauri Point Marine", number=None)
    shop = open_shop(town, owner)
    choose(owner, "daily", "joined")
    shop.sent(shop.customer("Kauri Point Marine", joiner.email))
    open_join(joiner, shop.mails_to(joiner.email)[0])
    assert joiner.post("/join", {"organisation": joiner.organisation_id}).status_code == 303
    town.work()
    assert subjects(town, owner) == []
    town.later(days=1)
    town.work()
    [mail] = town.mails_to(owner.email)
    assert "Kauri Point Marine has joined." in mail["text"]
    assert f"{shop.base}/customers/" in mail["text"]


def test_mails_about_the_sign_in_come_whatever_was_chosen(town: Town) -> None:
    owner = town.owner()
    owner.post("/account/notices", dict.fromkeys(("joined", "asked", "connection_lost"), "off"))
    owner.set_up_codes()
    town.work()
    assert subjects(town, owner) == ["Security codes are set up"]
    assert owner.post("/account/notices", {"joined": "never"}).status_code == 422


def reconnect(shop: Shop) -> None:
    def mend() -> None:
        with writing():
            row = queries.get(shop.connection)
            assert row
            row.state = "active"

    shop.inside(mend)
