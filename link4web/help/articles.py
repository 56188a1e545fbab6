"""Articles: Markdown with a front matter, one file for each task; what differs between accounting systems is asked for.

An article lies in `articles/`, or in the folder of the one provider that it is about. Sentences about one accounting
system lie there as well (`parts/`), so that no shared text names one. In the text, `{{ provider }}` and its fellows are
the words of `Reader.words`; `system` is the provider's value, or None; the functions are those of `_Writing`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import frontmatter
from jinja2 import DictLoader, Environment, StrictUndefined

from link4web import providers
from link4web.help.reader import Reader
from link4web.help.tasks import BY_SLUG

SHARED = Path(__file__).with_name("articles")
PROVIDERS = Path(providers.__file__).parent

#: The help centre's parts, in the order people need them.
TOPICS = {
    "start": "First steps",
    "customers": "Your customers",
    "invitations": "Inviting",
    "connection": "The connection to your accounting system",
    "people": "People and signing in",
    "invited": "You have been invited",
    "about": "About eInvoices and us",
}


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article as its file says. `title`, `summary` and `body` are texts with places for the reader's words.

    `only`: the slug of the one provider it is about, else empty. `search`: what people call it; it may hold the names
    of `Reader.words`, such as `{provider}`. `was`: its old slugs.
    """

    slug: str
    title: str
    summary: str
    topic: str
    updated: date
    body: str
    only: str = ""
    search: Sequence[str] = ()
    related: Sequence[str] = ()
    was: Sequence[str] = ()


@dataclass(frozen=True)
class Text:
    """An article for one reader, still Markdown. `controls` are the names of our buttons and links that it uses."""

    title: str
    summary: str
    body: str
    controls: frozenset[str] = field(default_factory=frozenset)


def read_articles() -> dict[str, Article]:
    """All articles by their slug, in the order of topics and files."""
    found = sorted(_files(), key=lambda one: (list(TOPICS).index(one.topic), one.slug))
    return {article.slug: article for article in found}


def _files() -> Iterator[Article]:
    for folder, only in ((SHARED, ""), *((PROVIDERS / one.slug / "help", one.slug) for one in providers.ALL)):
        for path in sorted(folder.glob("*.md")):
            said = frontmatter.load(str(path))
            facts: dict[str, Any] = dict(said.metadata)
            facts["search"] = [str(phrase) for phrase in facts.get("search", ())]  # YAML reads 404 as a number
            yield Article(slug=path.stem, body=said.content, only=only, **facts)


def parts() -> dict[str, str]:
    """The providers' own paragraphs, by `<provider>/<name>`."""
    return {
        f"{one.slug}/{path.stem}": path.read_text(encoding="utf-8").strip()
        for one in providers.ALL
        for path in (PROVIDERS / one.slug / "help" / "parts").glob("*.md")
    }


class Desk:
    """Writes articles for readers."""

    def __init__(self, articles: dict[str, Article]) -> None:
        self.articles = articles
        self.parts = parts()
        self._texts = Environment(  # noqa: S701 (Markdown of our own, not HTML: markdown-it escapes)
            loader=DictLoader({}), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        #: reading a text takes longer than filling it, and each is filled for every reader
        self.read = lru_cache(maxsize=None)(self._texts.from_string)

    def write(self, article: Article, reader: Reader) -> Text:
        """The article in the words for this reader.

        Raises:
            KeyError, UndefinedError: it asks for an article, a task or a word that does not exist.
        """
        reader = self._reader_of(article, reader)
        writing = _Writing(self, reader)
        texts = (writing.fill(text) for text in (article.title, article.summary, article.body))
        title, summary, body = (_capitals(text, reader.words["provider"]) for text in texts)
        return Text(title, summary, re.sub(r"\n{3,}", "\n\n", body).strip(), frozenset(writing.controls))

    def title(self, article: Article, reader: Reader) -> str:
        """The title of `write` alone."""
        reader = self._reader_of(article, reader)
        return _capitals(_Writing(self, reader).fill(article.title), reader.words["provider"])

    def _reader_of(self, article: Article, reader: Reader) -> Reader:
        """Whoever reads about one accounting system is told of that one."""
        return Reader(article.only, reader.country) if article.only else reader


def _capitals(text: str, name: str) -> str:
    """A name in words of ours begins a sentence with a capital."""
    return re.sub(rf"(^|[.?!:|] |\d\. |- )({re.escape(name)})", _capital, text, flags=re.MULTILINE)


def _capital(found: re.Match[str]) -> str:
    return found[1] + found[2][0].upper() + found[2][1:]


class _Writing:
    """One article for one reader: what its text may ask for."""

    def __init__(self, desk: Desk, reader: Reader) -> None:
        self._desk, self._reader = desk, reader
        self.controls: set[str] = set()

    def fill(self, text: str) -> str:
        functions = {name: getattr(self, name) for name in ("ui", "do", "see", "part", "state", "picture")}
        known = {**self._reader.words, **functions, "system": self._reader.provider, "country": self._reader.country}
        return self._desk.read(text).render(known)

    def ui(self, name: str) -> str:
        """The name of a control of ours, exactly as the page has it."""
        self.controls.add(name)
        return f"**{name}**"

    def do(self, task: str) -> str:
        """A button that leads to where the task is done."""
        return f'[{self._reader.fill(BY_SLUG[task].label)}](/go/{task} "do")'

    def see(self, slug: str, words: str = "") -> str:
        """A link to another article, by its title unless other words are given."""
        article = self._desk.articles[slug]
        return f"[{words or self.fill(article.title)}](/help/{slug})"

    def part(self, name: str) -> str:
        """The paragraph of the reader's accounting system; of all that have one, each under its name, where unknown."""
        if self._reader.slug:
            return self.fill(self._desk.parts.get(f"{self._reader.slug}/{name}", ""))
        held = [(one, self._desk.parts.get(f"{one.slug}/{name}")) for one in providers.ALL]
        each = ((one, _Writing(self._desk, Reader(one.slug, self._reader.country)), text) for one, text in held if text)
        said = [f"**{one.name}:** {writing.fill(text)}" for one, writing, text in each]
        return "\n\n".join(said)

    def state(self, mark: str, word: str) -> str:
        """A state as My Customers draws it; `mark` is one of static/css/marks.css."""
        return f"![{word[:1].upper()}{word[1:]}](state:{mark})"

    def picture(self, name: str, words: str) -> str:
        """A picture of our pages, with what it shows for those who do not see it."""
        return f"![{words}](/static/help/{name}.png)"
