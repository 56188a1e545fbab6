"""`make run` as a person meets it: the supervisor with its real children, in a folder with a space in its name."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from link4web import providers
from link4web.simulators.server import Running
from link4web.supervisor.places import CHECKOUT
from link4web.supervisor.ports import any_free_port, check_ports
from tests.people import csrf_of
from tests.processes import runs

PATIENCE = 60.0


class Run:
    """One `python -m link4web.supervisor` and what it prints."""

    def __init__(self, folder: Path, **ports: int) -> None:
        self.folder = folder
        self.ports = {name: ports.get(name) or any_free_port() for name in ("PORT", "SIMULATORS_PORT", "SMTP_PORT")}
        self.printed = folder.parent / f"{folder.name} {self.ports['PORT']}.txt"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("LINK4WEB_")}
        environ |= {name: str(port) for name, port in self.ports.items()}
        environ["LINK4WEB_DATA_DIR"] = str(folder)
        command = [sys.executable, "-m", "link4web.supervisor"]
        with self.printed.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=out, stderr=subprocess.STDOUT)

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.ports['PORT']}"

    @property
    def simulators_url(self) -> str:
        return f"http://localhost:{self.ports['SIMULATORS_PORT']}"

    def said(self) -> str:
        return self.printed.read_text()

    def wait_for(self, words: str) -> None:
        wait_until(lambda: words in self.said() or self.process.poll() is not None)
        assert words in self.said(), self.said()

    def stop(self, signal_number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(signal_number)
        return self.process.wait(30)


Start = Callable[..., Run]


def wait_until(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    runs: list[Run] = []

    def start(**ports: int) -> Run:
        runs.append(Run(tmp_path / "two words", **ports))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.stop(signal.SIGTERM)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, text
    return match[1]


def status(address: str) -> int:
    try:
        return requests.get(address, timeout=5).status_code
    except requests.ConnectionError:
        return 0


def test_a_run_from_start_to_stop_and_once_more(start: Start) -> None:
    run = start()
    run.wait_for("Ctrl-C stops everything.")
    assert run.base_url in run.said()
    mailbox = found(r"(http://localhost:\d+/mail)", run.said())
    email = found(r"(\S+@\S+\.example)", run.said())
    password = found(r"\.example +(\S+)", run.said())
    assert status(mailbox) == 200
    signs_in(run.base_url, email, password)

    second = start()
    assert second.process.wait(PATIENCE) == 1
    assert "already runs with the data in" in second.said()
    assert "Traceback" not in second.said()

    systems_are_named(run)
    headers_move_nothing(run)
    webhooks_arrive(run)
    comes_back("gunicorn", "web", run, f"{run.base_url}/healthz")
    comes_back("simulators", "simulators", run, mailbox)
    webhooks_arrive(run)
    is_killed_with_all_it_started(run)

    again = start()
    again.wait_for("Ctrl-C stops everything.")
    signs_in(again.base_url, email, password)
    webhooks_arrive(again)
    assert again.stop() == 0
    assert "Stopped." in again.said()
    assert status(again.base_url) == 0
    assert status(f"{again.simulators_url}/mail") == 0


def signs_in(base_url: str, email: str, password: str) -> None:
    browser = requests.Session()
    form = browser.get(f"{base_url}/sign-in", timeout=10).text
    token = csrf_of(form)
    data = {"csrf_token": token, "email": email, "password": password}
    answer = browser.post(f"{base_url}/sign-in", data=data, timeout=10, allow_redirects=False)
    assert answer.status_code == 303, answer.text


def systems_are_named(run: Run) -> None:
    """Every accounting system has a line with an address that answers."""
    for provider in providers.ALL:
        assert status(found(rf"{provider.name} +(http://localhost:\d+/{provider.slug}) ", run.said())) == 200


def headers_move_nothing(run: Run) -> None:
    """What a proxy might say is believed from nobody while there is none (R-158)."""
    told = {"SCRIPT_NAME": "/evil", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    shown = requests.get(f"{run.base_url}/sign-in", headers=told, timeout=10)
    assert shown.status_code == 200
    assert "evil" not in shown.text


def webhooks_arrive(run: Run) -> None:
    """Each simulated service that has webhooks knows where this run is, and with which key to sign."""
    for provider in providers.ALL:
        if provider.has_webhooks:
            controls = f"{run.simulators_url}/{provider.slug}/_control"
            [target] = requests.get(f"{controls}/webhook", timeout=10).json()["targets"]
            assert target["url"] == f"{run.base_url}/webhooks/{provider.slug}"
            signed = requests.post(f"{controls}/notify", json={"body": {"events": []}}, timeout=10).json()
            wrong = requests.post(f"{controls}/notify", json={"body": {}, "key": "wrong"}, timeout=10).json()
            assert (signed["status"], wrong["status"]) == (200, 401)


def comes_back(program: str, name: str, run: Run, address: str) -> None:
    killed = next(pid for pid, what in children(run.process.pid).items() if program in what)
    os.kill(killed, signal.SIGKILL)
    run.wait_for(f"The {name} {'program' if name == 'simulators' else 'process'} ended (by signal SIGKILL); starting")
    wait_until(lambda: status(address) == 200)


def is_killed_with_all_it_started(run: Run) -> None:
    """Nothing outlives the supervisor, although SIGKILL leaves it no time to stop anything."""
    started = children(run.process.pid)
    started |= {pid: what for child in started for pid, what in children(child).items()}
    assert len(started) >= 4, started  # web with its worker, worker, simulators
    run.process.kill()
    run.process.wait(PATIENCE)
    wait_until(lambda: not any(map(runs, started)))
    check_ports(run.ports)


def children(of: int) -> dict[int, str]:
    """The command of each process that `of` has started and that still does something, by its id."""
    asked = ["ps", "-eww", "-o", "pid,ppid,stat,args"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()[1:]]
    return {int(pid): what for pid, parent, state, what in rows if int(parent) == of and "Z" not in state}


def test_a_taken_port_is_a_sentence(start: Start, simulators: Running) -> None:
    run = start(PORT=simulators.port)
    assert run.process.wait(PATIENCE) == 1
    assert run.said().startswith(f"Port {simulators.port} is taken by another program.\nTry: make run PORT=")


def test_stopping_while_it_starts(start: Start) -> None:
    run = start()
    run.wait_for("Starting Link4web")
    assert run.stop(signal.SIGTERM) == 0
    assert "Traceback" not in run.said()
