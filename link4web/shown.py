"""Everything the application can show that needs a code: states, refusals, errors, and what pages link to for help.

From the tables of words that pages take, and from the sources themselves: whatever looks like a code there is one.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, get_args

from link4web import providers
from link4web.accounts.words import OWN_NUMBER_SAVED, own_number_code
from link4web.colleagues import words as colleagues
from link4web.connections import allowance
from link4web.connections import words as connections
from link4web.customers import problems as customers
from link4web.customers import states
from link4web.customers.words import DRAFTS, EMPTY_WORDS, GONE
from link4web.invitations import eligibility
from link4web.invitations import words as invitations
from link4web.providers.base.failures import SENTENCES
from link4web.registers.numbers import Kind, NumberProblem
from link4web.web.errors import WORDS

CODE = Path(__file__).parent
TEMPLATES = CODE.parent / "templates"
#: Where codes are declared, and what is no part of the product's pages.
ELSEWHERE = {"problems.py", "everywhere.py", "simulators", "supervisor"}
#: Where only the ends of codes stand, since every accounting system has its own beginning.
ENDS = {"connections/allowance.py", "providers/base/failures.py", "providers/base/oauth.py"}
_SHAPE = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+")
_IN_FLASH = re.compile(r"(?:done|wait|todo|bad|rest) ([A-Z0-9-]+)")
_IN_TEMPLATE = re.compile(r'"([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*)"')
_HELP = re.compile(r"(?:help_link\(|notice\(|empty\(|_code=|code=)[^}]*")


class Shown(NamedTuple):
    """Something that can be seen, and its code. `is_end`: that of no family may be the end of one made elsewhere."""

    what: str
    code: str
    is_end: bool = False


def everything() -> list[Shown]:
    """All of it, with repetitions where several places show the same."""
    return [*_of_tables(), *_of_links(), *_of_providers(), *_of_sources(), *_of_templates()]


def without_code(codes: Iterable[str]) -> list[Shown]:
    """What is shown though none of these codes is its own."""
    known = set(codes)
    return [one for one in everything() if one.code not in known and not any(_ends_so(code, one) for code in known)]


def places_of(code: str, all_shown: Iterable[Shown]) -> list[str]:
    """What shows the problem of this code, each place once."""
    found = (one.what for one in all_shown if one.code == code or _ends_so(code, one))
    return list(dict.fromkeys(found))


def _ends_so(code: str, one: Shown) -> bool:
    return one.is_end and code.endswith(f"-{one.code}")


def _of_tables() -> Iterator[Shown]:
    for state in states.ALL:
        yield Shown("state of a customer", customers.state_code(state))
    for queue in EMPTY_WORDS:
        yield Shown("list without rows", customers.empty_code(queue))
    for status in GONE:
        yield Shown("search for somebody gone", customers.gone_code(status))
    for state in DRAFTS:
        yield Shown("draft invoice", customers.draft_code(state, ""))
    yield Shown("draft invoice", customers.draft_code("made", "anything"))
    for kind in get_args(Kind):
        yield Shown("customer’s number", NumberProblem(kind, "").coded.code)
    for why in (eligibility.RECENTLY, eligibility.OFTEN):
        yield Shown("left out of a batch", invitations.left_out_code(why))
    for code in invitations.MAIL_CODES.values():
        yield Shown("mail of an invitation", code)
    for status in OWN_NUMBER_SAVED:
        yield Shown("own number", own_number_code(status))
    for number in WORDS:
        yield Shown("error page", f"HTTP-{number}")
    for code in ("RECONNECT", "DISCONNECTED"):
        yield Shown("state of a connection", code)


def _of_links() -> Iterator[Shown]:
    for state in invitations.CLOSED:
        yield Shown("link of an invitation", invitations.closed_code(state))
    for state in colleagues.CLOSED:
        yield Shown("link of a colleague’s invitation", colleagues.closed_code(state))


def _of_providers() -> Iterator[Shown]:
    for code in connections.CONSENT:
        yield Shown("way to a connection", connections.consent_code(code))
    for provider in providers.ALL:
        for code in provider.consent_words:
            yield Shown(f"way to a connection, {provider.name}", connections.consent_code(code))
        for limit, _ in (allowance.MONTH, allowance.DAY, allowance.MOMENT):
            yield Shown(f"calls of {provider.name}", allowance.code_of(provider, limit))
    for what in SENTENCES:
        yield Shown("answer of an accounting system", what, is_end=True)


def _of_sources() -> Iterator[Shown]:
    for path in sorted(CODE.rglob("*.py")):
        place = path.relative_to(CODE)
        if not ELSEWHERE.intersection(place.parts):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from _codes_in(place, node.value)


def _codes_in(place: Path, text: str) -> Iterator[Shown]:
    """Codes, ends of codes, and what a way back from consent calls its troubles."""
    if flashed := _IN_FLASH.fullmatch(text):
        yield Shown(place.as_posix(), flashed[1])
    elif _SHAPE.fullmatch(text):
        code = connections.consent_code(text) if place.name == "consent.py" else text
        yield Shown(place.as_posix(), code, is_end=place.as_posix() in ENDS)


def _of_templates() -> Iterator[Shown]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        place = path.relative_to(TEMPLATES).as_posix()
        for asked in _HELP.findall(path.read_text(encoding="utf-8")):
            yield from (Shown(place, code) for code in _IN_TEMPLATE.findall(asked))
