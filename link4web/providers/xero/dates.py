"""Xero's ways to write a moment: `/Date(1503348544227+0000)/`, and ISO with seven digits and no zone."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(?:Z|\+00:?00)?")


def moment(text: str) -> datetime | None:
    """The moment in aware UTC; None when absent, unreadable or out of range. The offset in `/Date()/` is for show."""
    if match := _DATE.fullmatch(text):
        try:
            return _EPOCH + timedelta(milliseconds=int(match[1]))
        except OverflowError:
            return None
    return _from_iso(text)


def _from_iso(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if not match:
        return None
    microseconds = (match[2] or ".")[:7].ljust(7, "0")
    try:
        return datetime.fromisoformat(f"{match[1]}{microseconds}+00:00")
    except ValueError:
        return None


def header(since: datetime) -> str:
    """For `If-Modified-Since`, which knows seconds only: rounded down, so that nothing falls between two reads."""
    return since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
