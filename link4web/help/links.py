"""Addresses of help, for whoever is on the page: templates write none by hand."""

from urllib.parse import urlencode

from flask import g

from link4web.help.case import Case
from link4web.help.centre import Said, centre
from link4web.help.reader import Reader


def reader_here() -> Reader:
    """For whom help is on this page: by the accounting system it is about, and the country (`web.access`)."""
    system, country = g.get("help_for") or ("", "")
    return Reader(system, country)


def help_is_for(country: str) -> None:
    """Say where somebody is on whose page no organisation of theirs tells it."""
    g.help_for = (reader_here().slug, country)


def contents_href(reader: Reader | None = None) -> str:
    """The help centre, for a reader or for whoever is here."""
    return f"/help{(reader or reader_here()).query}"


def problem_href(code: str, otherwise: str = "") -> str:
    """Help with a problem; it knows what this page is about.

    `otherwise` is the code that stands in where one comes from stored rows and may be old.

    Raises:
        KeyError: no problem has this code.
    """
    known = centre().problems[code if code in centre().problems or not otherwise else otherwise]
    return f"/help/p/{known.code}{_query(reader_here(), Case.here())}"


def problem_said(code: str) -> Said:
    """A problem in the words for whoever is here, for pages that say no more than the registry.

    Raises:
        KeyError: no problem has this code.
    """
    said = centre().said(code, reader_here())
    if said is None:
        raise KeyError(code)
    return said


def article_href(slug: str, reader: Reader | None = None, case: Case | None = None) -> str:
    """An article, for a reader and their case or for whoever is here.

    Raises:
        KeyError: there is no such article.
    """
    known = centre().articles[slug]
    return f"/help/{known.slug}{_query(reader or reader_here(), _case(reader, case))}"


def contact_href(reader: Reader | None = None, case: Case | None = None, **more: str) -> str:
    """Where to write to support, for a reader and their case or for whoever is here.

    `more`: what else is known, as `contact.asked` reads it (`code` of a problem, `article`, `request`).
    """
    return f"/contact{_query(reader or reader_here(), _case(reader, case), **more)}"


def task_href(task: str, reader: Reader | None = None, **where: str) -> str:
    """Where a task is done: `/go/<task>`, for a connection or an organisation of the person's where it is known."""
    return f"/go/{task}{_query(reader or Reader(), Case(), **where)}"


def _case(reader: Reader | None, case: Case | None) -> Case:
    """A page of somebody's own is about itself; one for any reader about nothing, unless it is said."""
    return case or (Case() if reader else Case.here())


def _query(reader: Reader, case: Case, **more: str) -> str:
    args = {**{name: value for name, value in more.items() if value}, **reader.args, **case.args}
    return f"?{urlencode(args)}" if args else ""
