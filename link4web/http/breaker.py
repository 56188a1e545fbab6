"""A small circuit breaker: a service that is down is left alone for a while, and pages don't wait for it."""

import threading

from link4web import clock
from link4web.http.failures import CircuitOpen

FAILURES_TO_OPEN = 5
REST_SECONDS = 20.0
PARTS_TO_SUSPECT_ALL = 3


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

    @property
    def is_open(self) -> bool:
        """Whether it is being left alone, or about to be tried again."""
        with self._lock:
            return self._opened_at is not None

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


class Breakers:
    """Those of one service: one for all of it, and one for each part that calls are about, such as a ledger file.

    A service may say that it is broken where it means one file, or not be done with it in time: then that file alone is
    left alone. Three different parts broken in a row, or nobody there at all, are troubles of the whole service. A call
    about no part has "".
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all = Breaker()
        self._parts: dict[str, Breaker] = {}
        self._broken: set[str] = set()  # parts since the last good answer

    def enter(self, part: str) -> None:
        """Ask to make a call.

        Raises:
            CircuitOpen: not now.
        """
        with self._lock:
            of_part = self._parts.get(part)
        if of_part:
            try:
                of_part.enter()
            except CircuitOpen as resting:
                raise CircuitOpen(resting.retry_after, of_part=not self._all.is_open) from None
        self._all.enter()

    def succeeded(self, part: str) -> None:
        """A good answer came, or one that says what is wrong with the question."""
        with self._lock:
            self._parts.pop(part, None)
            self._broken.clear()
        self._all.succeeded()

    def broken(self, part: str) -> None:
        """The service answered that it, or this part of it, is broken."""
        if part and self._is_among_few(part):
            self._of(part).failed()
            self._all.succeeded()  # it answers
        else:
            self.unreachable(part)

    def unreachable(self, part: str) -> None:
        """The service did not answer, or is broken as a whole."""
        if part:
            self._of(part).failed()
        self._all.failed()

    def _is_among_few(self, part: str) -> bool:
        with self._lock:
            self._broken.add(part)
            return len(self._broken) < PARTS_TO_SUSPECT_ALL

    def _of(self, part: str) -> Breaker:
        with self._lock:
            return self._parts.setdefault(part, Breaker())
