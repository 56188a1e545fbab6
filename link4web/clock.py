"""The one place that knows the time.

Tests move time with a file that holds an offset in seconds (``LINK4WEB_TEST_CLOCK``); production refuses that setting.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

_offset_file: Path | None = None


def use_offset_file(path: Path | None) -> None:
    """Read the offset in seconds from `path` at every question, or stop doing so."""
    global _offset_file
    _offset_file = path


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.fromtimestamp(timestamp(), UTC)


def timestamp() -> float:
    """The present moment in seconds since the epoch."""
    return time.time() + _offset()


def _offset() -> float:
    if _offset_file is None:
        return 0.0
    try:
        return float(_offset_file.read_text() or 0)
    except FileNotFoundError:
        return 0.0
