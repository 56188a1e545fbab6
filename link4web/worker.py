"""The loop at home: every kind of effect, drained in turn, until told to stop.

Across machines the same drains run as tasks.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog
from flask import Flask

from link4web import outbox
from link4web.outbox import registry

log = structlog.get_logger()
POLL_SECONDS = 0.5


class Worker:
    """Runs until `stop()`; jobs that have begun are finished first, or give themselves back at their next step.

    Long work (a sync) has a thread of its own, so that a mail never waits for it.
    """

    def __init__(self, app: Flask, *, long_kinds: frozenset[str], schedule: Callable[[], None]) -> None:
        self.app = app
        self.schedule = schedule
        kinds = registry.kinds()
        self.lanes = (
            tuple(kind for kind in kinds if kind not in long_kinds),
            tuple(kind for kind in kinds if kind in long_kinds),
        )
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        threads = [threading.Thread(target=self._loop, args=(lane,)) for lane in self.lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log.info("worker stopped")

    def stop(self) -> None:
        self._stopping.set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _loop(self, kinds: tuple[str, ...]) -> None:
        while not self._stopping.is_set():
            if not self._turn(kinds):
                self._stopping.wait(POLL_SECONDS)

    def _turn(self, kinds: tuple[str, ...]) -> int:
        """One round over the kinds; how many jobs ran. Trouble with the database is waited out, not died of."""
        done = 0
        try:
            with self.app.app_context():
                if kinds == self.lanes[0]:
                    self.schedule()
                due = outbox.due_kinds(kinds)
            for kind in due:
                if self._stopping.is_set():
                    break
                with self.app.app_context():
                    done += outbox.drain(kind, limit=20, stopping=self._stopping.is_set)
        except Exception:  # the loop outlives a database that is away for a moment
            log.exception("worker turn failed")
            self._stopping.wait(2.0)
        return done


def drain_all(app: Flask, *, rounds: int = 50) -> int:
    """Work off everything that is due, in this thread; for commands and tests."""
    total = 0
    for _ in range(rounds):
        done = 0
        with app.app_context():
            due = outbox.due_kinds(registry.kinds())
        for kind in due:
            with app.app_context():
                done += outbox.drain(kind)
        total += done
        if not done:
            break
    return total
