"""The query language: a statement read into its parts. What its words mean, query.py knows.

After Intuit developer documentation, "Query operations and syntax".
"""

import re
from dataclasses import dataclass, field

from link4web.simulators.quickbooks import errors
from link4web.simulators.quickbooks.behaviour import SWITCHES

TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<name>[A-Za-z_][\w.]*)"""
    r"""|(?P<sign><=|>=|[=<>(),*]))"""
)
ESCAPED = re.compile(r"\\(.)")
OPERATORS = ("=", "<", ">", "<=", ">=", "like", "in")
ENDS = ("where", "orderby", "order", "startposition", "maxresults")


@dataclass(frozen=True)
class Literal:
    """A value in a condition; `kind` is string, number or name (true, false)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Comparison:
    prop: str
    operator: str
    values: tuple[Literal, ...]


@dataclass
class Statement:
    """`properties` empty: all of them. `limit` None: as many as QuickBooks gives by itself."""

    entity: str = ""
    counts: bool = False
    properties: list[str] = field(default_factory=list)
    where: list[Comparison] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    start: int = 1
    limit: int | None = None


def read_statement(text: str) -> Statement:
    """The parts of a statement.

    Raises:
        ApiError: 400, code 4000, it is not one of this language.
    """
    return _Reader(text).statement()


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = list(self._split(text))
        self.place = 0
        self.result = Statement()

    def _split(self, text: str) -> list[tuple[str, str, int]]:
        tokens, at = [], 0
        while text[at:].strip():
            found = TOKEN.match(text, at)
            if not found or not found.lastgroup:
                column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
                raise errors.bad_syntax(f'Lexical error at line 1, column {column}. Encountered: "{text[column - 1]}"')
            tokens.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1))
            at = found.end()
        return tokens

    def statement(self) -> Statement:
        self._expect("select")
        self._projection()
        self._expect("from")
        self.result.entity = self._name()
        if self._take("where"):
            self._conditions()
        self._ordering()
        self._window()
        if self.place < len(self.tokens):
            raise self._encountered()
        return self.result

    def _projection(self) -> None:
        if self._take("count"):
            self._expect("(")
            self._expect("*")
            self._expect(")")
            self.result.counts = True
            return
        # a star brings all properties, whatever stands beside it
        named, star = [], False
        while True:
            if self._take("*"):
                star = True
            else:
                named.append(self._name())
            if not self._take(","):
                break
        self.result.properties = [] if star else named

    def _conditions(self) -> None:
        self.result.where.append(self._comparison())
        while self._take("and"):
            self.result.where.append(self._comparison())

    def _comparison(self) -> Comparison:
        prop = self._name()
        _, operator, _ = self._next()
        if operator.lower() not in OPERATORS:
            self.place -= 1
            raise self._encountered()
        if operator.lower() != "in":
            return Comparison(prop, operator.lower(), (self._literal(),))
        self._expect("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._expect(")")
        return Comparison(prop, "in", tuple(values))

    def _literal(self) -> Literal:
        kind, text, _ = self._next()
        if kind == "string":
            return Literal(kind, ESCAPED.sub(r"\1", text[1:-1]))
        if kind == "number" or text.lower() in ("true", "false"):
            return Literal(kind, text.lower())
        self.place -= 1
        raise self._encountered()

    def _ordering(self) -> None:
        in_two = SWITCHES["order_by_in_two_words"] and self._peek() == "order"
        if in_two:
            self.place += 1
            self._expect("by")
        elif not self._take("orderby"):
            return
        while True:
            prop = self._name()
            downwards = self._take("desc")
            if not downwards:
                self._take("asc")
            self.result.order.append((prop, downwards))
            if not self._take(","):
                return

    def _window(self) -> None:
        if self._take("startposition"):
            self.result.start = self._number()
        if self._take("maxresults"):
            self.result.limit = self._number()

    def _number(self) -> int:
        kind, text, _ = self._next()
        if kind != "number" or not text.lstrip("-").isdigit() or len(text) > 9:
            self.place -= 1
            raise self._encountered()
        return int(text)

    def _name(self) -> str:
        kind, text, _ = self._next()
        if kind != "name":
            self.place -= 1
            raise self._encountered()
        return text

    def _next(self) -> tuple[str, str, int]:
        if self.place >= len(self.tokens):
            raise self._encountered()
        self.place += 1
        return self.tokens[self.place - 1]

    def _peek(self) -> str:
        return self.tokens[self.place][1].lower() if self.place < len(self.tokens) else ""

    def _take(self, wanted: str) -> bool:
        if self._peek() == wanted:
            self.place += 1
            return True
        return False

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise self._encountered()

    def _encountered(self) -> errors.Fault:
        if self.place >= len(self.tokens):
            return errors.bad_syntax('Encountered "<EOF>" at the end of the query.')
        kind, text, column = self.tokens[self.place]
        return errors.bad_syntax(f'Encountered " <{kind.upper()}> "{text} "" at line 1, column {column}.')
