"""Transactions: read-only by default, writers that lose nothing, moments that keep their zone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from link4web import clock
from link4web.accounts.models import SignInAttempt, User
from link4web.database import db, end_reading, is_writing, writing
from link4web.ids import new_id
from tests.people import Town

WRITERS, TIMES = 8, 40


def test_pragmas(town: Town) -> None:
    """R-180."""
    with town.app.app_context():
        if db.engine.dialect.name != "sqlite":
            assert db.session.scalar(text("SHOW transaction_read_only")) == "on"
            return
        values = {name: db.session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
        assert values == {"journal_mode": "wal", "synchronous": 2}
        assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
        assert db.session.scalar(text("PRAGMA busy_timeout")) >= 5000
        assert db.session.scalar(text("PRAGMA query_only")) == 1


def test_no_update_is_lost(town: Town) -> None:
    """R-180: eight threads read, add one and write, beside readers; nobody meets a locked database."""
    with town.app.app_context(), writing():
        db.session.add(SignInAttempt(key="counter", failures=0, last_at=clock.now()))

    def count(_: int) -> None:
        with town.app.app_context():
            for _time in range(TIMES):
                with writing():
                    row = db.session.get(SignInAttempt, "counter", with_for_update=True)
                    assert row is not None
                    row.failures += 1

    def read(_: int) -> None:
        with town.app.app_context():
            for _time in range(TIMES):
                row = db.session.get(SignInAttempt, "counter")
                assert row is not None
                end_reading()
                db.session.expire_all()

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        work = [pool.submit(count, number) for number in range(WRITERS)]
        work += [pool.submit(read, number) for number in range(2)]
        for piece in work:
            piece.result()
    with town.app.app_context():
        row = db.session.get(SignInAttempt, "counter")
        assert row is not None
        assert row.failures == WRITERS * TIMES


def test_an_inner_change_joins_the_outer_one(town: Town) -> None:
    with town.app.app_context():
        with pytest.raises(ZeroDivisionError), writing():
            with writing():
                db.session.add(SignInAttempt(key="inner", failures=0, last_at=clock.now()))
            assert is_writing()
            raise ZeroDivisionError
        assert not is_writing()
        assert db.session.get(SignInAttempt, "inner") is None


def test_what_was_read_before_is_read_again(town: Town) -> None:
    person = town.person()
    with town.app.app_context():
        user = db.session.get_one(User, person.user_id)
        assert user.name
        person_in_other_thread = ThreadPoolExecutor(1)

        def rename() -> None:
            with town.app.app_context(), writing():
                db.session.get_one(User, person.user_id).name = "Renamed"

        end_reading()
        person_in_other_thread.submit(rename).result()
        with writing():
            assert user.name == "Renamed"
        person_in_other_thread.shutdown()


def test_moments_keep_their_zone(town: Town) -> None:
    """R-187."""
    sydney = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=11)))
    with town.app.app_context():
        with writing():
            user = User(id=new_id(), email="a@b.example", name="A", password_hash="", created_at=sydney)
            db.session.add(user)
        db.session.expire_all()
        again = db.session.get_one(User, user.id).created_at
        assert again == sydney
        assert again.tzinfo is UTC
        with pytest.raises(Exception, match="time zone"), writing():
            user.created_at = datetime(2026, 1, 1)  # noqa: DTZ001 (that is the point)
