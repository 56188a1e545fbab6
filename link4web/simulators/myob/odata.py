"""`$filter` and `$orderby`: those of OData's operators and functions that MYOB has, put to SQL over known fields.

After MYOB developer documentation, "Retrieving Data".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from link4web.simulators.guids import as_guid
from link4web.simulators.myob import moments
from link4web.simulators.myob.errors import bad_query

TOKEN = re.compile(
    r"\s*(?:datetime'(?P<moment>[^']*)'|guid'(?P<guid>[^']*)'|'(?P<string>(?:[^']|'')*)'"
    r"|(?P<number>-?\d+(?:\.\d+)?)[mMdDfFlL]?\b|(?P<name>[A-Za-z_][\w/]*)|(?P<mark>[(),:]))"
)
COMPARES = {"eq": "=", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
FUNCTIONS = {"substringof": ("%", "%"), "startswith": ("", "%"), "endswith": ("%", "")}
MOST_PARENTHESES = 100


class UnknownField(Exception):
    """A field that the resource doesn't have; names count with their case."""


@dataclass(frozen=True)
class Column:
    """`kind` text, guid, flag, moment (ms), day (text) or number."""

    sql: str
    kind: str = "text"


@dataclass(frozen=True)
class Fields:
    """What can be filtered and ordered by; `members` are the fields of the entries of list fields."""

    columns: Mapping[str, Column]
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Condition:
    """A filter as SQL text with its parameters."""

    sql: str = ""
    parameters: list[object] = field(default_factory=list)


def read_filter(text: str, fields: Fields, zone: ZoneInfo) -> Condition:
    """Translate a `$filter`.

    Raises:
        ApiError: 400, the text is not an expression.
        UnknownField: it is one, over a field that isn't there.
    """
    if text.count("(") > MOST_PARENTHESES:
        raise bad_query("The filter is nested too deeply", "$filter")
    return _Parser(text, fields, zone).condition() if text.strip() else Condition()


def read_order(text: str, fields: Fields) -> list[str]:
    """The terms of an `$orderby` as SQL.

    Raises:
        ApiError: 400, more than a field and a direction in one term.
        UnknownField: a field that isn't there.
    """
    terms = []
    for term in filter(str.strip, text.split(",")):
        name, *rest = term.split()
        if name not in fields.columns:
            raise UnknownField(name)
        if rest not in ([], ["asc"], ["desc"]):
            raise bad_query(f"'{term.strip()}' can't be ordered by", "$orderby")
        terms.append(" ".join([fields.columns[name].sql, *rest]))
    return terms


class _Parser:
    """Recursive descent: or-terms of and-terms of comparisons."""

    def __init__(self, text: str, fields: Fields, zone: ZoneInfo) -> None:
        self.fields = fields
        self.zone = zone
        self.tokens = list(self._split(text))
        self.place = 0
        self.parameters: list[object] = []
        self.members: dict[str, tuple[str, ...]] = {}

    def _split(self, text: str) -> list[tuple[str, str]]:
        tokens, at = [], 0
        while text[at:].strip():
            found = TOKEN.match(text, at)
            if not found or not found.lastgroup:
                raise bad_query(f"Syntax error at position {at}", "$filter")
            tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        return tokens

    def condition(self) -> Condition:
        sql = f"({self._either()})"
        if self.place < len(self.tokens):
            raise bad_query(f"Unexpected '{self.tokens[self.place][1]}'", "$filter")
        return Condition(sql, self.parameters)

    def _either(self) -> str:
        terms = [self._both()]
        while self._take("or"):
            terms.append(self._both())
        return " or ".join(terms)

    def _both(self) -> str:
        terms = [self._term()]
        while self._take("and"):
            terms.append(self._term())
        return " and ".join(terms)

    def _term(self) -> str:
        if self._take("not"):
            return f"not {self._term()}"
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return f"({inner})"
        name = self._name()
        if name in FUNCTIONS:
            return self._function(name)
        parent, _, last = name.rpartition("/")
        if last in ("any", "all") and parent in self.fields.members:
            return self._of_list(parent, last)
        return self._comparison(self._column(name))

    def _comparison(self, column: Column) -> str:
        operator = COMPARES.get(self._name())
        if operator is None:
            raise bad_query("An operator is missing", "$filter")
        if column.kind in ("guid", "flag") and operator not in ("=", "!="):
            raise bad_query("Only eq and ne fit this field", "$filter")
        if self._take("null"):
            return f"{column.sql} is {'' if operator == '=' else 'not '}null"
        self.parameters.append(self._value(column))
        return f"{column.sql} {operator} ?{' collate nocase' if column.kind == 'text' else ''}"

    def _function(self, name: str) -> str:
        self._expect("(")
        if name == "substringof":
            text, column = self._text(), self._after_comma()
        else:
            column = self._column(self._name())
            self._expect(",")
            text = self._text()
        self._expect(")")
        before, after = FUNCTIONS[name]
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        self.parameters.append(f"{before}{escaped}{after}")
        found = f"{column.sql} like ? escape '\\'"
        return found if not self._take("eq") else self._equals_flag(found)

    def _after_comma(self) -> Column:
        self._expect(",")
        return self._column(self._name())

    def _equals_flag(self, found: str) -> str:
        word = self._name()
        if word not in ("true", "false"):
            raise bad_query("A function is compared with true or false", "$filter")
        return found if word == "true" else f"not ({found})"

    def _of_list(self, parent: str, quantifier: str) -> str:
        self._expect("(")
        variable = self._name()
        if "/" in variable:
            raise bad_query(f"Unexpected '{variable}'", "$filter")
        self._expect(":")
        self.members[variable] = self.fields.members[parent]
        inner = self._either()
        del self.members[variable]
        self._expect(")")
        # the names were found in our own tables of fields; values are parameters
        rows = f"select 1 from json_each({BODY}, '$.{parent}') each_{variable} where"  # noqa: S608
        return f"exists ({rows} {inner})" if quantifier == "any" else f"not exists ({rows} not ({inner}))"

    def _column(self, name: str) -> Column:
        variable, _, member = name.partition("/")
        if member in self.members.get(variable, ()):
            return Column(f"json_extract(each_{variable}.value, '$.{member}')")
        if name not in self.fields.columns:
            raise UnknownField(name)
        return self.fields.columns[name]

    def _value(self, column: Column) -> object:
        kind, text = self._next()
        if column.kind in ("moment", "day"):
            return self._moment(kind, text, column.kind)
        if column.kind == "guid":
            return as_guid(text) or ""
        if column.kind == "flag":
            if text not in ("true", "false"):
                raise bad_query(f"Unexpected '{text}'", "$filter")
            return int(text == "true")
        if column.kind == "number":
            if kind != "number":
                raise bad_query(f"Unexpected '{text}'", "$filter")
            return float(text)
        if kind != "string":
            raise bad_query(f"Unexpected '{text}'", "$filter")
        return text.replace("''", "'")

    def _moment(self, kind: str, text: str, wanted: str) -> object:
        moment = moments.read(text) if kind == "moment" else None
        if moment is None:
            raise bad_query(f"'{text}' is not a datetime", "$filter")
        if wanted == "day":
            return moment.isoformat(timespec="seconds")
        try:
            return moments.in_milliseconds(moment, self.zone)
        except OverflowError as error:
            raise bad_query(f"'{text}' is out of range", "$filter") from error

    def _text(self) -> str:
        kind, text = self._next()
        if kind != "string":
            raise bad_query(f"Unexpected '{text}'", "$filter")
        return text.replace("''", "'")

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name":
            raise bad_query(f"Unexpected '{text}'", "$filter")
        return text

    def _next(self) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise bad_query("The filter ends too early", "$filter")
        self.place += 1
        return self.tokens[self.place - 1]

    def _take(self, wanted: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place] in (("name", wanted), ("mark", wanted)):
            self.place += 1
            return True
        return False

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise bad_query(f"'{wanted}' expected", "$filter")


# bodies stand apart: only a filter that needs one reads it
BODY = "(select body from myob_entity_body where id = myob_entity.id)"


def in_body(path: str, kind: str = "text") -> Column:
    """A field that is only in the JSON body, by its dotted path."""
    return Column(f"json_extract({BODY}, '$.{path}')", kind)
