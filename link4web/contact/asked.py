"""Where somebody came from who writes to support, and what we know about it (R-045: of their own things only)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from flask import g
from flask_login import current_user

from link4web.accounts.models import Organisation
from link4web.connections.membership import find_member
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.customers import queries
from link4web.customers.pages import Place
from link4web.customers.words import state_words
from link4web.help.case import Case
from link4web.help.centre import centre
from link4web.help.links import reader_here
from link4web.help.reader import COUNTRIES, Reader
from link4web.invitations import batches
from link4web.invitations.batch_page import tally
from link4web.web.access import enter, must_set_up_codes
from link4web.web.filters import day, moment, number

CONNECTION_WORDS = {
    "choosing": "Not finished",
    "active": "Connected",
    "reconnect": "Needs reconnecting",
    "disconnected": "Disconnected",
}
_REQUEST = re.compile(r"[0-9a-f]{16}")
Finding = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """The problem's code, the article, the request that failed; each empty when it is not one of ours."""

    reader: Reader
    case: Case
    code: str = ""
    article: str = ""
    request: str = ""

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> "Asked":
        """From the address, or the form that it led to."""
        code, article, request = (values.get(name, "") for name in ("code", "article", "request"))
        return cls(
            Reader.from_args(values.get("for", ""), values.get("country", "")),
            Case.from_args(values),
            code if code in centre().problems else "",
            article if article in centre().articles else "",
            request if _REQUEST.fullmatch(request) else "",
        )

    @property
    def args(self) -> dict[str, str]:
        """The fields of a form that say the same."""
        known = {"code": self.code, "article": self.article, "request": self.request}
        return {**{name: value for name, value in known.items() if value}, **self.reader.args, **self.case.args}

    def enter(self) -> None:
        """Act for the organisation that the connection belongs to, when it is the person's own."""
        if self.case.connection and is_confirmed() and not must_set_up_codes():
            member = find_member(current_user.id, None, self.case.connection)
            if member is not None:
                enter(member)

    @cached_property
    def subject(self) -> str:
        """The problem in a few words; empty when none is named."""
        said = centre().said(self.code, self._reader)
        return said.title if said else ""

    @property
    def _reader(self) -> Reader:
        return reader_here() if g.connection else self.reader

    def findings(self) -> list[Finding]:
        """What goes with the message: what it is about and in which state. No names of others, no numbers of theirs."""
        return [*self._where(), *(self._ledger() if g.connection else self._reader_said()), *self._failed()]

    def _where(self) -> Iterator[Finding]:
        if self.code:
            yield "Problem", self._said(self.code)
        if self.article:
            yield "Article", centre().title(self.article, self._reader)

    def _reader_said(self) -> Iterator[Finding]:
        if self.reader.provider:
            yield "Accounting system", self.reader.provider.name
        if self.reader.country:
            yield "Country", COUNTRIES[self.reader.country]

    def _said(self, code: str) -> str:
        """A problem by its title and code; the code alone where it has no words."""
        said = centre().said(code, self._reader)
        return f"{said.title} ({code})" if said else code

    def _failed(self) -> Iterator[Finding]:
        if self.request:
            yield "Failed request", self.request

    def _ledger(self) -> Iterator[Finding]:
        organisation: Organisation = g.organisation
        connection: Connection = g.connection
        provider = provider_of(connection.provider)
        yield "Organisation", organisation.name
        yield "Accounting system", provider.name
        reason = f" ({connection.state_reason})" if connection.state == "reconnect" and connection.state_reason else ""
        yield "Connection", CONNECTION_WORDS[connection.state] + reason
        synced = connection.synced_at
        yield "Last sync", f"{moment(synced)}, {_zone(organisation)}" if synced else "Not yet"
        yield "Last error", self._said(connection.sync_error) or "None"
        yield from self._records(Place(provider, connection, organisation))

    def _records(self, place: Place) -> Iterator[Finding]:
        path = f"/{place.provider.slug}/{place.connection.id}"
        if customer := queries.get(place.connection.id, self.case.customer):
            scheme = place.row_maker().scheme_of(customer)
            word = state_words(customer.state, place.terms, scheme).word
            yield "Customer", f"{word} since {day(customer.state_since)}"
            path += f"/customers/{customer.id}"
        elif batch := batches.find(self.case.batch, place.connection.id):
            counts = ", ".join(f"{number(count)} {word.lower()}" for word, count in tally(batch))
            yield "Invitations", f"of {moment(batch.created_at)}: {counts or 'none'}"
            path += f"/invitations/{batch.id}"
        yield "Record", path


def is_confirmed() -> bool:
    """Whether somebody is signed in whose address is confirmed."""
    return bool(current_user.is_authenticated and current_user.verified_at)


def _zone(organisation: Organisation) -> str:
    return f"{organisation.timezone.split('/')[-1].replace('_', ' ')} time"
