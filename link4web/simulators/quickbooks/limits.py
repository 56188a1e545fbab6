"""Intuit's limits: 500 a minute a company; 10 a second and 10 at once a company and app (Intuit, "REST API features",
limits and throttles)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from link4web.simulators import clock
from link4web.simulators.ledger_controls import throttle_is_off
from link4web.simulators.quickbooks.behaviour import NAME, SWITCHES
from link4web.simulators.quickbooks.errors import throttled
from link4web.simulators.state import state
from link4web.simulators.windows import Window

MINUTE = 60


@dataclass
class Meter:
    """What one company, or one company and app, has used."""

    minute: Window = field(default_factory=lambda: Window(MINUTE))
    second: Window = field(default_factory=lambda: Window(1))
    batches: Window = field(default_factory=lambda: Window(MINUTE))
    at_once: int = 0


class Limits:
    """Meters of all companies; a restart forgets them."""

    def __init__(self) -> None:
        self._companies: dict[str, Meter] = {}
        self._pairs: dict[tuple[str, str], Meter] = {}
        self._lock = threading.Lock()

    @contextmanager
    def place(self, realm: str, client_id: str, *, batch: bool) -> Iterator[None]:
        """One call's place.

        Raises:
            ApiError: a limit is reached (429).
        """
        free = throttle_is_off(NAME)
        with self._lock:
            company = self._companies.setdefault(realm, Meter())
            pair = self._pairs.setdefault((realm, client_id), Meter())
            if not free:
                self._count(company, pair, batch=batch)
            pair.at_once += 1
        try:
            yield
        finally:
            with self._lock:
                pair.at_once -= 1

    def clear(self) -> None:
        with self._lock:
            self._companies.clear()
            self._pairs.clear()

    def _count(self, company: Meter, pair: Meter, *, batch: bool) -> None:
        now, limit = clock.timestamp(), SWITCHES.values()
        used = [
            (company.minute, "minute_limit"),
            (pair.minute, "app_minute_limit"),
            (pair.second, "second_limit"),
            *([(pair.batches, "batch_limit")] if batch else []),
        ]
        for window, _ in used:
            window.turn(now)
        full = any(window.used >= int(str(limit[name])) for window, name in used)
        if full or pair.at_once >= int(str(limit["concurrent_limit"])):
            raise throttled(int(str(limit["retry_after"])))
        for window, _ in used:
            window.used += 1


def limits() -> Limits:
    """The meters of this application."""
    kept = state().memory.setdefault("quickbooks limits", Limits())
    assert isinstance(kept, Limits)
    return kept
