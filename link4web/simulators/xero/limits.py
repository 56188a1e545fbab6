"""Xero's call limits with their real headers: five at once, 60 a minute, 5,000 a day, in fixed windows.

After Xero developer documentation, "OAuth 2.0 API limits". That the answer to a sixth call at once has no `Retry-After`
has been seen in practice and is documented nowhere.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from zlib import crc32

from link4web.simulators import clock
from link4web.simulators.ledger_controls import throttle_is_off
from link4web.simulators.state import state
from link4web.simulators.windows import Window
from link4web.simulators.xero.behaviour import NAME, SWITCHES
from link4web.simulators.xero.errors import ApiError

MINUTE, DAY = 60, 86_400
APP_MINUTE_LIMIT = 10_000


@dataclass
class Meter:
    """What one organisation has used."""

    shift: int
    minute: Window = field(init=False)
    day: Window = field(init=False)
    at_once: int = 0

    def __post_init__(self) -> None:
        self.minute = Window(MINUTE, self.shift % MINUTE)
        self.day = Window(DAY, self.shift % DAY)


class Limits:
    """Meters of all organisations; a restart forgets them."""

    def __init__(self) -> None:
        self._meters: dict[str, Meter] = {}
        self._app = Window(MINUTE)
        self._lock = threading.Lock()

    @contextmanager
    def place(self, tenant_id: str) -> Iterator[dict[str, str]]:
        """One call's place; gives the headers that every answer carries.

        Raises:
            ApiError: a limit is reached (429), with the headers that say which.
        """
        free = throttle_is_off(NAME)
        with self._lock:
            meter = self._meters.setdefault(tenant_id, Meter(crc32(tenant_id.encode())))
            self._turn(meter)
            if not free:
                self._refuse_if_full(meter)
                self._count(meter)
            meter.at_once += 1
            headers = self._headers(meter)
        try:
            yield headers
        finally:
            with self._lock:
                meter.at_once -= 1

    def clear(self) -> None:
        with self._lock:
            self._meters.clear()
            self._app = Window(MINUTE)

    def _turn(self, meter: Meter) -> None:
        now = clock.timestamp()
        for window in (meter.minute, meter.day, self._app):
            window.turn(now)

    def _count(self, meter: Meter) -> None:
        for window in (meter.minute, meter.day, self._app):
            window.used += 1

    def _refuse_if_full(self, meter: Meter) -> None:
        now, limit = clock.timestamp(), SWITCHES.values()
        if meter.at_once >= int(str(limit["concurrent_limit"])):
            wait = "1" if limit["concurrent_retry_after"] else ""
            raise self._refusal(meter, "concurrent", wait)
        if meter.day.used >= int(str(limit["day_limit"])):
            raise self._refusal(meter, "day", str(meter.day.seconds_left(now)))
        if meter.minute.used >= int(str(limit["minute_limit"])):
            raise self._refusal(meter, "minute", str(meter.minute.seconds_left(now)))
        if self._app.used >= APP_MINUTE_LIMIT:
            raise self._refusal(meter, "appminute", str(self._app.seconds_left(now)))

    def _refusal(self, meter: Meter, which: str, wait: str) -> ApiError:
        headers = {**self._headers(meter), "X-Rate-Limit-Problem": which}
        return ApiError(429, "", {**headers, "Retry-After": wait} if wait else headers)

    def _headers(self, meter: Meter) -> dict[str, str]:
        limit = SWITCHES.values()
        return {
            "X-DayLimit-Remaining": str(max(0, int(str(limit["day_limit"])) - meter.day.used)),
            "X-MinLimit-Remaining": str(max(0, int(str(limit["minute_limit"])) - meter.minute.used)),
            "X-AppMinLimit-Remaining": str(APP_MINUTE_LIMIT - self._app.used),
        }


def limits() -> Limits:
    """The meters of this application."""
    kept = state().memory.setdefault("xero limits", Limits())
    assert isinstance(kept, Limits)
    return kept
