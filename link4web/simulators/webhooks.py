"""Webhooks of the simulated services: events are gathered, signed, posted in order, and tried again when refused.

A service says what happened with `happened` while it answers a request; once that answer is a good one, `publish` hands
the events to the service's `Post`, which works in a thread of its own. What waits there is forgotten by a restart.
"""

import base64
import hmac
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

import requests
from flask import Flask, current_app, g

from link4web.simulators import clock
from link4web.simulators.state import State, state

Event = dict[str, Any]
HOME_KEY = "home-webhook-key-for-the-simulator-only"
MOST_REMEMBERED = 200
MOST_EVENTS = 500  # in one body; no provider says how many it puts into one
MOST_WAIT = 0.2  # seconds between looks at the clock, which tests move


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How a service sends: `patience` is how long it waits for an answer, `pauses` the seconds before each new try.

    `render` makes the bodies of some gathered events; `settle` says how many seconds events are gathered. A service
    that `gives_up` after its last pause switches its target off; others repeat the last pause for ever. Where a
    service `confirms` a new target first, nothing is sent to it until then.
    """

    service: str
    header: str
    patience: float
    pauses: tuple[float, ...]
    gives_up: bool
    render: Callable[[list[Event]], list[bytes]]
    settle: Callable[[], float]
    confirms: Callable[[], bool] = lambda: False


@dataclass(kw_only=True)
class Delivery:
    body: bytes
    tries: int = 0
    due: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a service sends. `active` is false until the address is confirmed, or after too many failures."""

    url: str
    key: str
    active: bool = True


def target_of(service: str) -> Target | None:
    stored = state().store.setting("webhooks", service)
    return Target(**stored) if isinstance(stored, dict) else None


def set_target(service: str, target: Target | None) -> None:
    """Remember a target, apart from the service's own settings: a reset leaves it."""
    facts = None if target is None else {"url": target.url, "key": target.key, "active": target.active}
    state().store.set_setting("webhooks", service, facts)


def signature(key: str, body: bytes) -> str:
    """What both Xero and Intuit send: base64 of the HMAC-SHA256 over the raw bytes."""
    return base64.b64encode(hmac.new(key.encode(), body, sha256).digest()).decode()


def send(habits: Habits, url: str, body: bytes, signed: str) -> dict[str, Any]:
    """Post one body now; the facts of the answer (`status` 0 when there was none)."""
    began = time.perf_counter()
    headers = {"Content-Type": "application/json; charset=utf-8", habits.header: signed}
    try:
        answer = requests.post(url, data=body, headers=headers, timeout=habits.patience, allow_redirects=False)
        facts: dict[str, Any] = {"status": answer.status_code, "answer": answer.text[:200]}
        cookies = "Set-Cookie" in answer.headers
    except requests.RequestException as error:
        facts, cookies = {"status": 0, "answer": type(error).__name__}, False
    return {**facts, "set_cookie": cookies, "ms": int((time.perf_counter() - began) * 1000)}


class Post:
    """One service's events on their way, oldest first; a refused one holds back those behind it."""

    def __init__(self, app: Flask, habits: Habits) -> None:
        self._app, self._habits = app, habits
        self._gathered: list[Event] = []
        self._seal_at = 0.0
        self._waiting: deque[Delivery] = deque()
        self._history: deque[dict[str, Any]] = deque(maxlen=MOST_REMEMBERED)
        self._wake = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def tell(self, events: list[Event]) -> None:
        """Take events over; they leave together with what happens until they have settled."""
        settle = self._habits.settle()
        with self._wake:
            if not self._gathered:
                self._seal_at = time.monotonic() + settle
            self._gathered += events
            self._start()

    def hurry(self, seconds: float = 10.0) -> list[dict[str, Any]]:
        """Send everything that waits, each once more; the deliveries so far, newest last."""
        with self._wake:
            self._seal_at = 0.0
            for delivery in self._waiting:
                delivery.due = 0.0
            self._start()
            self._wake.wait_for(self._is_quiet, seconds)
            return list(self._history)

    def history(self) -> list[dict[str, Any]]:
        with self._wake:
            return list(self._history)

    def close(self) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread:
            self._thread.join(self._habits.patience + 1)

    def _is_quiet(self) -> bool:
        waits = bool(self._waiting) and self._waiting[0].due <= clock.timestamp()
        return not self._gathered and not waits

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _work(self) -> None:
        with self._app.app_context():
            while delivery := self._next():
                self._try(delivery)

    def _next(self) -> Delivery | None:
        """The first delivery once it is due; None when it is time to stop."""
        with self._wake:
            while not self._closing:
                self._seal()
                if self._waiting and self._waiting[0].due <= clock.timestamp():
                    return self._waiting[0]
                self._wake.notify_all()
                self._wake.wait(self._pause())
        return None

    def _pause(self) -> float | None:
        if self._gathered:
            return max(0.0, self._seal_at - time.monotonic())
        return MOST_WAIT if self._waiting else None

    def _seal(self) -> None:
        if self._gathered and time.monotonic() >= self._seal_at:
            events, self._gathered = self._gathered, []
            for start in range(0, len(events), MOST_EVENTS):
                bodies = self._habits.render(events[start : start + MOST_EVENTS])
                self._waiting.extend(Delivery(body=body) for body in bodies)

    def _try(self, delivery: Delivery) -> None:
        target = target_of(self._habits.service)
        if target is None or not target.active:
            with self._wake:
                self._waiting.clear()
            return
        facts = send(self._habits, target.url, delivery.body, signature(target.key, delivery.body))
        with self._wake:
            delivery.tries += 1
            self._history.append({"try": delivery.tries, **facts, "body": delivery.body.decode()})
            if 200 <= facts["status"] < 300:
                self._waiting.remove(delivery)
            elif not self._try_later(delivery):
                self._waiting.clear()
                set_target(self._habits.service, Target(url=target.url, key=target.key, active=False))

    def _try_later(self, delivery: Delivery) -> bool:
        pauses = self._habits.pauses
        if delivery.tries > len(pauses) and self._habits.gives_up:
            return False
        delivery.due = clock.timestamp() + pauses[min(delivery.tries, len(pauses)) - 1]
        return True


HABITS: dict[str, Habits] = {}


def post_of(service: str) -> Post:
    """The running post of a service."""
    posts = cast(dict[str, Post], state().memory.setdefault("webhooks", {}))
    if service not in posts:
        posts[service] = Post(cast(Any, current_app)._get_current_object(), HABITS[service])  # noqa: SLF001 (Flask's way)
    return posts[service]


def happened(service: str, event: Event) -> None:
    """Note an event of the request at hand."""
    g.setdefault("happened", []).append((service, event))


def publish() -> None:
    """Hand the request's events over to their services' posts; without a target they are lost, as in reality."""
    noted: dict[str, list[Event]] = {}
    for service, event in g.pop("happened", []):
        noted.setdefault(service, []).append(event)
    for service, events in noted.items():
        target = target_of(service)
        if target and target.active:
            post_of(service).tell(events)


def close(kept: State) -> None:
    """Stop all posts; what waits is dropped."""
    for post in cast(dict[str, Post], kept.memory.get("webhooks", {})).values():
        post.close()
