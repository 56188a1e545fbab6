"""Link4web as a person meets it: the web server and the worker as processes of their own, beside the simulators."""

import os
import time
from pathlib import Path

from link4web.simulators.server import Running
from link4web.supervisor.child import Child
from link4web.supervisor.crew import Crew
from link4web.supervisor.places import Places
from link4web.supervisor.ports import any_free_port

PATIENCE = 60.0
UNDO_SECONDS = 4


class Site:
    """Started by `start()`; `base_url` is where its pages are, `mailbox_url` where its mails arrive."""

    def __init__(self, simulators: Running, folder: Path) -> None:
        self.simulators = simulators
        places = Places(
            port=any_free_port(),
            simulators_port=simulators.port,
            smtp_port=simulators.smtp_port,
            data_dir=folder,
        )
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LINK4WEB_")}
        inherited |= {"LINK4WEB_UNDO_SECONDS": str(UNDO_SECONDS), "LINK4WEB_LIGHT_PASSWORDS": "1"}
        self.base_url = f"http://localhost:{places.port}"
        self.mailbox_url = f"{simulators.base_url}/mail"
        crew = Crew(places, inherited)
        self._tasks = (crew.migration(), crew.seeding())
        self._children = (crew.web(), crew.worker())

    def start(self) -> None:
        for task in self._tasks:
            task.start()
            assert task.wait(time.monotonic() + PATIENCE), f"{task.name} takes too long"
            assert task.ended() == 0, task.output()
        for child in self._children:
            child.start()
        for child in self._children:
            _wait_for(child)

    def close(self) -> None:
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.wait(time.monotonic() + 20)
            child.kill()

    def troubles(self) -> str:
        """The last errors that web and worker have written, each cut to a readable length."""
        said = "\n".join(child.output() for child in self._children).splitlines()
        return "\n".join(line[:300] + " … " + line[-300:] for line in said if "'error'" in line or "Error" in line)[
            -3000:
        ]


def _wait_for(child: Child) -> None:
    until = time.monotonic() + PATIENCE
    while not child.answers():
        assert child.ended() is None, child.output()
        assert time.monotonic() < until, f"{child.name} does not answer"
        time.sleep(0.1)
