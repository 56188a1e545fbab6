"""The processes of a site, begun from one that has imported everything: most of a site's start is reading its code.

What `make run` starts is the same program with the same arguments, folder, environment, leash and signals; only its
interpreter is a fork of a warm one. That a cold start works is seen by the tests of `make run`.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO

from link4web.supervisor import leash
from link4web.supervisor.child import Child
from link4web.supervisor.crew import Crew

READ_BEFORE = ["link4web.app", "link4web.cli", "link4web.simulators.server", "gunicorn.app.wsgiapp", "flask.cli"]
READ_BEFORE += ["gunicorn.workers.gthread"]
forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(READ_BEFORE)


class Forked:
    """As much of `subprocess.Popen` as a `Child` uses."""

    def __init__(self, arguments: Sequence[str], log: str, folder: Path, environ: Mapping[str, str]) -> None:
        held, self.stdin = forking.Pipe(duplex=False)
        told = (list(arguments), log, str(folder), dict(environ), held)
        self._process = forking.Process(target=_become, args=told, daemon=True)
        self._process.start()
        held.close()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a part of the site", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)


class WarmChild(Child):
    """A child of the warm process."""

    def _begin(self, log: BinaryIO) -> Any:
        return Forked(self._command[1:], log.name, self._folder, self._environ)


class WarmCrew(Crew):
    """A crew of warm children."""

    child = WarmChild


def _become(arguments: list[str], log: str, folder: str, environ: dict[str, str], held: Connection) -> None:
    """Be `python leash.py …` from here on."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    os.dup2(held.fileno(), leash.LEASH)
    held.close()
    out = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(out, sys.stdout.fileno())
    os.dup2(out, sys.stderr.fileno())
    os.close(out)
    sys.argv = list(arguments)
    sys.path.insert(0, "")  # what leash.py takes for its own folder
    leash.main()
