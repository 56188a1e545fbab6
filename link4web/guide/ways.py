"""From a task to the page where this person does it: in their own accounting system, or one step before that.

Nothing here changes anything. Ids that a link names only choose among what is the person's own; a foreign one counts
as not named (R-045, R-139).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, url_for

from link4web.accounts.organisations import organisations_of
from link4web.connections.entry import opened_last
from link4web.connections.membership import connections_of, find_member
from link4web.connections.models import Connection
from link4web.connections.providers import offered
from link4web.help.tasks import BY_SLUG, Task
from link4web.web.access import Member, rule_of

#: Tasks of My Customers, each with what its list shows.
LISTS: dict[str, dict[str, str]] = {
    "my-customers": {},
    "invite": {"queue": "can-invite"},
    "find-customer": {},
    "sync": {},
    "add-number": {"queue": "needs-number"},
    "add-email": {"queue": "needs-email"},
    "problems": {"queue": "problems"},
}
#: Tasks at the connection's own pages.
PAGES = {"connection": "connection", "disconnect": "disconnect"}
#: Tasks of an organisation: the page they have, and the part of it that is meant.
SETTINGS = {
    "own-number": ("organisations.business", ""),
    "organisation": ("organisations.details", ""),
    "users": ("colleagues.index", ""),
}
#: Tasks of a person, who needs no organisation for them.
OWN = {"account": "account.show", "organisations": "overview.index"}
ENDED = ("reconnect", "disconnected")


@dataclass(frozen=True)
class Asked:
    """What a link says: the task, and where it names one, the provider's slug, a connection, an organisation."""

    task: Task
    provider: str = ""
    connection: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Way:
    """The page to lead to. `hint` is the task whose hint it shows."""

    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    hint: str = ""

    @property
    def href(self) -> str:
        """Its address."""
        return url_for(self.endpoint, **self.values, hint=self.hint or None)


class OnlyAdmins(Exception):
    """The person's role in the organisation does not include the task."""

    def __init__(self, member: Member) -> None:
        super().__init__(member.role)
        self.member = member


def lead(user_id: str, asked: Asked) -> Way:
    """Where this person does what is asked.

    Raises:
        OnlyAdmins: nowhere, but somebody else in their organisation may.
    """
    return _Guide(user_id, asked).way()


class _Guide:
    """One person's way; their connections and organisations are read when they are needed."""

    def __init__(self, user_id: str, asked: Asked) -> None:
        self.user_id = user_id
        self.asked = asked
        self.organisations = [organisation.id for organisation, _ in organisations_of(user_id)]
        self.all = connections_of(user_id)
        self.mine = [one for one in self.all if asked.provider in ("", one.provider)]
        self.named = next((one for one in self.mine if one.id == asked.connection), None)
        if asked.organisation in self.organisations:
            self.mine = [one for one in self.mine if one.organisation_id == asked.organisation]

    def way(self) -> Way:
        task = self.asked.task.slug
        if task in OWN:
            return Way(OWN[task], hint=task)
        if task in SETTINGS:
            return self._settings(task)
        return self._connect() if task == "connect" else self._of_connection(task)

    def _of_connection(self, task: str) -> Way:
        if not self.mine:
            return self._connect()
        chosen = self.named or _current(self.mine)
        if chosen is None:
            return self._overview(task)
        page, values = ("customers", LISTS[task]) if task in LISTS else (PAGES[task], {})
        if page == "disconnect" and chosen.state == "disconnected":
            page = "connection"  # its own page says since when
        values = {"connection": chosen.id, **values}
        return self._allowed(Way(f"{chosen.provider}.{page}", values, task), chosen.organisation_id)

    def _connect(self) -> Way:
        """To the provider's first page: to renew what has ended there, else to connect something new."""
        again = self.named if self.named and self.named.state in ENDED else _current(self._ended())
        slug = self.asked.provider or (self.named.provider if self.named else "")
        if slug and again:
            values = {"organisation": again.organisation_id, "reconnect": again.id}
            return self._allowed(Way(f"{slug}.connect", values, "connect"), again.organisation_id)
        organisation = self._organisation()
        if organisation is None:
            return self._without_organisation("connect")
        return self._allowed(Way(_start(slug), {"organisation": organisation}, "connect"), organisation)

    def _ended(self) -> list[Connection]:
        """What somebody may want to renew: one they ended themselves only where nothing else is connected."""
        is_connected = any(one.state not in ENDED for one in self.mine)
        return [one for one in self.mine if one.state in (ENDED[:1] if is_connected else ENDED)]

    def _settings(self, task: str) -> Way:
        endpoint, part = SETTINGS[task]
        organisation = self._organisation()
        if organisation is None:
            return self._without_organisation(task)
        values = {"organisation": organisation, "_anchor": part or None}
        return self._allowed(Way(endpoint, values, task), organisation)

    def _organisation(self) -> str | None:
        """The organisation that is named, or worked in last, or the only one."""
        if self.asked.organisation in self.organisations:
            return self.asked.organisation
        if chosen := self.named or opened_last(self.all):
            return chosen.organisation_id
        return self.organisations[0] if len(self.organisations) == 1 else None

    def _without_organisation(self, task: str) -> Way:
        return self._overview(task) if self.organisations else Way("organisations.new")

    def _overview(self, task: str) -> Way:
        """All organisations, from which the link goes on."""
        return Way("overview.index", {"for": self.asked.provider or None}, task)

    def _allowed(self, way: Way, organisation: str) -> Way:
        """The way, when the person's role opens the page at its end."""
        member = find_member(self.user_id, organisation, None)
        rule = rule_of(current_app.view_functions[way.endpoint])
        if member and rule and rule.permission and not member.may(rule.permission):
            raise OnlyAdmins(member)
        return way


def _current(connections: Sequence[Connection]) -> Connection | None:
    """The one opened last, else the first; none where that would be a guess between organisations."""
    one_organisation = len({one.organisation_id for one in connections}) == 1
    return opened_last(connections) or (connections[0] if one_organisation else None)


def _start(slug: str) -> str:
    """Where connecting begins: with this provider, or the only one, or the choice between them."""
    if slug:
        return f"{slug}.connect"
    only, *others = offered()
    return "entry.connect" if others else f"{only.slug}.connect"


assert BY_SLUG.keys() == LISTS.keys() | PAGES.keys() | SETTINGS.keys() | OWN.keys() | {"connect"}
