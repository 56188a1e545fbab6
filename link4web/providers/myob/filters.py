"""`$filter` expressions of the MYOB API: an old OData in which a quote inside a text is doubled.

A field that MYOB does not know may be ignored and everything be listed, so callers look at what came.
"""

from collections.abc import Iterable
from datetime import datetime

from link4web.providers.myob import moments


def modified_since(since: datetime) -> str:
    """Customers changed after this moment."""
    return f"LastModified gt {moments.literal(since)}"


def any_of(ids: Iterable[str]) -> str:
    """The customers with these UIDs, which the caller has checked."""
    return " or ".join(f"UID eq guid'{one}'" for one in ids)


def named(name: str) -> str:
    """The company of this name, or the individual."""
    first, _, last = name.partition(" ")
    company = f"CompanyName eq {_text(name)}"
    return f"{company} or (FirstName eq {_text(first)} and LastName eq {_text(last)})" if last else company


def found_by(words: str) -> str:
    """Customers whose name or e-mail address contains these words."""
    fields = ("CompanyName", "LastName", "FirstName")
    parts = [f"substringof({_text(words)},{field})" for field in fields]
    parts.append(f"Addresses/any(a: substringof({_text(words)},a/Email))")
    first, _, last = words.partition(" ")
    if last:
        parts.append(f"(substringof({_text(first)},FirstName) and substringof({_text(last)},LastName))")
    return " or ".join(parts)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
