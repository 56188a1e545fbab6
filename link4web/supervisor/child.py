"""One process that belongs to a run."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from link4web.supervisor import leash

LARGEST_LOG = 5 * 1024 * 1024


class Child:
    """`python -m <arguments>`, with its output in a log file.

    It gets a process group of its own: Ctrl-C reaches the supervisor alone, which then stops its children in order.
    And it is on a leash: should the supervisor itself be killed, it stops.

    Args:
        answers: whether it does its work now; asked until it says yes.
        stop_signal: what it understands as "finish what you have begun and end".
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        environ: Mapping[str, str],
        folder: Path,
        log: Path,
        answers: Callable[[], bool] = lambda: True,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self.answers = answers
        self._stop_signal = stop_signal
        self._command = [sys.executable, leash.__file__, *arguments]
        self._environ = dict(environ)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._log_began = 0
        self._restarts: deque[float] = deque(maxlen=100)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._log_began = log.tell()
            self._process = self._begin(log)

    def _begin(self, log: BinaryIO) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 (our own interpreter and our own arguments)
            self._command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env=self._environ,
            start_new_session=True,
        )

    def restart(self) -> None:
        """Start it again after it ended by itself; what it left behind goes first."""
        self.kill()
        self._restarts.append(time.monotonic())
        self.start()

    def restarts_within(self, seconds: float) -> int:
        return sum(at > time.monotonic() - seconds for at in self._restarts)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def ended(self) -> int | None:
        """Its exit status once it has ended (negative: the signal that ended it); None while it runs."""
        if self._process is None:
            return 0
        status = self._process.poll()
        if status is not None:
            self._drop_leash()
        return status

    def _drop_leash(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def ask_to_stop(self) -> None:
        if self._process and self.ended() is None:
            self._process.send_signal(self._stop_signal)

    def wait(self, until: float) -> bool:
        """Wait for its end up to a moment of the monotonic clock; whether it has ended."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        self._drop_leash()
        return True

    def kill(self) -> None:
        """End it and everything it started, at once."""
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._drop_leash()

    def last_words(self, lines: int = 12) -> str:
        """The end of what it has written since it was started, indented."""
        with self.log.open("rb") as log:
            log.seek(self._log_began)
            said = log.read()[-20_000:].decode("utf-8", "replace").splitlines()
        return "\n".join(f"    {line}" for line in said[-lines:])

    def output(self) -> str:
        """All it has written since it was started."""
        with self.log.open("rb") as log:
            log.seek(self._log_began)
            return log.read().decode("utf-8", "replace")
