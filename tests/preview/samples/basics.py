"""Who and what all samples share, and forms made on the spot."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace as Made
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form

from link4web.providers import ALL

Context = dict[str, Any]
Samples = dict[str, list[Callable[[], Context]]]


NOW = datetime(2026, 11, 20, 9, 42, tzinfo=UTC)


TRAIL = [("My Customers", "#"), ("Dry Creek Joinery", None)]


PROVIDER = ALL[0]


def form(fields: dict[str, Any], errors: dict[str, str] | None = None, prefix: str = "", **data: Any) -> Form:
    """A WTForms form made on the spot, with errors put into it."""
    typed = {f"{prefix}-{name}" if prefix else name: value for name, value in data.items() if value is not False}
    made = type("SampleForm", (Form,), fields)(MultiDict(typed), prefix=prefix)
    for name, sentence in (errors or {}).items():
        made[name].errors = [sentence]
    return made  # type: ignore[no-any-return]


def state(word: str, mark: str) -> Made:
    return Made(word=word, mark=mark)


def permissions() -> list[Made]:
    return [
        Made(
            ask="read and change contacts",
            so_that="you see your customers here, and a number you add can go back",
            never="change one without asking you",
        ),
        Made(
            ask="read and change invoices",
            so_that="a draft can make a contact a customer",
            never="approve, edit or delete what you wrote",
        ),
        Made(
            ask="read organisation settings",
            so_that="your own name and ABN are right",
            never="see payroll or bank accounts",
        ),
        Made(
            ask="stay connected",
            so_that="new customers turn up by themselves",
            never="keep access after you disconnect",
        ),
    ]


XERO = Made(name="Xero", slug="xero", file_word="organisation", permissions=permissions())


LOST = Made(
    title="Xero no longer lets us in",
    text="The connection was ended there, or has run out. Your customers stay here; nothing new arrives.",
    code="XERO-GRANT-GONE",
)
