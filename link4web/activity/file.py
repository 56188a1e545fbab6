"""The log as a file, for the download and for the export of everything."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from link4web import tenancy
from link4web.activity import naming, reading
from link4web.activity.reading import Asked
from link4web.database import end_reading
from link4web.web.csv_text import csv_lines

HEADINGS = (
    "Time",
    "Person",
    "On behalf of",
    "What",
    "About",
    "Details",
    "Outcome",
    "Reason",
    "From address",
    "Action",
    "Kind",
    "Id",
)


def csv_pieces(asked: Asked, zone: str) -> Iterator[str]:
    """The log of the organisation acted for as CSV, piece by piece, also when they leave after the request has."""
    return _pieces(tenancy.organisation_id(), asked, zone)


def _pieces(organisation_id: str, asked: Asked, zone: str) -> Iterator[str]:
    there = ZoneInfo(zone)
    yield csv_lines([HEADINGS])
    for rows in reading.all_of(organisation_id, asked, zone):
        with tenancy.acting_for(organisation_id):
            lines = naming.lines_of(rows)
            end_reading()
        yield csv_lines(
            (
                line.at.astimezone(there).isoformat(timespec="seconds"),
                line.who,
                line.on_behalf_of,
                line.words,
                line.about,
                line.details,
                line.outcome,
                line.reason,
                line.address,
                line.action,
                line.object_kind,
                line.object_id,
            )
            for line in lines
        )
