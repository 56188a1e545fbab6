"""ApiError on request: the next N answers of a service fail in a chosen way."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Response, g

KINDS = ("status", "html", "reset", "half", "slow", "trickle")
TRICKLE_SECONDS, TRICKLE_EVERY = 120, 0.2
HTML = "<!doctype html><title>Bad gateway</title><h1>502 Bad gateway</h1><p>The server is having a bad day.</p>"


@dataclass(kw_only=True)
class Fault:
    """`count` answers whose path starts with `path` (below the service, any case) and whose method fits.

    Kinds: `status` (answer `status` with `body`), `html` (an HTML page with `status`), `reset` (the connection is cut
    before anything is said), `half` (cut in the middle of the real answer), `slow` (the real answer after `delay`
    seconds), `trickle` (two minutes of blanks, one after the other). `delay` may be added to every kind.
    """

    kind: str = "status"
    count: int = 1
    status: int = 503
    body: str = ""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    path: str = ""
    method: str = ""

    def fits(self, method: str, path: str) -> bool:
        return path.lower().startswith(self.path.lower()) and self.method.upper() in ("", method.upper())

    def answer(self) -> Response | None:
        """The failing answer, or None when the real one is wanted (late, or cut in half)."""
        if self.delay:
            time.sleep(self.delay)
        if self.kind in ("reset", "half"):
            g.cut = self.kind
        if self.kind in ("slow", "half"):
            return None
        if self.kind == "trickle":
            return Response(_blanks(), content_type="application/json")
        body = HTML if self.kind == "html" and not self.body else self.body
        looks_like_json = body.lstrip().startswith(("{", "["))
        default = "text/html" if self.kind == "html" else "application/json" if looks_like_json else "text/plain"
        response = Response(body, self.status, content_type=self.content_type or f"{default}; charset=utf-8")
        response.headers.update(self.headers)
        return response


def _blanks() -> Iterator[bytes]:
    for _ in range(round(TRICKLE_SECONDS / TRICKLE_EVERY)):
        yield b" "
        time.sleep(TRICKLE_EVERY)


class Faults:
    """The faults waiting for each service, first come first served."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()

    def add(self, service: str, fault: Fault) -> None:
        with self._lock:
            self._waiting.setdefault(service, []).append(fault)

    def take(self, service: str, method: str, path: str) -> Fault | None:
        """The fault that hits this request, counted down."""
        with self._lock:
            waiting = self._waiting.get(service, [])
            fault = next((one for one in waiting if one.fits(method, path)), None)
            if fault is not None:
                fault.count -= 1
                if fault.count <= 0:
                    waiting.remove(fault)
            return fault

    def clear(self, service: str) -> None:
        with self._lock:
            self._waiting.pop(service, None)
