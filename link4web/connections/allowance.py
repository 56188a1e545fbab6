"""Turns at a provider's limits, kept in the database so that web processes and workers share them (R-091).

Some providers also cut an app off that has called too often in a month: for those, one more row counts them all.

Each limit is one row that says when the next call may go; taking a turn moves it on by the provider's interval in one
statement, and whoever took it waits until then. Turns are given in the order they are asked for and a sync asks for
one at a time, so ledger files that share a limit take turns, however large one of them is, and a person waits behind
one call of each running sync at most. (The method is GCRA, known from ATM networks: ITU-T I.371, annex A.)
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy import case, literal, or_, select, update
from sqlalchemy.exc import OperationalError

from link4web import clock
from link4web.connections.models import CallLimit, Connection
from link4web.connections.providers import config_of, provider_of
from link4web.database import db, insert_for
from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.provider import Provider

log = structlog.get_logger()
PATIENCE = timedelta(seconds=5)
BELIEVED = timedelta(days=1)  # a provider's word about the calls that are left
NEARLY_ALL = 0.9
#: Our own limits: the end of the code, and until when nothing more is asked.
MONTH, DAY, MOMENT = ("MONTH-BUDGET", "for this month"), ("DAY-BUDGET", "for today"), ("BUDGET", "for the moment")
SPENT = "We have asked {provider} as often as it allows {until}."


class Reserved(NamedTuple):
    """Seconds to wait for a turn, and the calls of this day and month with it."""

    wait: float
    today: int
    this_month: int = 0


class Left(NamedTuple):
    """The provider's own word: so many calls were left of the day `at` that moment; none `until` then, once refused."""

    calls: int
    at: datetime
    until: datetime | None


@dataclass(frozen=True)
class Turns:
    """The allowance of a connection; see `providers.base.provider.Allowance`."""

    provider: Provider
    key: str

    @classmethod
    def of(cls, connection: Connection) -> "Turns":
        provider = provider_of(connection.provider)
        if provider.rate.is_shared or connection.file_hmac is None:
            return cls.of_all(provider)
        return cls(provider, f"{provider.slug}:{connection.file_hmac.hex()}")

    @classmethod
    def of_all(cls, provider: Provider) -> "Turns":
        """The allowance that all connections to a provider have together, where `rate.is_shared`."""
        return cls(provider, f"{provider.slug}:")

    def take(self) -> None:
        """Wait for our turn.

        Raises:
            TryAgainLater: it is more than `PATIENCE` away and was not taken, or the calls of the day or the month are
                used up.
        """
        if not current_app.config["PACE_CALLS"]:
            return
        now = clock.now()
        turn = self._reserve(now)
        if self.per_month and turn.this_month > self.per_month:
            raise self._later(MONTH, _seconds_to(_next_month(now.date()), now))
        if self.provider.rate.per_day and turn.today > self.provider.rate.per_day:
            raise self._later(DAY, _seconds_to(now.date() + timedelta(days=1), now))
        if turn.wait > PATIENCE.total_seconds():
            raise self._later(MOMENT, turn.wait)
        time.sleep(max(0.0, turn.wait))

    def hold(self, seconds: float) -> None:
        """Nobody who shares this limit calls before so many seconds have passed: the provider asked for a pause."""
        end = clock.now() + timedelta(seconds=seconds)
        until = _milliseconds(end) + self._tolerance
        held = update(CallLimit).where(CallLimit.key == self.key, CallLimit.next_at < until)
        told_until = case((CallLimit.told_left == 0, end), else_=CallLimit.told_until)
        with _beside() as alone:
            alone.execute(held.values(next_at=until, told_until=told_until))

    def note_left(self, calls: int) -> None:
        """The provider's word about the day; a late one doesn't undo that none are left, which everybody is held by."""
        if not current_app.config["PACE_CALLS"]:
            return
        now = clock.now()
        is_held = CallLimit.next_at > _milliseconds(now + PATIENCE) + self._tolerance
        is_news = or_(literal(calls == 0), CallLimit.told_left.is_(None), CallLimit.told_left > 0, ~is_held)
        told = update(CallLimit).where(CallLimit.key == self.key, is_news)
        try:
            with _beside() as alone:
                alone.execute(told.values(told_left=calls, told_at=now, told_until=now + BELIEVED))
        except OperationalError:
            log.warning("the provider's word about the calls that are left could not be kept", key=self.key)

    def said_left(self) -> Left | None:
        """What the provider's last answer said of the day's calls, as long as that may be believed."""
        now = clock.now()
        told = select(CallLimit.told_left, CallLimit.told_at, CallLimit.told_until, CallLimit.next_at).where(
            CallLimit.key == self.key, CallLimit.told_left.is_not(None), CallLimit.told_until > now
        )
        row = db.session.execute(told).first()
        if row is None:
            return None
        is_held = row.next_at > _milliseconds(now) + self._tolerance
        return Left(row.told_left, row.told_at, row.told_until if is_held and row.told_left == 0 else None)

    def used_today(self) -> int:
        """How many calls have been counted since midnight UTC."""
        counted = select(CallLimit.used).where(CallLimit.key == self.key, CallLimit.day == clock.now().date())
        return db.session.scalar(counted) or 0

    def is_scarce(self) -> bool:
        """Whether half of today's calls are used: the others are for what people do, and for a look now and then.

        Also when the provider says that fewer are left than have been used: it may allow fewer than we think.
        """
        per_day, said = self.provider.rate.per_day, self.said_left()
        if per_day is None:
            return False
        return self.used_today() > (min(per_day // 2, said.calls) if said else per_day // 2)

    @property
    def per_month(self) -> int | None:
        """How many calls our app may make in a month; the configuration may know better than the provider's fact."""
        usual = self.provider.rate.per_month
        if usual is None:
            return None
        configured = config_of(self.provider.slug).calls_a_month
        return usual if configured is None else configured if configured > 0 else None

    def used_this_month(self) -> int:
        """How many calls all of us have made since the first of the month, UTC."""
        counted = select(CallLimit.used).where(
            CallLimit.key == self._key_of_month, CallLimit.day == clock.now().date().replace(day=1)
        )
        return db.session.scalar(counted) or 0

    def is_nearly_used_up(self) -> bool:
        """Whether nine tenths of this month's calls are used: the rest is for what people ask for."""
        return self.per_month is not None and self.used_this_month() > self.per_month * NEARLY_ALL

    @property
    def _key_of_month(self) -> str:
        return f"{self.provider.slug}:month"

    @property
    def _interval(self) -> int:
        return round(self.provider.rate.interval.total_seconds() * 1000)

    @property
    def _tolerance(self) -> int:
        return self._interval * (self.provider.rate.burst - 1)

    def _reserve(self, now: datetime) -> Reserved:
        """A turn beyond `PATIENCE` is not taken."""
        at, today = _milliseconds(now), now.date()
        first = insert_for(CallLimit).values(key=self.key, next_at=at + self._interval, day=today, used=1)
        latest = at + self._tolerance + round(PATIENCE.total_seconds() * 1000)
        taken = first.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "next_at": case((CallLimit.next_at > at, CallLimit.next_at), else_=literal(at)) + self._interval,
                "day": today,
                "used": case((CallLimit.day == today, CallLimit.used + 1), else_=1),
            },
            where=CallLimit.next_at <= latest,
        ).returning(CallLimit.next_at, CallLimit.used)
        with _beside() as alone:
            row, this_month = alone.execute(taken).first(), 0
            if row is not None and self.per_month:
                this_month = self._count_in_month(alone, today.replace(day=1))
            if row is None:
                used = case((CallLimit.day == today, CallLimit.used), else_=0)
                row = alone.execute(
                    select(CallLimit.next_at + self._interval, used).where(CallLimit.key == self.key)
                ).one()
        return Reserved((row[0] - self._interval - self._tolerance - at) / 1000, row[1], this_month)

    def _count_in_month(self, alone: sa.Connection, first_day: date) -> int:
        first = insert_for(CallLimit).values(key=self._key_of_month, next_at=0, day=first_day, used=1)
        counted = first.on_conflict_do_update(
            index_elements=["key"],
            set_={"day": first_day, "used": case((CallLimit.day == first_day, CallLimit.used + 1), else_=1)},
        )
        return int(alone.execute(counted.returning(CallLimit.used)).scalar_one())

    def _later(self, limit: tuple[str, str], seconds: float) -> TryAgainLater:
        code, until = limit
        sentence = SPENT.format(provider=self.provider.name, until=until)
        return TryAgainLater(code_of(self.provider, code), sentence, seconds)


@contextmanager
def _beside() -> Iterator[sa.Connection]:
    """Beside the session: a turn is counted whatever becomes of the work, and nothing that was read goes stale."""
    with db.engine.connect().execution_options(writing=True, postgresql_readonly=False) as alone, alone.begin():
        yield alone


def code_of(provider: Provider, limit: str) -> str:
    """What support calls one of our own limits on a provider's calls."""
    return f"{provider.slug.upper()}-{limit}"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _seconds_to(day: date, now: datetime) -> float:
    return (datetime.combine(day, datetime.min.time(), UTC) - now).total_seconds()
