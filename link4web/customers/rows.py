"""A customer as a row of the list: the words, the number in groups, and the one next step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from link4web.customers import states
from link4web.customers.listing import ROW_COLUMNS
from link4web.customers.models import Customer
from link4web.customers.remarks import Remark, remarks_on
from link4web.customers.words import NOT_THERE, StateWords, Terms, hidden_words, origin_words, state_words
from link4web.database import db
from link4web.web.filters import business_number


@dataclass(slots=True)
class Step:
    """The next step. `kind`: *dialog* opens a form at the row, *post* acts at once, *link* leads to a page."""

    label: str
    href: str
    kind: str


@dataclass(slots=True)
class RowView:
    """What `customers/_rows.html` shows of one customer. `email_note` follows the address."""

    id: str
    name: str
    email: str
    email_note: str
    number_display: str
    number_scheme: str
    number_origin_words: str
    state: StateWords
    since: datetime
    ticked: bool
    href: str
    why_href: str
    step: Step | None


@dataclass(frozen=True)
class RowMaker:
    """Turns database rows into `RowView`s. `base` is the list's path without a slash at its end."""

    terms: Terms
    base: str
    default_scheme: str
    may_edit: bool = True
    may_invite: bool = True

    def scheme_of(self, row: Any) -> str:
        """Which number this customer has, or should have."""
        if row.number_scheme:
            return str(row.number_scheme)
        return {"NZ": "NZBN", "AU": "ABN"}.get(row.country, self.default_scheme)

    def make_all(self, rows: Sequence[Any], is_ticked: Callable[[str], bool]) -> list[RowView]:
        """The rows of a list."""
        remarks = remarks_on(rows)
        return [self.make(row, ticked=is_ticked(row.id), remarks=remarks.get(row.id, ())) for row in rows]

    def make(self, row: Any, *, ticked: bool = False, remarks: Sequence[Remark] = ()) -> RowView:
        """One row, with the remarks on it (`remarks.remarks_on`)."""
        refused = {remark.what for remark in remarks if remark.is_refused}
        not_there = NOT_THERE.format(provider=self.terms.provider) if refused else ""
        scheme = self.scheme_of(row)
        href = f"{self.base}/{row.id}"
        shown, origin = business_number(row.number), ""
        if shown:
            origin = _origin(row.number_origin, scheme, self.terms.provider)
            origin += not_there if "number" in refused else ""
        elif row.ledger_number_ending:
            shown, origin = f"… {row.ledger_number_ending}", _hidden(scheme, self.terms.provider)
        return RowView(
            row.id,
            row.name,
            row.email,
            not_there if "email" in refused else "",
            shown,
            scheme,
            origin,
            _words(row.state, self.terms, scheme),
            row.state_since,
            ticked,
            href,
            f"{href}#why",
            self.step_of(row.state, href, scheme),
        )

    def step_of(self, state: str, href: str, scheme: str) -> Step | None:
        """The next step of a customer in this state, for somebody who may take it."""
        step = next_step(state, href, scheme)
        may = {"dialog": self.may_edit, "post": self.may_invite, "link": True}
        return step if step and may[step.kind] else None


_origin = lru_cache(256)(origin_words)
_hidden = lru_cache(64)(hidden_words)
_words = lru_cache(256)(state_words)


def next_step(state: str, href: str, scheme: str) -> Step | None:
    """The one next step of a customer in this state."""
    step = _STEPS.get(state)
    if step is None:
        return None
    label, below, kind = step
    return Step(f"Add {scheme}" if state == states.NEEDS_NUMBER else label, f"{href}{below}", kind)


_STEPS = {
    states.NEEDS_NUMBER: ("", "/abn", "dialog"),
    states.NEEDS_EMAIL: ("Add e-mail", "/email", "dialog"),
    states.BOUNCED: ("Fix e-mail", "/email", "dialog"),
    states.CAN_INVITE: ("Invite", "/invite", "post"),
    states.EXPIRED: ("Resend", "/invite", "post"),
    states.NOT_CUSTOMER: ("See ways", "", "link"),
}


def row_of(connection_id: str, customer_id: str) -> Any | None:
    """The list's columns of one customer."""
    return db.session.execute(
        select(*ROW_COLUMNS).where(Customer.connection_id == connection_id, Customer.id == customer_id)
    ).first()
