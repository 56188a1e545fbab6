"""A hundred thousand customers of each ledger are here once each, whatever happens during the walk (R-168)."""

import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from link4web.customers.sync import LEASE_SECONDS
from link4web.simulators.server import Running
from link4web.supervisor.ports import any_free_port
from tests.large_ledgers import Copy, LargeLedger, each, everywhere
from tests.ledger import simulators
from tests.people import Person, Town
from tests.soak.programs import Programs, kill, programs

__all__ = ["simulators"]
CUSTOMERS, CHANGES = 100_000, 50
BUSY_PAGES = (2, 50, 90)
KILLED_AT_PAGES = (1, 12, 37, 60, 75, 90, 101)
PATIENCE = 900.0


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """With an address at which a web server can be reached."""
    return environment | {"LINK4WEB_BASE_URL": f"http://localhost:{any_free_port()}"}


@pytest.fixture
def started(environment: dict[str, str], tmp_path: Path) -> Iterator[Programs]:
    with programs(environment, tmp_path) as running:
        yield running


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


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Show what was measured even when the test passes."""

    def show(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}", flush=True)

    return show


def until(true: Callable[[], bool], program: subprocess.Popen[bytes], seconds: float = PATIENCE) -> None:
    """Wait while the program runs."""
    end = time.monotonic() + seconds
    while not true():
        assert program.poll() is None, f"the program ended with {program.returncode}"
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.2)


def peak_memory(program: subprocess.Popen[bytes]) -> int:
    """In MiB, where the system says it."""
    status = Path(f"/proc/{program.pid}/status")
    said = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in said if line.startswith("VmHWM")), 0)


@everywhere
def test_people_work_there_while_it_is_read(
    copy: Copy, ledger: LargeLedger, started: Programs, say: Callable[[str], None]
) -> None:
    ledger.before_page(lambda page: ledger.work(page) if page in BUSY_PAGES else None)
    began = time.monotonic()
    worker = started.worker()
    until(lambda: copy.row().sync_state in ("idle", "failed"), worker)
    seconds, row = time.monotonic() - began, copy.row()
    assert (row.sync_state, row.sync_error) == ("idle", ""), started.said()
    say(
        f"{ledger.provider.slug}: {row.last_new:,} customers in {seconds:.0f} s, {ledger.pages} pages,"
        f" at most {peak_memory(worker)} MiB"
    )
    copy.check_against(ledger)
    check_news(copy, ledger, started, worker)


def check_news(copy: Copy, ledger: LargeLedger, started: Programs, worker: subprocess.Popen[bytes]) -> None:
    """Fifty changes over there are fifty changes here, though nobody asks for them."""
    if ledger.provider.has_webhooks:
        base_url = str(copy.town.app.config["BASE_URL"])
        web = started.start("gunicorn", f"--bind=127.0.0.1:{base_url.rpartition(':')[2]}", "--threads=4", "wsgi:app")
        until(lambda: is_up(base_url), web, 60)
        ledger.tell_webhooks(copy.town, base_url)
    for one in copy.to_change(ledger, CHANGES):
        ledger.change(one)
    if not ledger.provider.has_webhooks:
        copy.person.get(f"/{ledger.provider.slug}/{copy.connection}/customers")
        copy.town.later(minutes=6)
    until(lambda: copy.has_changes_of(ledger), worker, 90)
    until(lambda: copy.row().sync_state == "idle", worker, 90)
    copy.check_against(ledger)


def is_up(base_url: str) -> bool:
    try:
        return requests.get(f"{base_url}/readyz", timeout=5).ok
    except requests.ConnectionError:
        return False


@each
def test_the_worker_is_killed_again_and_again(
    copy: Copy, ledger: LargeLedger, started: Programs, say: Callable[[str], None]
) -> None:
    dice, running, died_at = random.Random(168), [started.worker()], []

    def disturb(page: int) -> None:
        if page in BUSY_PAGES:
            ledger.work(page)
        if page in KILLED_AT_PAGES:
            # while it waits for the page, or somewhere in what it makes of it
            threading.Timer(dice.uniform(0, 0.15), running[-1].kill).start()

    ledger.before_page(disturb)
    end = time.monotonic() + PATIENCE
    while copy.row().sync_state not in ("idle", "failed"):
        assert time.monotonic() < end, started.said()
        if running[-1].poll() is not None:
            row = copy.row()
            died_at.append((row.sync_phase, row.sync_page))
            copy.town.later(seconds=LEASE_SECONDS + 1)
            running.append(started.worker())
        time.sleep(0.2)
    row = copy.row()
    say(f"{ledger.provider.slug}: killed in {', '.join(f'{phase} {page}' for phase, page in died_at)}")
    assert (row.sync_state, row.sync_error) == ("idle", ""), started.said()
    # the last one may come too late
    assert len(died_at) >= len(KILLED_AT_PAGES) - 1
    pages = [page for phase, page in died_at if phase == "walk"]
    assert pages == sorted(pages), "a page that was committed is not read again"
    kill(running[-1])
    copy.check_against(ledger)
