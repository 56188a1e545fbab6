"""How dates, times and numbers are written on pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g

from link4web import clock

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(moment: datetime) -> datetime:
    """The moment in the organisation's time zone, or in the one of the person on their own pages; else UTC."""
    zone = zone_here()
    return moment.astimezone(_zone(zone) if zone else UTC)


def zone_here() -> str:
    """The time zone that pages of this request write times in; empty for UTC."""
    if organisation := getattr(g, "organisation", None):
        return str(organisation.timezone)
    if "zone" not in g:
        g.zone = current_app.extensions["own_zone"]()
    return str(g.zone)


def zone_words() -> str:
    """`Sydney time`, for the foot of a page."""
    zone = zone_here()
    return f"{zone.rpartition('/')[2].replace('_', ' ')} time" if zone else "UTC"


def day(moment: datetime | date | None) -> str:
    """`18 Nov 2026`, in the organisation's time zone."""
    if moment is None:
        return ""
    there = local(moment) if isinstance(moment, datetime) else moment
    return f"{there.day} {MONTHS[there.month - 1]} {there.year}"


def clock_time(moment: datetime) -> str:
    """`9:42 am`, in the organisation's time zone."""
    there = local(moment)
    return f"{there.hour % 12 or 12}:{there.minute:02} {'am' if there.hour < 12 else 'pm'}"


def moment(value: datetime | None) -> str:
    """`18 Nov 2026, 9:42 am`, in the organisation's time zone."""
    return f"{day(value)}, {clock_time(value)}" if value else ""


def soon(value: datetime) -> str:
    """`at 9:42 am` within a day, later `on 18 Nov 2026, 9:42 am`."""
    return f"at {clock_time(value)}" if value - clock.now() < timedelta(days=1) else f"on {moment(value)}"


def time_left(until: datetime) -> str:
    """`42 minutes` until then, `less than a minute` at the end."""
    minutes = int((until - clock.now()).total_seconds() // 60)
    return "less than a minute" if minutes < 1 else plural(minutes, "minute")


def number(value: int) -> str:
    """`12,431`."""
    return f"{value:,}"


def business_number(digits: str | None) -> str:
    """An ABN in groups (`51 824 753 556`), an NZBN as it is."""
    if not digits:
        return ""
    return f"{digits[:2]} {digits[2:5]} {digits[5:8]} {digits[8:]}" if len(digits) == 11 else digits


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 customer`, `12 customers`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def init_filters(app: Flask, own_zone: Callable[[], str]) -> None:
    """Make the filters known to the templates. `own_zone`: the time zone of a person's own pages; empty for UTC."""
    app.extensions["own_zone"] = own_zone
    app.jinja_env.globals["zone_words"] = zone_words
    app.jinja_env.filters.update(
        day=day,
        clock_time=clock_time,
        moment=moment,
        time_left=time_left,
        number=number,
        abn=business_number,
        plural=plural,
    )
