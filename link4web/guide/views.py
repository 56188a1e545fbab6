"""`/go/<task>`: to the page of a task, or before the sign-in to a page that says what the link is for."""

from typing import Any

from flask import Blueprint, Response, request, session, url_for
from flask_login import current_user

from link4web.guide.ways import Asked, OnlyAdmins, lead
from link4web.help.asked import choices, reader_asked
from link4web.help.case import Case
from link4web.help.centre import centre
from link4web.help.reader import Reader
from link4web.help.tasks import BY_SLUG, Task
from link4web.ids import is_id
from link4web.web.access import enter, must_set_up_codes, public
from link4web.web.responses import codes_first, go_to, page, verify_first

bp = Blueprint("guide", __name__)


@bp.get("/go/<slug>")
@public
def task(slug: str) -> Response:
    """A task in the accounting system of whoever asks; `for` names one, as articles do."""
    known = BY_SLUG.get(slug)
    return _lead(known, reader_asked()) if known else _nothing_there(slug)


@bp.get("/go/<slug>/<system>")
@public
def task_there(slug: str, system: str) -> Response:
    """A task in one accounting system."""
    reader = Reader.from_args(system, request.args.get("country", ""))
    known = BY_SLUG.get(slug)
    return _lead(known, reader) if known and reader.slug else _nothing_there(f"{slug} {system}")


def _lead(known: Task, reader: Reader) -> Response:
    if not current_user.is_authenticated:
        return _preview(known, reader)
    if current_user.verified_at is None:
        session["wanted"] = _address(known, reader)
        return verify_first()
    if must_set_up_codes():
        return codes_first()
    try:
        way = lead(current_user.id, _asked(known, reader))
    except OnlyAdmins as refused:
        enter(refused.member)
        return page("guide/only_admins.html", status=403, **_words(known, reader))
    return go_to(way.href, 302)


def _asked(known: Task, reader: Reader) -> Asked:
    organisation = request.args.get("organisation", "")
    return Asked(
        known,
        provider=reader.slug if known.by_provider else "",
        connection=Case.from_args(request.args).connection,
        organisation=organisation if is_id(organisation) else "",
    )


def _preview(known: Task, reader: Reader) -> Response:
    """What the link is for, and how one does it, for whoever is not signed in. The same for everybody."""
    there = _address(known, reader)
    context: dict[str, Any] = {
        **_words(known, reader),
        "q": "",
        "choices": choices(reader, endpoint=".task", slug=known.slug),
        "leads": known.leads.format(**reader.words),
        "sign_in_href": url_for("accounts.sign_in", next=there),
        "sign_up_href": url_for("accounts.sign_up", next=there),
    }
    return page("guide/task.html", **context)


def _words(known: Task, reader: Reader) -> dict[str, Any]:
    """What the task is called, and the article that tells how it is done."""
    return {"reader": reader, "label": reader.fill(known.label), "it": centre().page(known.article, reader)}


def _address(known: Task, reader: Reader) -> str:
    """This link again, with nothing in it that we don't know."""
    asked = _asked(known, reader)
    named = {"connection": asked.connection or None, "organisation": asked.organisation or None}
    values: dict[str, Any] = {**reader.args, **named}
    return url_for(".task", slug=known.slug, **values)


def _nothing_there(words: str) -> Response:
    reader = reader_asked()
    hits = centre().search(words.replace("-", " "), reader)
    context: dict[str, Any] = {"reader": reader, "q": "", "hits": hits, "choices": choices(reader)}
    return page("guide/nothing.html", status=404, **context)
