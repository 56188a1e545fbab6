"""A small circuit breaker: a service that is down is left alone for a while, and pages don't wait for it."""

import threading

from link4web import clock
from link4web.http.failures import CircuitOpen

FAILURES_TO_OPEN = 5
REST_SECONDS = 20.0


class Breaker:
    """Opens after five failures in a row, rests for 20 seconds, then lets one call through to find out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None

    def enter(self) -> None:
        """Ask to make a call.

        Raises:
            CircuitOpen: not now.
        """
        with self._lock:
            if self._opened_at is None:
                return
            rested = clock.timestamp() - self._opened_at
            # a clock set back must not prolong the rest
            if 0 <= rested < REST_SECONDS:
                raise CircuitOpen(REST_SECONDS - rested)
            # half open: the others keep waiting while this call finds out
            self._opened_at = clock.timestamp()

    def succeeded(self) -> None:
        """The service answered: close."""
        with self._lock:
            self._failures, self._opened_at = 0, None

    def failed(self) -> None:
        """The service did not answer, or answered that it is broken."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                self._opened_at = clock.timestamp()
