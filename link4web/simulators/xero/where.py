"""The `where` and `order` parameters: a small expression language, put to SQL over known columns.

After Xero developer documentation, "Requests and responses".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from link4web.simulators.folding import fold
from link4web.simulators.xero.errors import bad_query

TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.|"")*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)"""
    r"""|(?P<operator>==|!=|<>|>=|<=|&&|\|\||[=<>(),.!]))"""
)
COMPARES = {"==": "=", "=": "=", "!=": "!=", "<>": "!=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
MOST_PARENTHESES = 100
METHODS = {"contains": ("%", "%"), "startswith": ("", "%"), "endswith": ("%", "")}


@dataclass(frozen=True)
class Column:
    """`kind` text (folded, so case and accents don't matter), exact, flag, moment (ms), day or number.

    `quick` says which comparisons Xero can do without reading every record: "" none, "=" equality, "<" ranges too.
    """

    sql: str
    kind: str = "exact"
    quick: str = ""


@dataclass
class Condition:
    """A `where` as SQL text with its parameters; `optimised` as Xero's documentation uses the word."""

    sql: str = ""
    parameters: list[object] = field(default_factory=list)
    optimised: bool = True


def read_where(text: str, columns: Mapping[str, Column]) -> Condition:
    """Translate a `where`; `columns` by field name in lower case.

    Raises:
        ApiError: 400, the text is not an expression over these fields.
    """
    if text.count("(") > MOST_PARENTHESES:
        raise bad_query("The expression is nested too deeply")
    return _Parser(text, columns).condition() if text.strip() else Condition()


def read_order(text: str, columns: Mapping[str, str], default: str) -> tuple[str, bool]:
    """The column of an `order`, and whether downwards. Only orders that Xero calls optimised are known here.

    Raises:
        ApiError: 400, more than a field and a direction, or an unknown field.
    """
    words = text.split()
    if not words:
        return columns[default], False
    name, direction = words[0].lower(), words[1].lower() if len(words) > 1 else "asc"
    if len(words) > 2 or direction not in ("asc", "desc") or name not in columns:
        raise bad_query(f"No property or field '{text}' exists to order by")
    return columns[name], direction == "desc"


class _Parser:
    """Recursive descent: or-terms of and-terms of comparisons."""

    def __init__(self, text: str, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        self.tokens = list(self._split(text))
        self.place = 0
        self.result = Condition()

    def _split(self, text: str) -> list[tuple[str, str]]:
        tokens, at = [], 0
        while text[at:].strip():
            found = TOKEN.match(text, at)
            if not found or not found.lastgroup:
                raise bad_query(f"Syntax error at position {at}")
            tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        return tokens

    def condition(self) -> Condition:
        self.result.sql = f"({self._either()})"
        if self.place < len(self.tokens):
            raise bad_query(f"Unexpected '{self.tokens[self.place][1]}'")
        return self.result

    def _either(self) -> str:
        terms = [self._both()]
        while self._take("||", "or"):
            terms.append(self._both())
            self.result.optimised = False
        return " or ".join(terms)

    def _both(self) -> str:
        terms = [self._comparison()]
        while self._take("&&", "and"):
            terms.append(self._comparison())
        return " and ".join(terms)

    def _comparison(self) -> str:
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return f"({inner})"
        name = self._name()
        column, method = self._column(name)
        if method:
            return self._method(column, method)
        kind, operator = self._next()
        if kind != "operator" or operator not in COMPARES:
            raise bad_query(f"Unexpected '{operator}'")
        return self._compared(column, COMPARES[operator], self._value(column))

    def _column(self, name: str) -> tuple[Column, str]:
        parts = name.lower().split(".")
        for cut in range(len(parts), 0, -1):
            if column := self.columns.get(".".join(parts[:cut])):
                rest = [part for part in parts[cut:] if part != "value"]
                return column, ".".join(rest)
        raise bad_query(f"No property or field '{name}' exists")

    def _method(self, column: Column, method: str) -> str:
        self.result.optimised = False
        self._expect("(")
        if method in ("tolower", "toupper"):
            self._expect(")")
            return self._after_lowering(column)
        if method not in METHODS:
            raise bad_query(f"No applicable method '{method}' exists")
        before, after = METHODS[method]
        text = str(self._value(column)).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        self._expect(")")
        self.result.parameters.append(f"{before}{text}{after}")
        return f"{column.sql} like ? escape '\\'"

    def _after_lowering(self, column: Column) -> str:
        if self._take("."):
            return self._method(column, self._name().lower())
        kind, operator = self._next()
        if kind != "operator" or operator not in COMPARES:
            raise bad_query(f"Unexpected '{operator}'")
        return self._compared(column, COMPARES[operator], self._value(column))

    def _compared(self, column: Column, operator: str, value: object) -> str:
        if column.quick != "<" and not (column.quick and operator == "="):
            self.result.optimised = False
        if value is None:
            value = ""
        self.result.parameters.append(value)
        return f"{column.sql} {operator} ?"

    def _value(self, column: Column) -> object:
        kind, text = self._next()
        if kind == "string":
            plain = text[1:-1].replace('\\"', '"').replace('""', '"')
            return fold(plain) if column.kind == "text" else plain.lower() if column.kind == "id" else plain
        if kind == "number":
            return float(text)
        lowered = text.lower()
        if lowered in ("true", "false"):
            return int(lowered == "true")
        if lowered == "null":
            return None
        if lowered in ("guid", "datetime"):
            return self._built(lowered, column)
        raise bad_query(f"Unexpected '{text}'")

    def _built(self, kind: str, column: Column) -> object:
        self._expect("(")
        parts = []
        while not self._take(")"):
            parts.append(self._next()[1])
            self._take(",")
        if kind == "guid":
            return parts[0].strip('"').lower() if parts else ""
        try:
            moment = datetime(*[int(part) for part in parts], tzinfo=UTC)  # type: ignore[arg-type, misc]  # numbers only
        except (ValueError, TypeError, OverflowError) as error:
            raise bad_query("DateTime takes year, month, day and maybe hour, minute, second") from error
        return moment.date().isoformat() if column.kind == "day" else int(moment.timestamp() * 1000)

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name":
            raise bad_query(f"Unexpected '{text}'")
        return text

    def _next(self) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise bad_query("The expression ends too early")
        self.place += 1
        return self.tokens[self.place - 1]

    def _take(self, *wanted: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place][1].lower() in wanted:
            self.place += 1
            return True
        return False

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise bad_query(f"'{wanted}' expected")
