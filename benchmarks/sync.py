"""Reading all contacts of a ledger from the simulator: our sync beside a plain loop over Xero's official client."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

import requests

from benchmarks.installation import install
from benchmarks.measure import medians
from benchmarks.results import Line, at_least, at_most
from link4web.simulators import server
from link4web.simulators.server import Running

SPEED_LIMIT, MEMORY_LIMIT = 3, 60
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Contacts:
    """How many contacts are read: by both, and by us again to see what memory grows by."""

    many: int
    few: int
    rounds: int


FULL, QUICK = Contacts(100_000, 1_000, 5), Contacts(3_000, 1_000, 3)


def beside_official_client(folder: Path, contacts: Contacts) -> list[Line]:
    """Goal 3: CPU time of a first sync beside the official client's loop, and memory beside that of a small sync."""
    numbers, peaks = count(), []
    with _ledger(folder / "few.db", contacts.few) as small, _ledger(folder / "many.db", contacts.many) as large:
        few = _blank(folder / "few", small)
        many = _blank(folder / "many", large)

        def read(way: str, blank: Path) -> dict[str, Any]:
            return _read(way, blank, folder / f"round{next(numbers)}")

        def ours() -> float:
            big, little = read("link4web", many), read("link4web", few)
            peaks.append(big["memory"] - little["memory"])
            return float(big["cpu"])

        peers = {"ours": ours, "official": lambda: float(read("official", many)["cpu"])}
        cost = medians(peers, contacts.rounds)
    growth = sorted(peaks)[len(peaks) // 2] / MEBIBYTE
    return [
        at_least(
            f"CPU of the official client's loop over {contacts.many:,} contacts, beside our sync",
            cost["official"] / cost["ours"],
            SPEED_LIMIT,
            detail=f"{cost['official']:.1f} s beside {cost['ours']:.1f} s",
        ),
        at_most(
            f"Memory at its peak, {contacts.many:,} contacts beside {contacts.few:,}: the difference",
            growth,
            MEMORY_LIMIT,
            unit="MiB",
        ),
    ]


@contextmanager
def _ledger(state: Path, contacts: int) -> Iterator[Running]:
    """A simulated Xero with so many contacts in its first organisation, and no limit on calls."""
    running = server.start(0, 0, state)
    try:
        _control(running, "seed", contacts=contacts, old=True)
        _control(running, "throttle", off=True)
        yield running
    finally:
        running.close()


def _control(running: Running, name: str, **wanted: object) -> dict[str, Any]:
    answer = requests.post(f"{running.base_url}/xero/_control/{name}", json=wanted, timeout=300)
    answer.raise_for_status()
    result: dict[str, Any] = answer.json()
    return result


def _blank(folder: Path, ledger: Running) -> Path:
    """An installation with a connection and no customers, and what a reader needs to know."""
    made = install(folder, simulators_port=ledger.port)
    kept = {name: value for name, value in asdict(made).items() if name != "folder"}
    # the way people sign in; both readers use the same tokens
    token = _control(ledger, "token")
    about = {"installation": kept, "token": token, "simulators": ledger.base_url}
    (folder / "sync.json").write_text(json.dumps(about))
    return folder


def _read(way: str, blank: Path, folder: Path) -> dict[str, Any]:
    """One sync into a copy of a blank installation, in a process of its own."""
    shutil.copytree(blank, folder)
    command = [sys.executable, "-m", "benchmarks.reader", way, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    shutil.rmtree(folder)
    if done.returncode:
        raise RuntimeError(f"reading with {way} failed:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
