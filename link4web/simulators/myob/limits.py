"""MYOB's limits: so many calls a second and a day for one key, all its businesses together.

The numbers are those that MYOB's staff name in its community forum ("API v2 rate limits"); its documentation has only
the answers to one call too many.
"""

import threading
from dataclasses import dataclass, field

from link4web.simulators import clock
from link4web.simulators.ledger_controls import throttle_is_off
from link4web.simulators.myob.behaviour import NAME, SWITCHES
from link4web.simulators.myob.errors import over_limit
from link4web.simulators.state import state
from link4web.simulators.windows import Window

SECOND, DAY = 1, 86_400


@dataclass
class Meter:
    """What one key has used."""

    second: Window = field(default_factory=lambda: Window(SECOND))
    day: Window = field(default_factory=lambda: Window(DAY))


class Limits:
    """Meters of all keys; a restart forgets them."""

    def __init__(self) -> None:
        self._meters: dict[str, Meter] = {}
        self._lock = threading.Lock()

    def count(self, client_id: str) -> None:
        """Count one call.

        Raises:
            ApiError: a limit is reached; no header says how long to wait.
        """
        if throttle_is_off(NAME):
            return
        most_a_second, most_a_day = SWITCHES["second_limit"], SWITCHES["day_limit"]
        with self._lock:
            meter, now = self._meters.setdefault(client_id, Meter()), clock.timestamp()
            meter.second.turn(now)
            meter.day.turn(now)
            if meter.day.used >= most_a_day:
                raise over_limit("daily")
            if meter.second.used >= most_a_second:
                raise over_limit("per-second")
            meter.second.used += 1
            meter.day.used += 1

    def clear(self) -> None:
        with self._lock:
            self._meters.clear()


def limits() -> Limits:
    """The meters of this application."""
    kept = state().memory.setdefault("myob limits", Limits())
    assert isinstance(kept, Limits)
    return kept
