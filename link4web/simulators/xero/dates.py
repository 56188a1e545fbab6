"""Xero's ways of writing moments and calendar days.

As in the recorded answers that Xero's SDKs carry in their tests; Xero developer documentation, "Requests and
responses", describes the form.
"""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

# what is seeded was last changed in this span; what anybody did since is later
FIRST_MS = 1_704_067_200_000  # 1 January 2024
SPAN_MS = 91_000_000_000  # to 18 November 2026
LAST_MS = FIRST_MS + SPAN_MS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS_DATE = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")


def ms_date(milliseconds: int) -> str:
    """The wire form of a moment, as all recorded answers have it."""
    return f"/Date({milliseconds}+0000)/"


def iso_seven(milliseconds: int) -> str:
    """The connections list's form: seven digits of a second and no zone, meaning UTC."""
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0"


def iso(milliseconds: int) -> str:
    """XML's form of a moment, UTC without saying so: 2018-02-26T14:16:33.84."""
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    fraction = f".{moment.microsecond:06d}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}"


def day_pair(name: str, day: str) -> dict[str, str]:
    """A calendar day (YYYY-MM-DD) as the pair of fields documents carry."""
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return {name: ms_date(round((moment - EPOCH).total_seconds() * 1000)), f"{name}String": f"{day}T00:00:00"}


def read_day(value: object) -> str | None:
    """The day of a date a client sent (YYYY-MM-DD, with a time, or /Date()/), or None when it is no date."""
    text = str(value).strip()
    if found := MS_DATE.match(text):
        return (EPOCH + timedelta(milliseconds=int(found[1]))).date().isoformat()
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def modified_since(text: str) -> int | None:
    """The If-Modified-Since header in milliseconds, to the second; None when it can't be read (and is ignored)."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round((aware.replace(microsecond=0) - EPOCH).total_seconds()) * 1000
