"""Addresses of help, for whoever is on the page: templates write none by hand."""

from urllib.parse import urlencode

from flask import g, request

from link4web.help.case import Case
from link4web.help.centre import centre
from link4web.help.reader import Reader
from link4web.providers.base.provider import Provider


def reader_here() -> Reader:
    """For whom help is on this page: by its accounting system, and the organisation's country."""
    connection, organisation = g.get("connection"), g.get("organisation")
    slug = connection.provider if connection else _system_of_page()
    return Reader(slug, organisation.country if organisation else "")


def _system_of_page() -> str:
    """The accounting system of a page that is one system's own, though no connection's yet."""
    provider = (request.view_args or {}).get("provider") if request else None
    return provider.slug if isinstance(provider, Provider) else ""


def contents_href(reader: Reader | None = None) -> str:
    """The help centre, for a reader or for whoever is here."""
    return f"/help{(reader or reader_here()).query}"


def problem_href(code: str) -> str:
    """Help with a problem; it knows what this page is about.

    Raises:
        KeyError: no problem has this code.
    """
    known = centre().problems[code]
    return f"/help/p/{known.code}{_query(reader_here(), Case.here())}"


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
