"""Settings: who did what here, and when."""

from typing import Any

from flask import Blueprint, Response, g, request, url_for

from link4web.activity import file, naming, reading
from link4web.activity.reading import NOBODY, Asked
from link4web.activity.words import GROUPS
from link4web.audit import record
from link4web.database import writing
from link4web.web.access import requires
from link4web.web.responses import download, page
from link4web.web.rights import Permission

bp = Blueprint("activity", __name__)


@bp.get("/org/<id:organisation>/settings/activity")
@requires(Permission.MANAGE_ORGANISATION)
def show(organisation: str) -> Response:
    """A page of the log, narrowed to what is asked for."""
    asked = Asked.of(request.args)
    rows, more = reading.page_of(asked, g.organisation.timezone)

    def href(**place: Any) -> str:
        return url_for(".show", organisation=organisation, **asked.args, **place)

    return page(
        "activity/log.html",
        fragment="activity/_events.html",
        lines=naming.lines_of(rows),
        asked=asked,
        people=_people(asked),
        kinds=list(GROUPS.items()),
        is_narrowed=bool(asked.args),
        newest_href=href() if asked.before else None,
        older_href=href(before=reading.cursor(rows[-1].position)) if more else None,
        csv_href=url_for(".as_csv", organisation=organisation, **asked.args),
        clear_href=url_for(".show", organisation=organisation),
    )


def _people(asked: Asked) -> list[tuple[str, str]]:
    """Who can be chosen, by name: whoever did something here. An id of anybody else's stays without a name (R-054)."""
    did = set(reading.people())
    known = did | ({asked.person} if asked.person not in ("", NOBODY) else set())
    names = naming.person_names(did)
    chosen = sorted(((one, names.get(one, naming.GONE)) for one in known), key=lambda person: person[1].casefold())
    return [*chosen, (NOBODY, naming.ITSELF)]


@bp.get("/org/<id:organisation>/settings/activity.csv")
@requires(Permission.MANAGE_ORGANISATION, fresh=True)
def as_csv(organisation: str) -> Response:
    """All that is asked for, as a file; that it was taken is in the trail itself (R-190)."""
    asked, zone = Asked.of(request.args), g.organisation.timezone
    with writing():
        record(
            "activity.exported",
            chain=organisation,
            kind="organisation",
            object_id=organisation,
            filters=sorted(asked.args),
        )
    return download(file.csv_pieces(asked, zone), "activity.csv", "text/csv")
