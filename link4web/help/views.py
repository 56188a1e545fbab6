"""The help centre: contents, articles, the panel beside the work, the search, and *Did this help?*.

Articles are public and the same for everybody: no session, no cookie, kept by browsers for a while. The panel is part
of the page somebody works on, so it belongs to their session and is kept by nobody.
"""

from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from markupsafe import escape

from link4web.help import counting, links
from link4web.help.articles import TOPICS
from link4web.help.asked import choices, kept, reader_asked
from link4web.help.case import Case
from link4web.help.centre import NO_CASE, Centre, centre
from link4web.help.forms import FeedbackForm
from link4web.help.problems import Problem
from link4web.help.reader import Reader
from link4web.help.search import LONGEST
from link4web.web.access import on_behalf, public
from link4web.web.kept import code_names_a_problem
from link4web.web.responses import go_to, page, wants_fragment

bp = Blueprint("help", __name__)


def init_help(app: Flask, problems: tuple[Problem, ...]) -> None:
    """Read all articles, and give templates the addresses of help.

    Raises:
        ValueError: see `Centre`.
    """
    app.extensions["help"] = Centre(problems)
    app.jinja_env.globals.update(
        problem_href=links.problem_href,
        problem_said=links.problem_said,
        article_href=links.article_href,
        contents_href=links.contents_href,
        contact_href=links.contact_href,
    )


@bp.get("/help")
@public
def contents() -> Response:
    """All articles by topic, for one accounting system when it is chosen."""
    reader = reader_asked()
    topics = centre().contents(reader)
    return kept(page("help/contents.html", reader=reader, q="", choices=choices(reader), topics=topics))


@bp.get("/help/search")
@public
def search() -> Response:
    reader, asked = reader_asked(), " ".join(request.args.get("q", "").replace("\x00", "").split())[:LONGEST]
    hits = centre().search(asked, reader) if asked else []
    context: dict[str, Any] = {"reader": reader, "q": asked, "hits": hits, "choices": choices(reader, q=asked or None)}
    return page("help/search.html", fragment="help/_hits.html", **context)


@bp.get("/help/<slug>")
@public
def article(slug: str) -> Response:
    """One article; an old name leads to the new one for good."""
    reader = reader_asked()
    if slug in centre().moved:
        return go_to(links.article_href(centre().moved[slug], reader), 301)
    if slug not in centre().articles:
        return _nothing_there(slug, reader)
    counting.note_reading(slug, reader)
    code, case = request.args.get("code", ""), Case.from_args(request.args)
    if code in centre().problems or case.args:
        return kept(page("help/article.html", **_context(slug, reader, code, case)))
    return kept(_whole_page(slug, reader))


@bp.get("/help/p/<code>")
@public
def problem(code: str) -> Response:
    """The stable address of a problem: to the article that is about it now."""
    reader = reader_asked()
    known = centre().problem(code, reader)
    if known is None:
        return _nothing_there(code.replace("-", " "), reader)
    reader = reader if reader.slug else Reader(known.only, reader.country)
    address = _article_address(known.article, reader, code, Case.from_args(request.args))
    heading = centre().heading_of(known, reader)
    return go_to(address + (f"#{heading}" if heading else ""), 302)


@bp.get("/panel/p/<code>")
@on_behalf("read")
@public
def problem_panel(code: str) -> Response:
    known = centre().problem(code, reader_asked())
    if known is None:
        abort(404)
    return _panel(known.article, code)


@bp.get("/panel/<slug>")
@on_behalf("read")
@public
def article_panel(slug: str) -> Response:
    """The article beside the work; a page of its own for whoever follows the address."""
    return _panel(slug, request.args.get("code", ""))


@bp.route("/feedback/<slug>", methods=["GET", "POST"])
@code_names_a_problem
@public
def feedback(slug: str) -> Response:
    """*Did this help?*: one answer for each visitor and version, with a comment if they like."""
    if slug not in centre().articles:
        abort(404)
    reader, form = reader_asked(), FeedbackForm(request.values)
    here = _context(slug, reader, request.values.get("code", ""))
    answered = request.method == "POST" and form.validate()
    if answered:
        counting.vote(
            centre().articles[slug],
            reader,
            helped=form.helped.data == "yes",
            code=here["problem"].code if here["problem"] else "",
            comment=form.comment.data or "",
        )
    status = 422 if request.method == "POST" and not answered else 200
    return page(
        "help/feedback.html", fragment="help/_feedback.html", status=status, form=form, answered=answered, **here
    )


def _whole_page(slug: str, reader: Reader) -> Response:
    """The article's page, made once for all who read it."""
    made, key = centre().made, (slug, reader)
    if key not in made:
        made[key] = page("help/article.html", **_context(slug, reader, "")).get_data()
    return Response(made[key], mimetype="text/html")


def _panel(slug: str, code: str) -> Response:
    reader, case = reader_asked(), Case.from_args(request.args)
    if slug not in centre().articles:
        abort(404)
    if not wants_fragment():
        return go_to(_article_address(slug, reader, code, case), 302)
    counting.note_reading(slug, reader)
    context = _context(slug, reader, code, case)
    return page("help/article.html", fragment="help/_panel.html", form=FeedbackForm(), answered=False, **context)


def _context(slug: str, reader: Reader, code: str, case: Case = NO_CASE) -> dict[str, Any]:
    shown, problem = centre().page_about(slug, reader, case), centre().said(code, reader)
    return {
        "reader": reader,
        "case": case,
        "it": shown,
        "topic": TOPICS[shown.article.topic],
        "problem": problem,
        "choices": choices(reader, code=code if problem else None, **case.args),
        "q": "",
        "embed_snippet": _snippet(slug, reader),
    }


def _article_address(slug: str, reader: Reader, code: str, case: Case) -> str:
    known = centre().problem(code, reader)
    parameters: dict[str, Any] = {"code": known.code if known else None, **reader.args, **case.args}
    return url_for(".article", slug=slug, **parameters)


def _snippet(slug: str, reader: Reader) -> str:
    """What another help centre pastes to show the article in a frame."""
    address = f"{current_app.config['BASE_URL']}/help/embed/{slug}{reader.query}"
    title = escape(centre().title(slug, reader))
    return f'<iframe src="{escape(address)}" title="{title}" width="100%" height="600"></iframe>'


def _nothing_there(words: str, reader: Reader) -> Response:
    hits = centre().search(words[:LONGEST], reader)
    return page("help/nothing.html", status=404, reader=reader, q="", hits=hits, choices=choices(reader))
