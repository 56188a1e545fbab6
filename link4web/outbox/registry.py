"""Which function brings about which kind of effect; `app.py` fills it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from link4web.outbox.queue import Job


class Outcome(Exception):
    """How a job ended, when it did not simply succeed. `code` is short and stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Later(Outcome):
    """Try again: at `at`, or after the usual pause. `counts` False when nothing went wrong (there is more to do)."""

    def __init__(self, code: str, *, at: datetime | None = None, counts: bool = True) -> None:
        super().__init__(code)
        self.at = at
        self.counts = counts


class GiveUp(Outcome):
    """It will never work."""


class Unknown(Outcome):
    """The outside world may or may not have taken it; never repeat it blindly (R-163)."""


Settle = Callable[["Job", str, str], None]


@dataclass(frozen=True)
class Handler:
    """`work` does the job; `settled(job, state, code)` is told inside the final transaction when it can't.

    `is_long`: it waits for an accounting system or takes long by itself, so nothing quick should wait behind it.
    """

    work: Callable[["Job"], None]
    settled: Settle | None = None
    lease_seconds: int = 60
    is_long: bool = False


_handlers: dict[str, Handler] = {}


def handles(
    kind: str,
    work: Callable[["Job"], None],
    *,
    settled: Settle | None = None,
    lease_seconds: int = 60,
    is_long: bool = False,
) -> None:
    """Register the handler for a kind of effect."""
    _handlers[kind] = Handler(work, settled, lease_seconds, is_long)


def handler(kind: str) -> Handler:
    return _handlers[kind]


def kinds() -> tuple[str, ...]:
    return tuple(_handlers)
