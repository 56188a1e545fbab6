"""Start programs of the checkout with a test's environment; whatever still runs at the end is killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent


class Programs:
    """Programs of one test. `log` is where they write what is not read from a pipe."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LINK4WEB_")}
        self.environment = inherited | environment
        self.log = log
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *module: str, pipe: bool = False) -> subprocess.Popen[bytes]:
        """`python -m` these words; `pipe` when the test reads what the program says."""
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else log,
                stderr=log,
            )
        self._started.append(started)
        return started

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("flask", "--app", "wsgi", "worker")

    def said(self) -> str:
        """The end of what they wrote, for a failed assertion."""
        return self.log.read_text(errors="replace")[-4000:]

    def close(self) -> None:
        for one in self._started:
            kill(one)
            if one.stdout:
                one.stdout.close()


@contextmanager
def programs(environment: dict[str, str], folder: Path) -> Iterator[Programs]:
    started = Programs(environment, folder / "programs.log")
    try:
        yield started
    finally:
        started.close()


def kill(program: subprocess.Popen[bytes]) -> None:
    """SIGKILL, which no program can prepare for, and wait until it is gone."""
    program.kill()
    program.wait(30)
