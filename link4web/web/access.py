"""Who may enter: every view declares a rule, one hook enforces it, and a view without a rule is refused (R-044).

The active organisation comes from the signed-in person's membership; ids in the path only choose among memberships.
A foreign id looks exactly like a missing one (R-045).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, g, request, url_for
from flask.ctx import _AppCtxGlobals
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from link4web import ids, tenancy
from link4web.audit import Actor
from link4web.audit.trail import set_actor
from link4web.settings import Settings
from link4web.web import behalf, kept, sessions
from link4web.web.behalf import OnBehalf
from link4web.web.responses import closed_first, codes_first, confirm_first, go_to, sign_in_first, verify_first
from link4web.web.rights import Permission, Rights


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
    connection_id: str = ""
    provider: str = ""
    is_closed: bool = False
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
    `staff`: only support staff of this role, or of a higher one. `on_behalf`: what support may do with it in somebody's
    account (see `web.behalf`).
    `when_closed`: also while the organisation is closed.
    """

    signed_in: bool
    permission: Permission | None = None
    verified: bool = True
    csrf_exempt: bool = False
    codes: bool = True
    fresh: bool = False
    leads_out: bool = False
    staff: str = ""
    on_behalf: str = ""
    when_closed: bool = False


class Here(_AppCtxGlobals):
    """Flask's `g`; `g.organisation` and `g.connection` are the member's rows, read when somebody asks for them."""

    def __getattr__(self, name: str) -> Any:
        if name not in ("organisation", "connection"):
            return super().__getattr__(name)
        member: Member | None = self.get("member")
        rows = member.rows() if member else (None, None)
        self.setdefault("organisation", rows[0])  # what somebody has set by hand stays
        self.setdefault("connection", rows[1])
        return self.get(name)


MemberLoader = Callable[[str, str | None, str | None], Member | None]
#: From a person's id to their role in support, None for everybody who has none.
StaffLoader = Callable[[str], str | None]
#: From a session that support works in to what it may do, or to the answer when it is over.
BehalfLoader = Callable[[sessions.ServerSession], OnBehalf | Response]
STAFF = ("agent", "lead")
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


def requires(
    permission: Permission, *, fresh: bool = False, leads_out: bool = False, when_closed: bool = False
) -> Callable[[View], View]:
    """Members of the path's organisation (or of its connection's) whose rights include `permission`.

    `fresh`: who have proved within ten minutes that it is them; others are asked, and then go on (R-009). Nobody enters
    an organisation that is closed but by views that say `when_closed`.
    """
    rule = Rule(signed_in=True, permission=permission, fresh=fresh, leads_out=leads_out, when_closed=when_closed)
    return lambda view: _declare(view, rule)


def staff(view: View) -> View:
    """Support staff; there is nothing here for everybody else."""
    return _declare(view, Rule(signed_in=True, staff="agent"))


def staff_fresh(view: View) -> View:
    """Support staff who have proved within ten minutes that it is them, with a security code (R-060)."""
    return _declare(view, Rule(signed_in=True, staff="agent", fresh=True))


def staff_lead(view: View) -> View:
    """Those of the support staff who decide about others' requests, with a fresh proof that it is them."""
    return _declare(view, Rule(signed_in=True, staff="lead", fresh=True))


def support_session(view: View) -> View:
    """What belongs to a support session itself; there is nothing here outside one."""
    return _declare(view, Rule(signed_in=True, verified=False, on_behalf="own"))


def on_behalf(allowed: str) -> Callable[[View], View]:
    """Say what support may do with a view in somebody's account; stands above its rule (see `web.behalf`)."""

    def declare(view: View) -> View:
        rule = rule_of(view)
        assert rule is not None
        return _declare(view, replace(rule, on_behalf=allowed))

    return declare


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


def init_access(app: Flask, load_member: MemberLoader, load_staff: StaffLoader, load_on_behalf: BehalfLoader) -> None:
    """Enforce the rules before every request. Call before CSRF protection, so that 401 and 404 come first."""
    app.extensions["load_member"] = load_member
    app.app_ctx_globals_class = Here
    app.extensions["load_staff"] = load_staff

    @app.before_request
    def check() -> Any:
        tenancy.enter(None)
        g.member = g.on_behalf = None
        provider = (request.view_args or {}).get("provider")
        g.help_for = (getattr(provider, "slug", ""), "")
        if sessions.current().unreadable:
            abort(503)
        if behalf.NAME in sessions.current():
            found = load_on_behalf(sessions.current())
            if isinstance(found, Response):
                return found
            behalf.enter(found)
        set_actor(_who())
        if request.endpoint is None:
            return None
        rule = rule_of(current_app.view_functions[request.endpoint])
        if rule is None:
            return None if request.endpoint == "static" else abort(403)
        return _enforce(rule) if g.on_behalf is None else _enforce_on_behalf(rule)

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        tenancy.enter(None)
        set_actor(None)


def _who() -> Actor:
    held, support = sessions.current(), g.on_behalf
    person_id = held.person.id if held.person else None
    return Actor(
        user_id=support.agent_id if support else person_id,
        on_behalf_of_id=person_id if support else None,
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


def _enforce_on_behalf(rule: Rule) -> Any:
    """What the person may do and support may do as well (R-066); each request is in the trail before it is answered."""
    usual = "read" if rule.permission and not rule.fresh else "never"
    refused = None if rule.staff else behalf.refusal(rule.on_behalf or usual)  # the console isn't there at all: 404
    try:
        answer = None if refused else _enforce(rule)
    except HTTPException:
        behalf.note("refused")
        raise
    behalf.note("refused" if refused or answer else "done")
    return behalf.refuse(refused) if refused else answer


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
    if rule.staff or rule.on_behalf == "own":
        refusal = _refuse_of_support(rule, person)
    elif rule.codes and must_set_up_codes():
        refusal = codes_first()
    else:
        refusal = None if rule.permission is None else _refuse_member(person, rule, rule.permission)
    if refusal is not None:
        return refusal
    if rule.fresh and not sessions.current().is_fresh:
        kept.keep_until_confirmed()
        return confirm_first()
    kept.drop_when_sent()
    return None


def _refuse_member(person: Any, rule: Rule, permission: Permission) -> Any:
    """Enter the organisation that the path means; None when the person may."""
    args = request.view_args or {}
    organisation, connection = args.get("organisation") or request.args.get("organisation"), args.get("connection")
    if organisation and not ids.is_id(organisation):
        abort(404)
    bound = behalf.organisation_id()
    if bound and not connection:
        organisation = organisation or bound
    member = current_app.extensions["load_member"](person.id, organisation, connection)
    if member is None and not organisation and not connection:
        return go_to(url_for("organisations.new"))
    if member is None or not _fits_provider(member) or bound not in ("", member.organisation_id):
        abort(404)
    enter(member)
    if member.is_closed and not rule.when_closed:
        return closed_first(may_keep=member.may(Permission.MANAGE_ORGANISATION))
    return None if member.may(permission) else abort(403)


def _refuse_of_support(rule: Rule, person: Any) -> Any:
    """The console is for staff outside of anybody's account, the controls of a support session only for inside.

    Staff have security codes, whatever is asked of others (R-006, R-060).
    """
    if rule.on_behalf == "own":
        return None if g.on_behalf else abort(404)
    role = None if g.on_behalf else current_app.extensions["load_staff"](person.id)
    if role is None or STAFF.index(role) < STAFF.index(rule.staff):
        abort(404)
    g.staff_role = role
    return None if person.has_codes else codes_first()


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
