"""A ledger of some thousand customers is complete here, once each, whatever happens during the walk.

`tests/soak/test_sync_kill.py` does the same with a hundred thousand.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import abort

from link4web.schedule import run_schedule
from link4web.simulators.server import Running
from link4web.supervisor.places import CHECKOUT
from tests.large_ledgers import Copy, LargeLedger, deleting, each, everywhere
from tests.ledger import simulators
from tests.people import Person, Town
from tests.processes import serving

__all__ = ["simulators"]
CUSTOMERS, DEATHS, CHANGES = 2_100, 5, 50


@pytest.fixture
def ledger(
    request: pytest.FixtureRequest, simulators: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> LargeLedger:
    monkeypatch.setenv("LINK4WEB_TEST_CLOCK", str(tmp_path / "clock"))  # time passes over there as well
    large = LargeLedger(request.param, simulators)
    large.seed(CUSTOMERS)
    return large


@pytest.fixture
def copy(town: Town, owner: Person, ledger: LargeLedger) -> Copy:
    """Connected, and not read yet."""
    return Copy(town, owner, owner.connect(ledger.provider.slug))


@everywhere
def test_complete_and_once_each_while_people_work_there(copy: Copy, ledger: LargeLedger) -> None:
    ledger.before_page(lambda page: ledger.work(page) if page in (2, 3) else None)
    copy.town.work()
    assert (copy.row().sync_state, copy.row().sync_error) == ("idle", "")
    copy.check_against(ledger)

    with serving(copy.town.app) as base_url:
        ledger.tell_webhooks(copy.town, base_url)
        for one in copy.to_change(ledger, CHANGES):
            ledger.change(one)
        arrive(copy, ledger)
    assert copy.changed_by_last_sync() == CHANGES
    copy.check_against(ledger)


@deleting
def test_complete_though_more_than_a_page_vanished_while_the_walk_was_paused(copy: Copy, ledger: LargeLedger) -> None:
    def pause(page: int) -> None:
        if page == 3:
            ledger.vanish(ledger.ids()[100:1500])
            abort(503)

    ledger.before_page(pause)
    copy.town.work()
    assert copy.row().sync_state == "waiting"
    copy.town.later(minutes=2)
    copy.town.work()
    copy.check_against(ledger)
    assert copy.row().sync_seen <= CUSTOMERS


@each
def test_complete_and_once_each_however_often_the_worker_is_killed(
    copy: Copy, ledger: LargeLedger, environment: dict[str, str]
) -> None:
    """R-168."""
    ledger.before_page(lambda page: ledger.work(page) if page in (2, 3) else None)
    command = [sys.executable, "-m", "tests.integration.mortal_reader", str(DEATHS)]
    deaths = subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **environment}, timeout=120, check=False)
    assert deaths.returncode == DEATHS, "killed in the middle, not after it"
    assert (copy.row().sync_state, copy.row().sync_error) == ("idle", "")
    copy.check_against(ledger)


def arrive(copy: Copy, ledger: LargeLedger) -> None:
    """What has changed arrives without anybody asking for it: told by a webhook, or found by the next look."""
    if ledger.provider.has_webhooks:
        ledger.simulator.control("deliver")
    else:
        copy.person.get(f"/{ledger.provider.slug}/{copy.connection}/customers")
        copy.town.later(minutes=6)
        with copy.town.app.app_context():
            run_schedule()
    for _ in range(2):
        copy.town.later(seconds=10)
        copy.town.work()
