"""The frame of an organisation's settings: its pages stand side by side, each where its feature has put it.

A feature adds a `SettingsPage` to `routes.SETTINGS`; who may not open it does not see it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from flask import Flask, current_app, g, request, url_for

from link4web.web.access import rule_of
from link4web.web.rights import Permission


@dataclass(frozen=True)
class SettingsPage:
    """One page: what its link says, the endpoint of its view (which takes `organisation`), and who may open it.

    `also`: further endpoints during which the link is marked as the present one.
    """

    label: str
    endpoint: str
    permission: Permission
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class SettingsLink:
    """A page that this person may open."""

    label: str
    href: str
    is_current: bool


def init_settings(app: Flask, pages: Sequence[SettingsPage]) -> None:
    """Say which pages there are, in the order in which they are shown; call it once their views are known."""
    app.extensions["settings_pages"] = tuple(pages)
    app.jinja_env.globals["settings_links"] = settings_links


def settings_links() -> list[SettingsLink]:
    """The settings of the present organisation, for the person who asks; few are left of a closed one."""
    return list(_links())


def settings_place() -> SettingsLink | None:
    """Where the letterhead leads: the first page that this person may open, under its own name if it is the only one.

    Every page asks for it, so no more addresses are built than that takes.
    """
    first, second = (*islice(_links(), 2), None, None)[:2]
    if first is None:
        return None
    is_here = any(request.endpoint in (page.endpoint, *page.also) for page in current_app.extensions["settings_pages"])
    return SettingsLink(first.label if second is None else "Settings", first.href, is_here)


def _links() -> Iterator[SettingsLink]:
    if not g.get("member"):
        return
    for page in current_app.extensions["settings_pages"]:
        rule = rule_of(current_app.view_functions[page.endpoint])
        is_open = g.organisation.closed_at is None or (rule is not None and rule.when_closed)
        if is_open and g.member.may(page.permission):
            yield SettingsLink(
                page.label,
                url_for(page.endpoint, organisation=g.organisation.id),
                request.endpoint in (page.endpoint, *page.also),
            )
