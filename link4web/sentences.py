"""What is said about problems: each has a stable code, and a sentence may carry the code of the problem it tells of."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem, state or refusal, as the help centre tells it.

    `title`, `sentence` and `fix` may hold the names of `help.reader.Reader.words`, such as `{provider}`. `article` is
    the slug of the article, `at` the id of its heading when only that part is meant. `only` is the slug of the one
    accounting system for whose readers it is told so; for others, one of the same code without it is told.
    """

    code: str
    title: str
    sentence: str
    fix: str
    article: str
    at: str = ""
    only: str = ""


def code_of(family: str, name: str) -> str:
    """The code of something that a feature knows by a word of its own: `CUSTOMER`, `needs_number`."""
    return f"{family}-{name.upper().replace('_', '-').replace(' ', '-')}"


class Coded(str):
    """A sentence for a person, with the `code` of its problem, so that a page can put help beside it."""

    __slots__ = ("code",)

    code: str

    def __new__(cls, sentence: str, code: str) -> Self:
        made = super().__new__(cls, sentence)
        made.code = code
        return made
