"""What can be in somebody's way, each with a stable code, one sentence, the fix, and the article that tells more.

Features and providers declare theirs from the words they show; `link4web/problems.py` is the list of all.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem, state or refusal.

    `title`, `sentence` and `fix` may hold the names of `help.reader.Reader.words`, such as `{provider}`. `article` is
    the slug of the article, `at` the id of its heading when only that part is meant.
    """

    code: str
    title: str
    sentence: str
    fix: str
    article: str
    at: str = ""


def code_of(family: str, name: str) -> str:
    """The code of something that a feature knows by a word of its own: `CUSTOMER`, `needs_number`."""
    return f"{family}-{name.upper().replace('_', '-').replace(' ', '-')}"
