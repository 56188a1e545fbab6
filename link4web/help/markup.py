"""Markdown of articles as HTML: headings that can be linked to, links that suit where the article stands."""

import itertools
import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from link4web.folding import fold

Size = tuple[int, int]
#: A picture whose address begins so is a state of a customer, drawn like those on My Customers.
STATE = "state:"


@dataclass(frozen=True)
class Setting:
    """Where an article stands. `query` is what links to other articles carry; `framed`: on somebody else's page.

    `base` is our own address where the article stands on another page, empty where it stands on ours.
    """

    query: str = ""
    base: str = ""
    sizes: tuple[tuple[str, Size], ...] = ()

    @property
    def framed(self) -> bool:
        return bool(self.base)


@dataclass(frozen=True)
class Heading:
    """A heading that can be linked to."""

    id: str
    words: str


def html_of(text: str, setting: Setting) -> Markup:
    """The article's body. Raw HTML in the text comes out as text."""
    # safe: the renderer escapes everything that is not its own markup, and the texts are ours
    return Markup(_MARKDOWN.render(text, {"setting": setting}))  # noqa: S704 (markdown-it escapes what it renders)


def beginning_of(text: str, setting: Setting, most: int = 5) -> Markup:
    """The first `most` steps, where the article begins with some; else what it says before its first heading."""
    tokens = _before_headings(_MARKDOWN.parse(text))
    begin = next((place for place, token in enumerate(tokens) if token.type == "ordered_list_open"), None)
    chosen = tokens if begin is None else _first_items(tokens[begin:], most)
    # safe: as in html_of
    return Markup(_MARKDOWN.renderer.render(chosen, _MARKDOWN.options, {"setting": setting}))  # noqa: S704 (markdown-it escapes what it renders)


def _first_items(tokens: list[Token], most: int) -> list[Token]:
    """The list that these tokens begin with, cut after so many items."""
    ends = [place for place, token in enumerate(tokens) if (token.type, token.level) == ("list_item_close", 1)]
    close = next(place for place, token in enumerate(tokens) if (token.type, token.level) == ("ordered_list_close", 0))
    mine = [place for place in ends if place < close]
    return [*tokens[: mine[:most][-1] + 1], tokens[close]]


def _before_headings(tokens: list[Token]) -> list[Token]:
    """What stands before the first heading, without the buttons that lead away."""
    end = next((place for place, token in enumerate(tokens) if token.type == "heading_open"), len(tokens))
    buttons = [place for place, token in enumerate(tokens[:end]) if _is_button(token)]
    left_out = {place + beside for place in buttons for beside in (-1, 0, 1)}
    return [token for place, token in enumerate(tokens[:end]) if place not in left_out]


def _is_button(token: Token) -> bool:
    """Whether a paragraph's content is nothing but a `do(…)`."""
    first = (token.children or [token])[0]
    return first.type == "link_open" and first.attrGet("title") == "do"


def headings_of(text: str) -> list[Heading]:
    """The headings of the second level, in order."""
    tokens = _MARKDOWN.parse(text)
    after = itertools.pairwise(tokens)
    return [_heading(inline) for token, inline in after if token.type == "heading_open" and token.tag == "h2"]


def plain_of(text: str) -> str:
    """The words alone, a line for each block: what a search looks through."""
    blocks = (token for token in _MARKDOWN.parse(text) if token.type == "inline")
    return "\n".join(_words(token) for token in blocks)


def heading_id(words: str) -> str:
    """How a heading is named in an address."""
    return re.sub(r"[^a-z0-9]+", "-", fold(words)).strip("-")


def _heading(inline: Token) -> Heading:
    words = _words(inline)
    return Heading(heading_id(words), words)


def _words(inline: Token) -> str:
    return "".join(child.content or " " * (child.type == "softbreak") for child in inline.children or [])


class _Renderer(RendererHTML):
    """The library's own, with our headings, links and pictures."""

    def heading_open(
        self, tokens: Sequence[Token], index: int, options: Any, environment: MutableMapping[str, Any]
    ) -> str:
        tokens[index].attrSet("id", _heading(tokens[index + 1]).id)
        return self.renderToken(tokens, index, options, environment)

    def link_open(
        self, tokens: Sequence[Token], index: int, options: Any, environment: MutableMapping[str, Any]
    ) -> str:
        link, setting = tokens[index], environment["setting"]
        href = str(link.attrGet("href"))
        if link.attrGet("title") == "do":
            del link.attrs["title"]
            link.attrSet("class", "btn")
        if href.startswith(("/help/", "/go/")):
            path, mark, place = href.partition("#")
            link.attrSet("href", f"{setting.base}{path}{setting.query}{mark}{place}")
            if href.startswith("/help/") and not setting.framed:
                link.attrSet("data-help", "")
        if setting.framed and not href.startswith("#"):
            link.attrSet("target", "_blank")
            link.attrSet("rel", "noopener")
        return self.renderToken(tokens, index, options, environment)

    def image(self, tokens: Sequence[Token], index: int, options: Any, environment: MutableMapping[str, Any]) -> str:
        picture, setting = tokens[index], environment["setting"]
        source = str(picture.attrGet("src"))
        if source.startswith(STATE):
            mark = escapeHtml(source.removeprefix(STATE))
            return f'<span class="tag" data-state="{mark}">{escapeHtml(picture.content)}</span>'
        width, height = dict(setting.sizes).get(source.rpartition("/")[2].removesuffix(".png"), (1280, 800))
        for name, value in (("src", setting.base + source), ("width", width), ("height", height), ("loading", "lazy")):
            picture.attrSet(name, str(value))
        return super().image(tokens, index, options, environment)


_MARKDOWN = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}, renderer_cls=_Renderer).enable("table")
