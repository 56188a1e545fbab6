"""Who may enter: every view declares a rule, one hook enforces it, and a view without a rule is refused (R-044).

The active organisation comes from the signed-in person's membership; ids in the path only choose among memberships.
A foreign id looks exactly like a missing one (R-045).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, g, request, url_for
from flask.ctx import _AppCtxGlobals
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from link4web import ids, tenancy
from link4web.audit import Actor
from link4web.audit.trail import set_actor
from link4web.settings import Settings
from link4web.web import kept, sessions
from link4web.web.responses import codes_first, confirm_first, go_to, sign_in_first, verify_first


class Permission(StrEnum):
    """What a role may do in an organisation."""

    VIEW_CUSTOMERS = "view customers"
    EDIT_CUSTOMERS = "edit customers"
    INVITE = "invite customers"
    APPROVE_INVOICES = "approve invoices"
    CONNECT = "connect and disconnect"
    MANAGE_ORGANISATION = "manage the organisation"
    MANAGE_USERS = "let people in and out"


class Rights(NamedTuple):
    """A role (*admin*, *user* or *adviser*) and what is ticked beside it; an admin may everything, ticked or not."""

    role: str
    may_edit: bool = False
    may_approve: bool = False
    may_send: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they come to."""
        return _permissions(self)


@lru_cache
def _permissions(rights: Rights) -> frozenset[Permission]:
    if rights.role == "admin":
        return frozenset(Permission)
    ticked = (
        (Permission.EDIT_CUSTOMERS, rights.may_edit),
        (Permission.APPROVE_INVOICES, rights.may_approve),
        (Permission.INVITE, rights.may_send),
    )
    return frozenset({Permission.VIEW_CUSTOMERS, *(permission for permission, may in ticked if may)})


@dataclass(frozen=True)
class Member:
    """A person inside an organisation; with a connection in the path, also that one and the `revision`.

    `system` is the slug of the accounting system that the page is about, where that is known. `rows` reads the
    organisation and the connection (or None): many answers need neither (pages shown again, polls).
    """

    organisation_id: str
    country: str
    rights: Rights
    rows: Callable[[], tuple[Any, Any]]
    provider: str = ""
    revision: int | None = None
    system: str = ""

    @property
    def role(self) -> str:
        """*admin*, *user* or *adviser*."""
        return self.rights.role

    def may(self, permission: Permission) -> bool:
        return permission in self.rights.permissions


@dataclass(frozen=True)
class Rule:
    """A view's access rule. `permission` None with `signed_in` True: any signed-in person, no organisation.

    `codes`: where this service asks security codes of everybody, only for people who have set them up (R-006).
    `fresh`: only within minutes of a proof that it is them (R-009). `leads_out`: the answer leads to another site, so
    that no form may lead here (`form-action`).
    """

    signed_in: bool
    permission: Permission | None = None
    verified: bool = True
    csrf_exempt: bool = False
    codes: bool = True
    fresh: bool = False
    leads_out: bool = False


class Here(_AppCtxGlobals):
    """Flask's `g`; `g.organisation` and `g.connection` are the member's rows, read when somebody asks for them."""

    def __getattr__(self, name: str) -> Any:
        if name not in ("organisation", "connection"):
            return super().__getattr__(name)
        member: Member | None = self.get("member")
        rows = member.rows() if member else (None, None)
        self.__dict__.update(organisation=rows[0], connection=rows[1])
        return self.get(name)


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
    """Any signed-in person, verified or not, with or without security codes: their own account and nothing else."""
    return _declare(view, Rule(signed_in=True, verified=False, codes=False))


def signed_in_fresh(view: View) -> View:
    """Any signed-in person with a verified address who has proved within ten minutes that it is them (R-009).

    For what is dangerous about one's own account; open without security codes, so that they can be set up.
    """
    return _declare(view, Rule(signed_in=True, codes=False, fresh=True))


def requires(permission: Permission, *, fresh: bool = False, leads_out: bool = False) -> Callable[[View], View]:
    """Members of the path's organisation (or of its connection's) whose role has `permission`.

    `fresh`: who have proved within ten minutes that it is them; others are asked, and then go on (R-009).
    """
    return lambda view: _declare(view, Rule(signed_in=True, permission=permission, fresh=fresh, leads_out=leads_out))


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
    app.app_ctx_globals_class = Here

    @app.before_request
    def check() -> Any:
        tenancy.enter(None)
        g.member = None
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


def leads_out(path: str) -> bool:
    """Whether this path of ours answers with the way to another site."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(urlsplit(path).path)
    except (HTTPException, RoutingException):
        return False
    rule = rule_of(current_app.view_functions[endpoint])
    return rule is not None and rule.leads_out


def must_set_up_codes() -> bool:
    """Whether somebody is signed in who has to set up security codes before anything of an organisation opens."""
    settings: Settings = current_app.extensions["settings"]
    person = sessions.current().person
    return settings.second_factor == "required" and person is not None and not person.has_codes


def _enforce(rule: Rule) -> Any:
    if not rule.signed_in:
        return None
    person = sessions.current().person
    if person is None:
        kept.keep()
        return sign_in_first()
    if rule.verified and person.verified_at is None:
        return verify_first()
    if rule.codes and must_set_up_codes():
        return codes_first()
    if rule.permission is not None and (refusal := _refuse_member(person, rule.permission)) is not None:
        return refusal
    if rule.fresh and not sessions.current().is_fresh:
        kept.keep_until_confirmed()
        return confirm_first()
    kept.drop_when_sent()
    return None


def _refuse_member(person: Any, permission: Permission) -> Any:
    """Enter the organisation that the path means; None when the person may."""
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
    return None if member.may(permission) else abort(403)


def _fits_provider(member: Member) -> bool:
    provider = (request.view_args or {}).get("provider")
    return not member.provider or provider is None or member.provider == provider.slug


def enter(member: Member) -> None:
    """Act for the member's organisation for the rest of this request.

    Rules do this by themselves; it is for public pages that know more about somebody's own than about a stranger's.
    """
    g.member = member
    g.pop("organisation", None)
    g.pop("connection", None)
    # texts, not rows: error pages have them too, when the database has gone away
    g.help_for = (g.help_for[0] or member.system, member.country)
    tenancy.enter(member.organisation_id)
