"""MYOB's moments, which carry no zone. UTC is assumed: where it is a local time of Australia or New Zealand instead,
a filter begins hours earlier and reads more than it must, never less.
"""

import re
from datetime import UTC, datetime

_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z?")


def moment(text: str) -> datetime | None:
    """The moment in aware UTC; None when it is unreadable, or the year 1 of records that an upgrade brought along."""
    match = _WRITTEN.fullmatch(text)
    if not match:
        return None
    microseconds = (match[2] or ".")[:7].ljust(7, "0")
    try:
        found = datetime.fromisoformat(f"{match[1]}{microseconds}+00:00")
    except ValueError:
        return None
    return found if found.year > 1 else None


def literal(since: datetime) -> str:
    """For a filter, to the second, rounded down so that nothing falls between two reads."""
    return f"datetime'{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}'"
