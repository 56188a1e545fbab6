"""Processes of this computer, as a test sees them."""

import os
from pathlib import Path


def runs(pid: int) -> bool:
    """Whether a process still does anything; one that only waits to be collected does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False
