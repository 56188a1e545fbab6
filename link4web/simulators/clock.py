"""The simulators' time: real time plus the offset that tests write into the file `LINK4WEB_TEST_CLOCK` names."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path


def timestamp() -> float:
    """Seconds since the epoch, moved by the offset file if there is one."""
    return time.time() + _offset()


def milliseconds() -> int:
    return int(timestamp() * 1000)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.fromtimestamp(timestamp(), UTC)


def _offset() -> float:
    name = os.environ.get("LINK4WEB_TEST_CLOCK")
    if not name:
        return 0.0
    try:
        return float(Path(name).read_text(encoding="ascii") or 0)
    except (FileNotFoundError, ValueError):
        return 0.0
