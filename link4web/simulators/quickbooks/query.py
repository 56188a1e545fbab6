"""Queries over a company's objects: which properties may be asked for, and what they are in the tables."""

from dataclasses import dataclass

import msgspec
from flask import Response, request

from link4web.simulators.folding import fold
from link4web.simulators.quickbooks import errors
from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.quickbooks.envelope import answer, raw_page
from link4web.simulators.quickbooks.gate import Call
from link4web.simulators.quickbooks.records import NAMES, TRANSACTIONS, bodies
from link4web.simulators.quickbooks.statement import Comparison, Literal, Statement, read_statement
from link4web.simulators.quickbooks.times import read_moment
from link4web.simulators.state import state

DEFAULT_ROWS, MOST_ROWS = 100, 1000


@dataclass(frozen=True)
class Column:
    """`kind` is text (case and accents don't matter), exact, id, flag, moment, day or number."""

    sql: str
    kind: str = "text"


COMMON = {
    "id": Column("number", "id"),
    "metadata.createtime": Column("created_ms", "moment"),
    "metadata.lastupdatedtime": Column("updated_ms", "moment"),
}
LISTED = {**COMMON, "active": Column("active", "flag")}
NAME = {
    **LISTED,
    "displayname": Column("name_key"),
    "givenname": Column("given"),
    "middlename": Column("middle"),
    "familyname": Column("family"),
    "companyname": Column("company"),
    "fullyqualifiedname": Column("full_name"),
    "printoncheckname": Column("print_name"),
    "primaryemailaddr": Column("email"),
    "balance": Column("balance", "number"),
}
TRANSACTION = {
    **COMMON,
    "docnumber": Column("doc_number", "exact"),
    "txndate": Column("day", "day"),
    "duedate": Column("due_day", "day"),
    "customerref": Column("customer", "exact"),
    "balance": Column("balance", "number"),
    "totalamt": Column("total", "number"),
}
LIST = {**LISTED, "name": Column("name_key")}
FIELDS = {
    **dict.fromkeys(NAMES, NAME),
    **dict.fromkeys(TRANSACTIONS, TRANSACTION),
    **dict.fromkeys(("Item", "TaxCode", "TaxRate", "Term", "Account"), LIST),
    **dict.fromkeys(("CompanyInfo", "Preferences"), COMMON),
}
ENTITIES = {name.lower(): name for name in FIELDS}
KNOWN_BUT_NOT_FILTERABLE = {
    "primarytaxidentifier", "resalenum", "notes", "billaddr", "shipaddr", "primaryphone", "mobile", "taxable", "job",
    "parentref", "synctoken", "currencyref", "webaddr", "line", "privatenote", "emailstatus", "level",
}  # fmt: skip
TWO_PARTS = {"primaryemailaddr.address": "primaryemailaddr", "customerref.value": "customerref"}


@dataclass(frozen=True)
class Selection:
    """A condition as SQL with its parameters."""

    sql: str
    parameters: tuple[object, ...]


def query(call: Call) -> Response:
    """GET with the statement in `query`, or POST with the statement as body.

    Raises:
        ApiError: 400, codes 4000 and 4001.
    """
    text = request.args.get("query", "") if request.method == "GET" else request.get_data(as_text=True)
    return answer_query(call, text)


def answer_query(call: Call, text: str) -> Response:
    statement = read_statement(text)
    kind = ENTITIES.get(statement.entity.lower())
    if kind is None:
        raise errors.bad_query(f"Invalid context declaration: {statement.entity}")
    selection = _selection(call.realm, kind, statement)
    if statement.counts:
        return answer({"QueryResponse": {"totalCount": _count(selection)}})
    rows = _page(kind, statement, selection)
    if statement.properties:
        rows = [_only(body, statement.properties) for body in rows]
    facts = {"startPosition": statement.start, "maxResults": len(rows), "totalCount": len(rows)}
    return raw_page(kind, rows, facts if rows else {})


def column_of(kind: str, prop: str) -> Column:
    """What a property is in the tables.

    Raises:
        ApiError: 400, code 4001.
    """
    name = prop.lower()
    found = FIELDS[kind].get(TWO_PARTS.get(name, name))
    if found:
        return found
    if name.partition(".")[0] in KNOWN_BUT_NOT_FILTERABLE:
        raise errors.bad_query(f"property '{prop}' is not queryable")
    raise errors.bad_query(f"Property {prop} not found for Entity {kind}")


def _selection(realm: str, kind: str, statement: Statement) -> Selection:
    parts, values = ["realm = ?", "kind = ?", "removed = 0"], list[object]([realm, kind])
    for comparison in statement.where:
        column = column_of(kind, comparison.prop)
        parts.append(_compared(column, comparison))
        values += [_value(column, comparison, one) for one in comparison.values]
    if "active" in FIELDS[kind] and not any(one.prop.lower() == "active" for one in statement.where):
        parts.append("active = 1")
    return Selection(" and ".join(parts), tuple(values))


def _compared(column: Column, comparison: Comparison) -> str:
    if comparison.operator == "in":
        return f"{column.sql} in ({','.join('?' * len(comparison.values))})"
    if comparison.operator == "like":
        if column.kind not in ("text", "exact"):
            raise errors.bad_query(f"Operator LIKE is not supported for property {comparison.prop}")
        return f"{column.sql} like ? escape '\\'"
    return f"{column.sql} {comparison.operator} ?"


def _value(column: Column, comparison: Comparison, literal: Literal) -> object:
    text = literal.text
    if column.kind in ("text", "exact"):
        if literal.kind != "string":
            raise errors.bad_query(f"Invalid value for property {comparison.prop}: {text}")
        plain = fold(text) if column.kind == "text" else text
        return plain.replace("\\", "\\\\").replace("_", "\\_") if comparison.operator == "like" else plain
    if column.kind == "flag":
        if literal.kind != "name":
            raise errors.bad_query(f"Invalid value for property {comparison.prop}: {text}")
        return int(text == "true")
    if column.kind == "moment":
        found = read_moment(text)
        if found is None:
            raise errors.bad_query(f"Invalid date/time value for property {comparison.prop}: {text}")
        return found
    return text if column.kind == "day" else _number(text, comparison.prop)


def _number(text: str, prop: str) -> float | int:
    try:
        number = float(text)
        return int(number) if number.is_integer() else number
    except (ValueError, OverflowError) as error:
        raise errors.bad_query(f"Invalid value for property {prop}: {text}") from error


def _limit(statement: Statement) -> int:
    if statement.start < 1:
        raise errors.bad_query(f"value {statement.start} is too small. Min value is 1.")
    limit = DEFAULT_ROWS if statement.limit is None else statement.limit
    if limit < 1:
        raise errors.bad_query(f"value {limit} is too small. Min value is 1.")
    if limit > MOST_ROWS and SWITCHES["max_results_over_1000"] == "refused":
        raise errors.bad_query(f"value {limit} is too large. Max allowed value is {MOST_ROWS}.")
    return min(limit, MOST_ROWS)


def _page(kind: str, statement: Statement, selection: Selection) -> list[str]:
    limit = _limit(statement)
    order = [f"{column_of(kind, prop).sql}{' desc' if downwards else ''}" for prop, downwards in statement.order]
    if not any(one.startswith("number") for one in order):
        order.append("number")
    # columns come from the tables above, every value is a parameter
    sql = f"select id from quickbooks_object where {selection.sql} order by {', '.join(order)} limit ? offset ?"  # noqa: S608
    with state().store.read() as db:
        found = db.execute(sql, (*selection.parameters, limit + 1, statement.start - 1)).fetchall()
        more = 1 if SWITCHES["page_one_too_many"] else 0
        return bodies(db, [row["id"] for row in found[: limit + more]])


def _count(selection: Selection) -> int:
    sql = f"select count(*) from quickbooks_object where {selection.sql}"  # noqa: S608 (as above)
    with state().store.read() as db:
        return int(db.execute(sql, selection.parameters).fetchone()[0])


def _only(body: str, properties: list[str]) -> str:
    wanted = {prop.partition(".")[0].lower() for prop in properties} | {"domain"}
    whole = msgspec.json.decode(body)
    chosen = {name: value for name, value in whole.items() if name.lower() in wanted}
    return msgspec.json.encode({**chosen, "sparse": True}).decode()
