"""Who may enter: every view declares a rule, one hook enforces it, and a view without a rule is refused (R-044).

The active organisation comes from the signed-in person's membership; ids in the path only choose among memberships.
A foreign id looks exactly like a missing one (R-045).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, Request, abort, current_app, g, request, url_for

from link4web import ids, tenancy
from link4web.audit import Actor
from link4web.audit.trail import set_actor
from link4web.web import kept, sessions
from link4web.web.responses import closed_first, go_to, sign_in_first, verify_first


class Permission(StrEnum):
    """What a role may do in an organisation."""

    VIEW_CUSTOMERS = "view customers"
    EDIT_CUSTOMERS = "edit customers"
    INVITE = "invite customers"
    CONNECT = "connect and disconnect"
    MANAGE_ORGANISATION = "manage the organisation"


ROLES: dict[str, frozenset[Permission]] = {
    "admin": frozenset(Permission),
    "user": frozenset({Permission.VIEW_CUSTOMERS, Permission.EDIT_CUSTOMERS, Permission.INVITE}),
}


@dataclass(frozen=True)
class Member:
    """A person inside an organisation; with a connection in the path, also that one and the `revision`.

    `system` is the slug of the accounting system that the page is about, where that is known.
    """

    organisation: Any
    role: str
    connection: Any = None
    revision: int | None = None
    system: str = ""

    def may(self, permission: Permission) -> bool:
        return permission in ROLES[self.role]


@dataclass(frozen=True)
class Rule:
    """A view's access rule. `permission` None with `signed_in` True: any signed-in person, no organisation.

    `when_closed`: also while the organisation is closed.
    """

    signed_in: bool
    permission: Permission | None = None
    verified: bool = True
    csrf_exempt: bool = False
    when_closed: bool = False


MemberLoader = Callable[[str, str | None, str | None], Member | None]
View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Anybody may call this view."""
    return _declare(view, Rule(signed_in=False))


def one_click(view: View) -> View:
    """Anybody may call this view, also by POST without a session: it carries its own token (one-click unsubscribe)."""
    return _declare(view, Rule(signed_in=False, csrf_exempt=True))


def signed(view: View) -> View:
    """Anybody may POST to this view without a session; it believes only what carries a good signature (webhooks)."""
    return _declare(view, Rule(signed_in=False, csrf_exempt=True))


def signed_in(view: View) -> View:
    """Any signed-in person with a verified address."""
    return _declare(view, Rule(signed_in=True))


def signed_in_unverified(view: View) -> View:
    """Any signed-in person, verified or not."""
    return _declare(view, Rule(signed_in=True, verified=False))


def requires(permission: Permission, *, when_closed: bool = False) -> Callable[[View], View]:
    """Members of the path's organisation (or of its connection's) whose role has `permission`.

    Nobody enters an organisation that is closed but by views that say `when_closed`.
    """
    return lambda view: _declare(view, Rule(signed_in=True, permission=permission, when_closed=when_closed))


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The declared rule, or None."""
    return getattr(view, "access_rule", None)


def _declare(view: View, rule: Rule) -> View:
    view.access_rule = rule  # type: ignore[attr-defined]  # a mark on the function, read by rule_of
    return view


def member() -> Member:
    """The signed-in person's membership in the path's organisation."""
    found: Member = g.member
    return found


def init_access(app: Flask, load_member: MemberLoader) -> None:
    """Enforce the rules before every request. Call before CSRF protection, so that 401 and 404 come first."""
    app.extensions["load_member"] = load_member

    @app.before_request
    def check() -> Any:
        tenancy.enter(None)
        g.member = g.organisation = g.connection = None
        provider = (request.view_args or {}).get("provider")
        g.help_for = (getattr(provider, "slug", ""), "")
        if sessions.current().unreadable:
            abort(503)
        set_actor(_who())
        if request.endpoint is None:
            return None
        rule = rule_of(current_app.view_functions[request.endpoint])
        if rule is None:
            return None if request.endpoint == "static" else abort(403)
        return _enforce(rule)

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        tenancy.enter(None)
        set_actor(None)


def _who() -> Actor:
    held = sessions.current()
    return Actor(
        user_id=held.person.id if held.person else None,
        session_hash=held.key[:16],
        address=(request.remote_addr or "")[:45],
        device=device_of(request),
    )


def device_of(request: Request) -> str:
    """What the browser says it is, on one line, cut to what the tables hold."""
    return "".join(character for character in request.user_agent.string[:200] if character.isprintable())


def _enforce(rule: Rule) -> Any:
    if not rule.signed_in:
        return None
    person = sessions.current().person
    if person is None:
        kept.keep()
        return sign_in_first()
    if rule.verified and person.verified_at is None:
        return verify_first()
    if rule.permission is None:
        return None
    args = request.view_args or {}
    organisation, connection = args.get("organisation") or request.args.get("organisation"), args.get("connection")
    if organisation and not ids.is_id(organisation):
        abort(404)
    member = current_app.extensions["load_member"](person.id, organisation, connection)
    if member is None and not organisation and not connection:
        return go_to(url_for("organisations.new"))
    if member is None or not _fits_provider(member):
        abort(404)
    enter(member)
    if member.organisation.closed_at is not None and not rule.when_closed:
        return closed_first(may_keep=member.may(Permission.MANAGE_ORGANISATION))
    return None if member.may(rule.permission) else abort(403)


def _fits_provider(member: Member) -> bool:
    provider = (request.view_args or {}).get("provider")
    return member.connection is None or provider is None or member.connection.provider == provider.slug


def enter(member: Member) -> None:
    """Act for the member's organisation for the rest of this request.

    Rules do this by themselves; it is for public pages that know more about somebody's own than about a stranger's.
    """
    g.member = member
    g.organisation = member.organisation
    g.connection = member.connection
    # texts, not rows: error pages have them too, when the database has gone away
    g.help_for = (g.help_for[0] or member.system, member.organisation.country)
    tenancy.enter(member.organisation.id)
