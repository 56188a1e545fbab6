"""Statements in QuickBooks' query language, which has no parameters: every value is quoted here and nowhere else."""

from collections.abc import Iterable
from datetime import UTC, datetime

PAGE_SIZE = 1000
# each page repeats so many rows of the one before (see `walking`)
OVERLAP = 20

# without it only active ones are found
_ALL = "Active IN (true, false)"
_ORDERS = {"id": "Id", "updated": "MetaData.LastUpdatedTime"}


def quoted(value: str) -> str:
    """A text as the language writes it. The backslash comes first, or a value could end its own quotation."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def moment(value: datetime) -> str:
    """A moment, to the second and rounded down, so that nothing falls between two reads."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def customers(page: int, order: str, since: datetime | None, *, start: int, rows: int) -> str:
    """So many rows from `start` (0 is the first) of a page (from 1) of all customers, or of those changed since."""
    changed = [f"MetaData.LastUpdatedTime >= {quoted(moment(since))}"] if since else []
    place = (page - 1) * (PAGE_SIZE - OVERLAP) + start + 1
    window = f"ORDERBY {_ORDERS[order]} STARTPOSITION {place} MAXRESULTS {rows}"
    return _select("*", "Customer", _ALL, *changed, then=window)


def pages(rows: int) -> int:
    """How many pages so many rows take; one when there are none."""
    return max(1, -(-(rows - OVERLAP) // (PAGE_SIZE - OVERLAP)))


def how_many_customers() -> str:
    """The number of all customers."""
    return _select("COUNT(*)", "Customer", _ALL)


def customers_by_id(ids: Iterable[str]) -> str:
    """These customers, at most a page of them."""
    return _select("*", "Customer", f"Id IN ({', '.join(map(quoted, ids))})", _ALL, then=f"MAXRESULTS {PAGE_SIZE}")


def customers_like(field: str, text: str, rows: int) -> str:
    """Customers whose `field` holds `text` somewhere."""
    return _select("*", "Customer", f"{field} LIKE {quoted(f'%{text}%')}", _ALL, then=f"MAXRESULTS {rows}")


def customers_named(name: str) -> str:
    """The active customers of exactly this name; inactive ones don't keep it."""
    return _select("*", "Customer", f"DisplayName = {quoted(name)}", then="MAXRESULTS 10")


def how_many_named(entity: str, name: str) -> str:
    """How many of another kind have this name: customers, vendors and employees share one list of names."""
    return _select("COUNT(*)", entity, f"DisplayName = {quoted(name)}")


def _select(what: str, entity: str, *conditions: str, then: str = "") -> str:
    # words of our own; every value in the conditions is quoted
    statement = f"SELECT {what} FROM {entity} WHERE {' AND '.join(conditions)}"  # noqa: S608
    return f"{statement} {then}" if then else statement
