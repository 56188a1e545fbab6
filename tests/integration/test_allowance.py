"""One limit for the key that all organisations share: nobody is refused, nobody waits for the largest (R-091)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
import requests
from flask import Flask

from link4web.connections.allowance import Turns
from link4web.connections.models import Connection
from link4web.database import end_reading
from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.provider import Provider
from link4web.providers.quickbooks import PROVIDER as QUICKBOOKS
from link4web.simulators.server import Running
from tests.integration.limited_reader import KEY, QUICK, client_of
from tests.ledger import simulators
from tests.people import Town

__all__ = ["simulators"]
LARGE, SMALL = "Lantern", ("Takahē", "Rewiti")
READS = 12


class Myob:
    """The simulator's controls."""

    def __init__(self, running: Running) -> None:
        self.root = f"{running.base_url}/myob/_control"

    def control(self, name: str, **body: object) -> dict[str, str]:
        answer = requests.post(f"{self.root}/{name}", json=body, timeout=30)
        assert answer.ok, answer.text
        return dict(answer.json())

    def token(self, business: str) -> tuple[str, str]:
        given = self.control("token", business_id=business)
        return given["access_token"], given["business_id"]

    def statuses(self) -> list[int]:
        """What the calls about customers were answered."""
        listed = requests.get(f"{self.root}/log", timeout=5).json()["requests"]
        return [one["status"] for one in listed if "/Contact/" in one["path"]]


@pytest.fixture
def myob(simulators: Running) -> Myob:
    found = Myob(simulators)
    found.control("switch", second_limit=27)
    return found


@pytest.fixture
def paced(app: Flask) -> Iterator[Flask]:
    """The application with its pacing on, in its context."""
    app.config["PACE_CALLS"] = True
    with app.app_context():
        yield app


def later_of(turns: Turns) -> TryAgainLater:
    with pytest.raises(TryAgainLater) as caught:
        turns.take()
    return caught.value


def test_many_readers_of_one_key_are_never_refused(paced: Flask, myob: Myob, environment: dict[str, str]) -> None:
    """Three processes read at once, the large file without end until the small ones are through."""
    done, read = Event(), []
    large = client_of(*myob.token(LARGE))

    def read_on() -> None:
        with paced.app_context():
            while not done.is_set():
                read.append(large.contacts(1).page)

    reader = Thread(target=read_on)
    reader.start()
    asked = [[sys.executable, "-m", "tests.integration.limited_reader", *myob.token(one), str(READS)] for one in SMALL]
    try:
        small = [
            subprocess.Popen(one, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for one in asked
        ]
        errors = [process.communicate(timeout=60)[1].decode() for process in small]
    finally:
        done.set()
        reader.join()
    assert [process.returncode for process in small] == [0] * len(SMALL), errors
    assert len(read) >= READS, "the small ones left nothing to the large one"
    assert set(myob.statuses()) == {200}
    assert len(myob.statuses()) == Turns(QUICK, KEY).used_today() == len(read) + len(SMALL) * READS


def test_what_the_provider_refuses_one_holds_for_all(paced: Flask, town: Town, myob: Myob) -> None:
    first, second = (client_of(*myob.token(one)) for one in SMALL)
    body = {"Errors": [{"Name": "RateLimitError", "Message": "API key has exceeded the daily rate limit"}]}
    myob.control("fail", path="/accountright", status=403, body=body)
    with pytest.raises(TryAgainLater) as refused:
        first.contacts(1)
    assert refused.value.code == "MYOB-RATE-DAY"
    with pytest.raises(TryAgainLater) as held:
        second.contacts(1)
    assert held.value.code == "MYOB-BUDGET"
    assert held.value.retry_after == pytest.approx(refused.value.retry_after, abs=30)
    assert myob.statuses() == [403], "the second one was not even sent"
    town.later(days=1)
    Turns(QUICK, KEY).take()


def test_a_day_has_so_many_calls(paced: Flask, town: Town) -> None:
    frugal = replace(QUICK, rate=replace(QUICK.rate, per_day=2))
    turns = Turns(frugal, KEY)
    for _ in range(2):
        turns.take()
    over = later_of(turns)
    assert (over.code, over.sentence) == ("MYOB-DAY-BUDGET", "We have asked MYOB as often as it allows for today.")
    assert over.retry_after is not None
    town.later(seconds=over.retry_after + 1)
    turns.take()
    assert turns.used_today() == 1


def test_yesterdays_calls_are_not_todays_excuse(paced: Flask, town: Town) -> None:
    frugal = replace(QUICK, rate=replace(QUICK.rate, per_day=2))
    turns = Turns(frugal, KEY)
    for _ in range(2):
        turns.take()
    over = later_of(turns)
    turns.hold((over.retry_after or 0) + 60)
    town.later(seconds=(over.retry_after or 0) + 1)
    waiting = later_of(turns)
    assert waiting.code == "MYOB-BUDGET"
    assert waiting.retry_after is not None
    assert waiting.retry_after < timedelta(minutes=2).total_seconds()


def test_a_month_has_so_many_calls_for_all_files_together(paced: Flask, town: Town) -> None:
    quick = replace(QUICKBOOKS.rate, interval=timedelta(milliseconds=1), per_month=10)
    one, other = (Turns(replace(QUICKBOOKS, rate=quick), f"quickbooks:{file}") for file in ("one", "other"))
    for turns in (one, other, one) * 3:
        turns.take()
    assert not one.is_nearly_used_up()
    end_reading()
    other.take()
    assert (one.used_this_month(), other.used_this_month(), other.used_today()) == (10, 10, 4)
    assert one.is_nearly_used_up()
    over = later_of(other)
    assert (over.code, "for this month" in over.sentence) == ("QUICKBOOKS-MONTH-BUDGET", True)
    assert over.retry_after is not None
    town.later(seconds=over.retry_after + 1)
    end_reading()
    one.take()
    assert other.used_this_month() == 1


@pytest.mark.parametrize(("is_shared", "limits"), [(True, 1), (False, 2)])
def test_a_limit_is_the_keys_or_the_files(is_shared: bool, limits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    provider: Provider = replace(QUICK, rate=replace(QUICK.rate, is_shared=is_shared))
    monkeypatch.setattr("link4web.connections.allowance.provider_of", lambda _: provider)
    files = [Connection(organisation_id=one, provider="myob", file_hmac=one.encode()) for one in ("a", "b")]
    assert len({Turns.of(file).key for file in files}) == limits
