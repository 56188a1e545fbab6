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

from link4web.simulators.server import Running
from link4web.supervisor.places import CHECKOUT
from link4web.supervisor.ports import any_free_port
from tests.people import csrf_of

PATIENCE = 60.0


class Run:
    """One `python -m link4web.supervisor` and what it prints."""

    def __init__(self, folder: Path, **ports: int) -> None:
        self.folder = folder
        self.ports = {name: ports.get(name) or any_free_port() for name in ("PORT", "SIMULATORS_PORT", "SMTP_PORT")}
        self.printed = folder.parent / f"{folder.name}.txt"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("LINK4WEB_")}
        environ |= {name: str(port) for name, port in self.ports.items()}
        environ["LINK4WEB_DATA_DIR"] = str(folder)
        command = [sys.executable, "-m", "link4web.supervisor"]
        with self.printed.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=out, stderr=subprocess.STDOUT)

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.ports['PORT']}"

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

    web_dies_and_comes_back(run)
    assert run.stop() == 0
    assert "Stopped." in run.said()
    assert status(run.base_url) == 0
    assert status(mailbox) == 0

    again = start(**run.ports)
    again.wait_for("Ctrl-C stops everything.")
    signs_in(again.base_url, email, password)
    assert again.stop(signal.SIGTERM) == 0


def signs_in(base_url: str, email: str, password: str) -> None:
    browser = requests.Session()
    form = browser.get(f"{base_url}/sign-in", timeout=10).text
    token = csrf_of(form)
    data = {"csrf_token": token, "email": email, "password": password}
    answer = browser.post(f"{base_url}/sign-in", data=data, timeout=10, allow_redirects=False)
    assert answer.status_code == 303, answer.text


def web_dies_and_comes_back(run: Run) -> None:
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    mine = [line.split(None, 2) for line in listed.splitlines()]
    web = next(int(pid) for pid, parent, what in mine if parent == str(run.process.pid) and "gunicorn" in what)
    os.kill(web, signal.SIGKILL)
    run.wait_for("The web process ended (by signal SIGKILL); starting it again.")
    wait_until(lambda: status(f"{run.base_url}/healthz") == 200)


def test_a_taken_port_is_a_sentence(start: Start, simulators: Running) -> None:
    run = start(PORT=simulators.port)
    assert run.process.wait(PATIENCE) == 1
    assert run.said().startswith(f"Port {simulators.port} is taken by another program.\nTry: make run PORT=")


def test_stopping_while_it_starts(start: Start) -> None:
    run = start()
    run.wait_for("Starting Link4web")
    assert run.stop() == 0
    assert "Traceback" not in run.said()
