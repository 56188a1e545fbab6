"""Jobs that take their worker with them: they end, and what was claimed beside them runs."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from link4web import outbox
from link4web.database import db, writing
from link4web.outbox.models import OutboxRow
from link4web.supervisor.places import CHECKOUT
from tests.integration.mortal_worker import KIND
from tests.people import Town

INNOCENT = [f"innocent{number}" for number in range(18)]
ATTEMPTS = 4


def test_killed_workers_cost_only_the_row_that_kills(town: Town, environment: dict[str, str], tmp_path: Path) -> None:
    """R-161, R-162, R-171: twenty rows are claimed together again and again, and the first one is deadly."""
    done = tmp_path / "done"
    done.mkdir()
    with town.app.app_context(), writing():
        outbox.add(KIND, "deadly", organisation_id=None, priority=1, max_attempts=ATTEMPTS)
        outbox.add(KIND, "cut", organisation_id=None, priority=2, max_attempts=ATTEMPTS)
        for key in INNOCENT:
            outbox.add(KIND, key, organisation_id=None, max_attempts=ATTEMPTS)

    command = [sys.executable, "-m", "tests.integration.mortal_worker", str(done)]
    deaths = subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **environment}, timeout=60, check=False)

    assert deaths.returncode == ATTEMPTS + 1
    assert {path.name: path.read_text() for path in done.iterdir()} == dict.fromkeys(INNOCENT, "done\n")
    with town.app.app_context():
        ended = db.session.execute(
            select(OutboxRow.key, OutboxRow.state, OutboxRow.attempts, OutboxRow.error_code).where(
                OutboxRow.kind == KIND, OutboxRow.state != "done"
            )
        )
        assert {tuple(row) for row in ended} == {
            ("deadly", "dead", ATTEMPTS, "worker lost too often"),
            ("cut", "unknown", 1, "worker lost while sending"),
        }
