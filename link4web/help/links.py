"""Addresses of help, for whoever is on the page: templates write none by hand."""

from flask import g

from link4web.help.centre import centre
from link4web.help.reader import Reader


def reader_here() -> Reader:
    """For whom help is on this page: by the connection it is about, and the organisation's country."""
    connection, organisation = g.get("connection"), g.get("organisation")
    return Reader(connection.provider if connection else "", organisation.country if organisation else "")


def contents_href(reader: Reader | None = None) -> str:
    """The help centre, for a reader or for whoever is here."""
    return f"/help{(reader or reader_here()).query}"


def problem_href(code: str) -> str:
    """Help with a problem.

    Raises:
        KeyError: no problem has this code.
    """
    known = centre().problems[code]
    return f"/help/p/{known.code}{reader_here().query}"


def article_href(slug: str, reader: Reader | None = None) -> str:
    """An article, for a reader or for whoever is here.

    Raises:
        KeyError: there is no such article.
    """
    known = centre().articles[slug]
    return f"/help/{known.slug}{(reader or reader_here()).query}"
