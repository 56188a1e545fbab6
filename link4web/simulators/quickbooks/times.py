"""Moments as QuickBooks writes them: ISO 8601 with the offset of Pacific time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from link4web.simulators import clock

PACIFIC = ZoneInfo("America/Los_Angeles")
# what is seeded was last changed in this span; what anybody did since is later
FIRST_MS = 1_609_502_400_000  # 1 January 2021
SPAN_MS = 185_000_000_000  # to 11 November 2026


def moment(milliseconds: int) -> str:
    """To the second, as in MetaData: 2014-09-18T12:56:01-07:00."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC).astimezone(PACIFIC).isoformat()


def answer_time() -> str:
    """Now, to the millisecond, as at the end of every answer."""
    return clock.now().astimezone(PACIFIC).isoformat(timespec="milliseconds")


def read_moment(text: str) -> int | None:
    """Milliseconds of a day or moment; Pacific where no offset is given. None: it isn't one."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=PACIFIC)).timestamp() * 1000)
