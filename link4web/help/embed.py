"""Articles for the frames of other help centres (R-138): the text alone, and nothing that could change anything.

No session is opened and no cookie set, no script runs, and no form can be sent. Only the origins that the operator
has named may show it; every other page of ours refuses to be framed.
"""

from flask import Blueprint, Response, abort, current_app, url_for

from link4web.help import counting
from link4web.help.asked import kept, reader_asked
from link4web.help.centre import centre
from link4web.settings import Settings
from link4web.web.access import public
from link4web.web.responses import go_to, page

bp = Blueprint("embed", __name__)

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none';"
    " frame-ancestors {ancestors}"
)


@bp.get("/help/embed/<slug>")
@public
def article(slug: str) -> Response:
    """One article without anything around it; links lead to our own pages, in a window of their own."""
    reader = reader_asked()
    if slug in centre().moved:
        return go_to(url_for(".article", slug=centre().moved[slug]) + reader.query, 301)
    if slug not in centre().articles:
        abort(404)
    counting.note_reading(slug, reader)
    settings: Settings = current_app.extensions["settings"]
    shown = centre().page(slug, reader, settings.base_url)
    full_href = f"{settings.base_url}/help/{slug}{reader.query}"
    response = page("help/embed.html", reader=reader, it=shown, full_href=full_href)
    response.headers["Content-Security-Policy"] = POLICY.format(ancestors=" ".join(settings.help_frames) or "'none'")
    response.headers["X-Robots-Tag"] = "noindex"
    return kept(response)
