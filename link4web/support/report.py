"""The week's accesses, person by person of the staff, for whoever looks after them (R-075)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from link4web import clock, tenancy
from link4web.database import db
from link4web.support.models import SupportAccess

WEEK = timedelta(days=7)
#: Longer than this is unusual.
LONG = timedelta(minutes=45)
HEADINGS = (
    "Agent",
    "Asked",
    "Entered",
    "Emergencies",
    "Longer than 45 min",
    "Changed things",
    "Refused",
)


class Line(NamedTuple):
    """What one member of the staff has done in the week."""

    agent: str
    asked: int
    entered: int
    emergencies: int
    long: int
    wrote: int
    refused: int


def of_week() -> list[Line]:
    """A line for each who asked, most accesses first."""
    by_agent: dict[tuple[str, str], list[SupportAccess]] = defaultdict(list)
    with tenancy.system("the weekly report of support accesses is about all organisations"):
        since = select(SupportAccess).where(SupportAccess.asked_at > clock.now() - WEEK)
        for access in db.session.scalars(since):
            by_agent[access.agent_id, access.agent_name].append(access)
    lines = [_line(name, found) for (_, name), found in by_agent.items()]
    return sorted(lines, key=lambda line: (-line.entered, line.agent))


def _line(name: str, found: Sequence[SupportAccess]) -> Line:
    entered = [access for access in found if access.started_at is not None]
    return Line(
        name,
        len(found),
        len(entered),
        sum(access.consent == "emergency" for access in entered),
        sum(_took(access) > LONG for access in entered),
        sum(access.write_at is not None for access in entered),
        sum(access.state == "declined" for access in found),
    )


def _took(access: SupportAccess) -> timedelta:
    return (access.ended_at or clock.now()) - (access.started_at or clock.now())


def said(line: Line) -> str:
    """What one of them has done, as the mail says it."""
    return (
        f"asked {line.asked}, entered {line.entered}; emergencies {line.emergencies},"
        f" longer than 45 minutes {line.long}, changed things {line.wrote}, refused {line.refused}"
    )


def table(lines: Sequence[Line]) -> list[str]:
    """The lines as text, in columns."""
    rows = [HEADINGS, *(tuple(map(str, line)) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
