"""A job's turns at the provider's limit, which keep its lease and notice that the worker stops.

Both at calls, not at pages: a slow ledger may need many calls for one page.
"""

from datetime import timedelta

from link4web import clock, outbox
from link4web.outbox import Job, Later
from link4web.providers.base.provider import Allowance


class Heartbeat:
    """The allowance `turns` for `job`, whose lease of so many `seconds` is renewed before a quarter of it is over.

    A call takes 20 seconds at most, so no lease runs out under it.
    """

    def __init__(self, turns: Allowance, job: Job, seconds: float) -> None:
        self._turns = turns
        self._job = job
        self._seconds = seconds
        self._renewed_at = clock.now()

    def take(self) -> None:
        """Wait for the turn of one call.

        Raises:
            TryAgainLater: as that of `turns`.
            LeaseLost: somebody else has the job now.
            Later: the worker stops, and whoever takes the job next goes on after the last page.
        """
        self._end_with_worker()
        self._turns.take()
        self._end_with_worker()
        if clock.now() - self._renewed_at > timedelta(seconds=self._seconds / 4):
            outbox.postpone(self._job, self._seconds)
            self._renewed_at = clock.now()

    def _end_with_worker(self) -> None:
        if self._job.is_stopping():
            raise Later("STOPPING", at=clock.now(), counts=False)

    def hold(self, seconds: float) -> None:
        """Nobody who shares the limit calls for so long."""
        self._turns.hold(seconds)

    def note_left(self, calls: int) -> None:
        """So many calls are left of the day, the provider says."""
        self._turns.note_left(calls)
