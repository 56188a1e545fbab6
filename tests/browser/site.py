"""Link4web as a person meets it: web server, worker and simulators as processes, the way `make run` has them."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from link4web.supervisor.child import Child
from link4web.supervisor.places import CHECKOUT, Places
from link4web.supervisor.ports import any_free_port
from tests.browser.warm import WarmCrew

PATIENCE = 60.0


class Site:
    """Started by `start()`; `base_url` is where its pages are, `mailbox_url` where its mails arrive.

    Args:
        folder: holds a copy of what `make_demo_data` makes.
        undo_seconds: how long invitations wait before they leave.
        environ: more of the environment.
    """

    def __init__(self, folder: Path, *, undo_seconds: int = 4, environ: Mapping[str, str] | None = None) -> None:
        places = free_places(folder)
        self.base_url = f"http://localhost:{places.port}"
        self.simulators_url = f"http://localhost:{places.simulators_port}"
        self.mailbox_url = f"{self.simulators_url}/mail"
        inherited = {**_environ(), "LINK4WEB_UNDO_SECONDS": str(undo_seconds), **(environ or {})}
        crew = WarmCrew(places, inherited)
        self._for_commands = places.environ(inherited)
        self._simulators = crew.simulators()
        self._children = (crew.web(), crew.worker())

    def start(self) -> None:
        for child in (self._simulators, *self._children):
            child.start()
        for child in (self._simulators, *self._children):
            wait_for(child)

    def close(self) -> None:
        stop(*self._children)
        stop(self._simulators)

    def control(self, service: str, what: str, **wanted: Any) -> dict[str, Any]:
        """Use one of a simulator's controls; its answer."""
        answer = requests.post(f"{self.simulators_url}/{service}/_control/{what}", json=wanted, timeout=10)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said

    def command(self, *arguments: str) -> str:
        """Run one of our commands beside the site, as its operator; what it says."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        run = subprocess.run(
            command, cwd=CHECKOUT, env=self._for_commands, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    def troubles(self) -> str:
        """The last errors that web and worker have written, each cut to a readable length."""
        said = "\n".join(child.output() for child in self._children).splitlines()
        return "\n".join(line[:200] + " … " + line[-600:] for line in said if "'error'" in line or "Error" in line)[
            -3000:
        ]


def free_places(folder: Path) -> Places:
    """Ports that nobody uses."""
    ports = [any_free_port() for _ in range(3)]
    return Places(port=ports[0], simulators_port=ports[1], smtp_port=ports[2], data_dir=folder)


def wait_for(child: Child) -> None:
    """Until it answers."""
    until = time.monotonic() + PATIENCE
    while not child.answers():
        assert child.ended() is None, child.output()
        assert time.monotonic() < until, f"{child.name} does not answer"
        time.sleep(0.05)


def stop(*children: Child) -> None:
    """Ask them to end, and end what does not."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait(time.monotonic() + 20)
        child.kill()


def make_demo_data(folder: Path) -> None:
    """Put the demo people into the migrated database of this folder, and the simulators' demo data beside it."""
    crew = WarmCrew(free_places(folder), _environ())
    simulators, seeding = crew.simulators(), crew.seeding()
    simulators.start()
    wait_for(simulators)
    seeding.start()
    assert seeding.wait(time.monotonic() + PATIENCE), "seeding takes too long"
    assert seeding.ended() == 0, seeding.output()
    stop(simulators)


def _environ() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LINK4WEB_")}
    return inherited | {"LINK4WEB_LIGHT_PASSWORDS": "1", "LINK4WEB_PACE_CALLS": "0"}
