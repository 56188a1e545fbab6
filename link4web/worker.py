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
#: So many jobs that wait for an accounting system, or take long, run side by side.
LONG_AT_ONCE = 3


class Worker:
    """Runs until `stop()`; jobs that have begun are finished first, or give themselves back at their next step.

    What waits for an accounting system, or takes long by itself, has threads of its own: no mail waits for it, and a
    system that answers slowly keeps nobody else's work waiting while one of these threads is free. Each takes one job
    at a time, since what it had claimed beside it would wait with it.
    """

    def __init__(self, app: Flask, *, schedule: Callable[[], None]) -> None:
        self.app = app
        self.schedule = schedule
        kinds = registry.kinds()
        self.lanes = tuple(
            tuple(kind for kind in kinds if registry.handler(kind).is_long is is_long) for is_long in (False, True)
        )
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until `stop()`."""
        short, long = self.lanes
        threads = [threading.Thread(target=self._loop, args=(lane,)) for lane in (short, *[long] * LONG_AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log.info("worker stopped")

    def stop(self) -> None:
        self._stopping.set()

    def stop_at_signals(self) -> None:
        """Stop at SIGTERM and SIGINT; call it in the main thread."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _loop(self, kinds: tuple[str, ...]) -> None:
        while not self._stopping.is_set():
            if not self._turn(kinds):
                self._stopping.wait(POLL_SECONDS)

    def _turn(self, kinds: tuple[str, ...]) -> int:
        """One round over the kinds; how many jobs ran. Trouble with the database is waited out, not died of."""
        done, is_short = 0, kinds == self.lanes[0]
        try:
            with self.app.app_context():
                if is_short:
                    self.schedule()
                due = outbox.due_kinds(kinds)
            for kind in due:
                if self._stopping.is_set():
                    break
                with self.app.app_context():
                    done += outbox.drain(kind, limit=20 if is_short else 1, stopping=self._stopping.is_set)
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
