"""The help centre: articles, problems and the search over both, made once and asked ever after."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from flask import current_app
from markupsafe import Markup

from link4web import providers
from link4web.help import markup, search
from link4web.help.articles import TOPICS, Article, Desk, read_articles
from link4web.help.case import Case
from link4web.help.problems import Problem
from link4web.help.reader import COUNTRIES, Reader
from link4web.help.search import Entry, Hit, Index

NO_CASE = Case()
PICTURES = Path(__file__).resolve().parents[2] / "static" / "help"


@dataclass(frozen=True)
class Page:
    """An article as one reader sees it. `beginning`: its first steps, for whoever is about to take them."""

    slug: str
    title: str
    summary: str
    body: Markup
    beginning: Markup
    headings: tuple[markup.Heading, ...]
    related: tuple[tuple[str, str], ...]
    article: Article


@dataclass(frozen=True)
class Said:
    """A problem in the words for one reader."""

    code: str
    title: str
    sentence: str
    fix: str


class Centre:
    """All help there is.

    Raises:
        ValueError: a problem has no article, two problems share a code, or an article leads nowhere.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.articles = read_articles()
        self.desk = Desk(self.articles)
        #: the problems by their codes, as they are told to whoever has none of the accounting systems in `_own`
        self.problems: dict[str, Problem] = {}
        self._own: dict[tuple[str, str], Problem] = {}
        for problem in problems:
            self._add(problem)
        self.moved = {old: one.slug for one in self.articles.values() for old in one.was}
        self._sizes = tuple((path.stem, _size(path)) for path in sorted(PICTURES.glob("*.png")))
        self.page = lru_cache(2048)(self._page)
        #: whole pages by article and reader; as many as there are of these, and never more
        self.made: dict[tuple[str, Reader], bytes] = {}
        self._index = lru_cache(32)(self._make_index)

    def _add(self, problem: Problem) -> None:
        if problem.article not in self.articles:
            raise ValueError(f"{problem.code} names the article {problem.article}, which does not exist")
        if (problem.code, problem.only) in self._own:
            raise ValueError(f"two problems are called {problem.code}")
        self._own[problem.code, problem.only] = problem
        if not problem.only or problem.code not in self.problems:
            self.problems[problem.code] = problem

    def problem(self, code: str, reader: Reader) -> Problem | None:
        """The problem of this code, as it is for this reader; None when there is none."""
        return self._own.get((code, reader.slug)) or self.problems.get(code)

    def all_problems(self) -> Iterable[Problem]:
        """Every problem, those for the readers of one accounting system too."""
        return self._own.values()

    def said(self, code: str, reader: Reader) -> Said | None:
        """What a problem is, for this reader; None when no problem has this code."""
        problem = self.problem(code, reader)
        if problem is None:
            return None
        return Said(code, *(reader.fill(text) for text in (problem.title, problem.sentence, problem.fix)))

    def heading_of(self, problem: Problem, reader: Reader) -> str:
        """The id of the heading a problem means: its own title where it names none, empty for the whole article."""
        its_own = markup.heading_id(reader.fill(problem.title))
        there = {heading.id for heading in self.page(problem.article, reader).headings}
        return problem.at or (its_own if its_own in there else "")

    def page_about(self, slug: str, reader: Reader, case: Case) -> Page:
        """The article whose links carry a case along; made anew each time, since hardly two people share one.

        Raises:
            KeyError: there is no such article.
        """
        return self._page(slug, reader, case=case) if case.args else self.page(slug, reader)

    def _page(self, slug: str, reader: Reader, base: str = "", case: Case = NO_CASE) -> Page:
        """The article for this reader; `base` is our address when it stands in somebody else's frame.

        Raises:
            KeyError: there is no such article.
        """
        article = self.articles[slug]
        text = self.desk.write(article, reader)
        related = [one for one in article.related if self._is_for(self.articles[one], reader)]
        carried = {**reader.args, **case.args}
        setting = markup.Setting(f"?{urlencode(carried)}" if carried else "", base, self._sizes)
        return Page(
            slug=slug,
            title=text.title,
            summary=text.summary,
            body=markup.html_of(text.body, setting),
            beginning=markup.beginning_of(text.body, setting),
            headings=tuple(markup.headings_of(text.body)),
            related=tuple((one, self.title(one, reader)) for one in related),
            article=article,
        )

    def title(self, slug: str, reader: Reader) -> str:
        """An article's title for this reader."""
        return self.desk.title(self.articles[slug], reader)

    def contents(self, reader: Reader) -> list[tuple[str, list[Page]]]:
        """The articles for this reader by topic; those about another accounting system are left out."""
        mine = [self.page(slug, reader) for slug, one in self.articles.items() if self._is_for(one, reader)]
        by_topic = {name: [page for page in mine if page.article.topic == topic] for topic, name in TOPICS.items()}
        return [(name, pages) for name, pages in by_topic.items() if pages]

    def _is_for(self, article: Article, reader: Reader) -> bool:
        """Whether an article is about the reader's accounting system, or may be."""
        return not article.only or reader.slug in ("", article.only)

    def search(self, query: str, reader: Reader) -> list[Hit]:
        """The articles that answer a query best; a problem's code leads to its article."""
        asked = query.strip()
        # *reconnect* is a word, RECONNECT and customer-declined are codes
        problem = self.problem(asked.upper() if "-" in asked else asked, reader)
        if problem:
            page = self.page(problem.article, reader)
            return [Hit(page.slug, Markup.escape(page.title), Markup.escape(page.summary), 1.0)]
        return self._index(reader).search(query)

    def _make_index(self, reader: Reader) -> Index:
        return Index([self._entry(page, reader) for _, pages in self.contents(reader) for page in pages])

    def _entry(self, page: Page, reader: Reader) -> Entry:
        body = markup.plain_of(self.desk.write(page.article, reader).body)
        here = [problem for problem in self._own.values() if problem.article == page.slug]
        said = [problem.title.format(**reader.words) for problem in here if problem.only in ("", reader.slug)]
        called = [reader.fill(phrase) for phrase in page.article.search]
        return Entry(
            slug=page.slug,
            title=page.title,
            summary=page.summary,
            body=body,
            called=called,
            fields=(
                (search.TITLE, page.title),
                (search.CALLED, " ".join(called)),
                (search.SUMMARY, page.summary),
                (search.HEADING, " ".join([*(heading.words for heading in page.headings), *said])),
                (search.BODY, body),
            ),
        )

    def readers(self) -> list[Reader]:
        """Everybody an article can be written for."""
        slugs = ["", *(one.slug for one in providers.ALL)]
        return [Reader(slug, country) for slug in slugs for country in ("", *COUNTRIES)]


def centre() -> Centre:
    """The help centre of the running application."""
    return cast(Centre, current_app.extensions["help"])


def _size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG (PNG specification, 11.2.1 IHDR), at half its pixels: pictures are taken doubled."""
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width // 2, height // 2
