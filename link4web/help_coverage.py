"""`flask help-coverage`: every state and error of the application, its code and article, readings and votes."""

from dataclasses import dataclass
from typing import NamedTuple

from link4web import problems, shown
from link4web.help import counting
from link4web.help.articles import Article
from link4web.help.centre import centre

#: What stands in an article that nobody has written yet.
UNWRITTEN = "To be written."
HEADINGS = ("Code", "Comes from", "Article", "Read", "Yes", "No")


class Line(NamedTuple):
    """One problem: its code, where it comes from, its article's slug, readings of it, and votes about it."""

    code: str
    origin: str
    article: str
    views: int
    yes: int
    no: int


@dataclass(frozen=True)
class Coverage:
    """What the help centre covers. `gaps` says what is missing, a sentence each."""

    lines: list[Line]
    gaps: list[str]

    def table(self) -> list[str]:
        """The lines as text, in columns."""
        rows = [HEADINGS, *(tuple(map(str, line)) for line in self.lines)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
        return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def examine() -> Coverage:
    """Look at all problems, and at everything that can be shown."""
    all_shown, views, votes = shown.everything(), counting.readings(), counting.votes()
    lines = []
    for origin, told in problems.BY_ORIGIN.items():
        for problem in told:
            places = shown.places_of(problem.code, all_shown)
            read, (yes, no) = views.get(problem.article, 0), votes.get(problem.article, (0, 0))
            lines.append(Line(problem.code, ", ".join([origin, *places[:2]]), problem.article, read, yes, no))
    return Coverage(lines, [*_uncoded(), *_unwritten(lines)])


def is_written(article: Article) -> bool:
    """Whether somebody has written the article."""
    return article.body.strip() not in ("", UNWRITTEN)


def _uncoded() -> list[str]:
    missing = shown.without_code(problem.code for problem in problems.ALL)
    return [f"{one.what}: {one.code} has no problem and no article" for one in dict.fromkeys(missing)]


def _unwritten(lines: list[Line]) -> list[str]:
    asked_for = dict.fromkeys(line.article for line in lines)
    return [f"the article {slug} is still to be written" for slug in asked_for if not is_written(_article(slug))]


def _article(slug: str) -> Article:
    return centre().articles[slug]
