"""Finished outbox rows are deleted by the clock, and nothing is done a second time because they are gone."""

import re
from collections import Counter

import pytest
from sqlalchemy import func, select

from link4web import clock, outbox
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.invitations import batches, jobs
from link4web.outbox import sweep
from link4web.outbox.models import OutboxRow
from link4web.schedule import FINISHED, run_schedule
from tests.invited import Shop, address, join_form, open_join, open_shop
from tests.people import Person, Town

KIND = "test.long_ago"  # has no handler: what is open stays as it is


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    return open_shop(town, owner)


def rows_of(town: Town, *states: str, each: int = 1) -> None:
    """Rows in these states, finished now where they are."""
    with town.app.app_context(), writing():
        for state in states * each:
            finished = None if state in ("ready", "running") else clock.now()
            row = OutboxRow(kind=KIND, key=new_id(), state=state, finished_at=finished, due_at=clock.now())
            row.created_at = clock.now()
            db.session.add(row)


def states(town: Town) -> Counter[str]:
    with town.app.app_context():
        return Counter(db.session.scalars(select(OutboxRow.state).where(OutboxRow.kind == KIND)))


def tick(town: Town) -> None:
    with town.app.app_context():
        run_schedule()
    town.work()


def test_what_ended_well_goes_after_a_month_and_trouble_after_half_a_year(town: Town) -> None:
    rows_of(town, "done", "cancelled", "unknown", "dead", "ready", "running")
    town.later(days=29)
    rows_of(town, "done")
    tick(town)
    assert sum(states(town).values()) == 7
    town.later(days=2)
    tick(town)
    assert states(town) == {"done": 1, "unknown": 1, "dead": 1, "ready": 1, "running": 1}
    town.later(days=150)
    tick(town)
    assert states(town) == {"ready": 1, "running": 1}


def test_many_go_in_small_steps_and_let_other_work_through(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "CHUNK", 3)
    rows_of(town, "done", each=70)
    town.later(days=31)
    with town.app.app_context():
        run_schedule()
        outbox.drain(FINISHED)
        assert states(town) == {"done": 10}
        assert outbox.due_kinds([FINISHED]) == [FINISHED]
    town.work()
    assert not states(town)


class TestNothingHappensTwice:
    def forget_everything(self, shop: Shop, days: int = 31) -> None:
        shop.town.later(days=days)
        tick(shop.town)
        shop.person.sign_in()
        with shop.town.app.app_context():
            left = select(func.count()).select_from(OutboxRow).where(OutboxRow.kind.startswith("invitations."))
            assert db.session.scalar(left) == 0

    def test_a_press_of_send(self, shop: Shop) -> None:
        shop.select(shop.customer(email=(email := address())))
        review = shop.review()
        batch = review.send().location
        shop.town.later(seconds=61)
        shop.town.work()
        self.forget_everything(shop)
        assert "1 invitation is sent." in shop.person.get(batch).text
        assert review.send().location == batch
        for press in ("now", "undo"):
            shop.person.post(f"{batch}/{press}")
        shop.inside(lambda: batches.prepare_chunk(batch.rpartition("/")[2]))
        shop.town.work()
        assert len(shop.mails_to(email)) == 1

    def test_joining(self, shop: Shop, town: Town) -> None:
        shop.sent(shop.customer(email=(email := address())))
        visitor = town.visitor()
        open_join(visitor, shop.mails_to(email)[0])
        assert visitor.post("/join", join_form(email=email)).status_code == 303
        shop.town.work()
        self.forget_everything(shop)
        again = town.visitor()
        open_join(again, shop.mails_to(email)[0])
        again.post("/join", join_form(email=email))
        shop.town.work()
        assert len([one for one in shop.mails_to(shop.person.email) if "has joined" in one["subject"]]) == 1

    def test_asking_for_a_new_invitation(self, shop: Shop, town: Town) -> None:
        shop.sent(shop.customer(email=(email := address())))
        shop.town.later(days=61)
        for _ in range(2):
            visitor = town.visitor()
            open_join(visitor, shop.mails_to(email)[0])
            assert "We have asked" in visitor.post("/join/ask").text
            shop.town.work()
            self.forget_everything(shop)
        asked = [one for one in shop.mails_to(shop.person.email) if "asks for a new" in one["subject"]]
        assert len(asked) == 1

    @pytest.mark.parametrize("days", [0, 31])
    def test_an_address_met_again_after_its_mail_has_left(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch, days: int
    ) -> None:
        """A batch so large, or a worker away so long, that mails leave while later customers are still prepared."""
        monkeypatch.setattr(batches, "CHUNK", 1)
        monkeypatch.setattr(jobs, "CHUNKS_IN_A_ROW", 1)
        email = address()
        ids = sorted(shop.customers([{"name": f"Bellbird {n}", "email": email} for n in range(2)]))
        batch = shop.send(*ids)
        with shop.town.app.app_context():
            outbox.drain(batches.PREPARE)
            shop.town.later(seconds=61)
            outbox.drain(batches.SEND)
        assert len(shop.mails_to(email)) == 1
        if days:
            shop.town.later(days=days)
            with shop.town.app.app_context():
                run_schedule()
                outbox.drain(FINISHED)
            shop.person.sign_in()
        shop.town.work()
        shop.town.later(minutes=2)
        shop.town.work()
        assert len(shop.mails_to(email)) == 1
        assert shop.states(*ids) == ["invited", "can-invite"], "who got no mail does not count as invited"
        assert re.search(r"1 invitation is sent\.", shop.person.get(batch).text)
