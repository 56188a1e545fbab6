"""MYOB's moments: written without a zone, to the millisecond, in a zone that MYOB documents nowhere."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from link4web.simulators.myob.behaviour import SWITCHES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# what is seeded was last changed in this span; what anybody did since is later
FIRST_MS = 1_388_534_400_000  # 1 January 2014
SPAN_MS = 406_500_000_000  # to 18 November 2026
# what upgraded files have where the old version kept no moment
NEVER_MS = -62_135_596_800_000
NEVER = "0001-01-01T00:00:00"


def zone() -> ZoneInfo:
    return ZoneInfo(SWITCHES["moments_zone"])


def written(milliseconds: int, where: ZoneInfo) -> str:
    """The wire form: no zone, no trailing zeros."""
    if milliseconds <= NEVER_MS:
        return NEVER
    moment = (EPOCH + timedelta(milliseconds=milliseconds)).astimezone(where)
    fraction = f".{moment.microsecond // 1000:03d}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}"


def read(text: str) -> datetime | None:
    """A moment or day as clients write it in a filter or a body, without a zone; None when it is neither."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def in_milliseconds(moment: datetime, where: ZoneInfo) -> int:
    """The point in time that a moment without a zone stands for."""
    if moment.year <= 1:
        return NEVER_MS
    return round((moment.replace(tzinfo=where) - EPOCH).total_seconds() * 1000)
