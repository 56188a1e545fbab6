"""One organisation's flood of work, and somebody else's few jobs behind it (R-055)."""

import statistics
import time
from collections.abc import Iterator

import pytest

from link4web import outbox
from link4web.database import writing
from link4web.outbox import registry
from tests.people import Town

KIND = "test.turns"
FLOOD, FEW = 10_000, 10
#: What a job costs here: enough to be the larger part of a wait.
WORK_SECONDS = 0.01


@pytest.fixture
def waits() -> Iterator[dict[str, list[float]]]:
    """When each organisation's jobs began."""
    begun: dict[str, list[float]] = {}

    def work(job: outbox.Job) -> None:
        begun.setdefault(str(job.organisation_id), []).append(time.monotonic())
        time.sleep(WORK_SECONDS)

    outbox.handles(KIND, work)
    yield begun
    registry._handlers.pop(KIND)


def p95(found: list[float]) -> float:
    return statistics.quantiles(found, n=20, method="inclusive")[-1]


def test_a_flood_keeps_nobody_waiting(town: Town, waits: dict[str, list[float]]) -> None:
    """R-055: ten jobs behind ten thousand of somebody else wait hardly longer than beside ten."""
    flooding, patient = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")

    def queue(person_id: str, name: str, many: int) -> None:
        with writing():
            rows: list[dict[str, object]] = [{"key": f"{name}{number}", "payload": {}} for number in range(many)]
            outbox.add_many(KIND, rows, organisation_id=person_id)

    def wait_of_few(name: str, flood: int) -> float:
        queue(flooding.organisation_id, f"{name}-flood", flood)
        queue(patient.organisation_id, f"{name}-few", FEW)
        began = time.monotonic()
        waits.clear()
        while len(waits.get(patient.organisation_id, [])) < FEW:
            outbox.drain(KIND, limit=50)
            assert time.monotonic() - began < 30
        return p95([begun - began for begun in waits[patient.organisation_id]])

    with town.app.app_context():
        usual = wait_of_few("calm", FEW)
        flooded = wait_of_few("storm", FLOOD)
    assert flooded < 2 * usual, (flooded, usual)
    assert len(waits[flooding.organisation_id]) < 100
