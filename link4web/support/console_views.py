"""The support console: find, look, a few safe tools, and requests to enter an account.

Whatever is looked at is in the trail before it is shown; what can't be noted is not shown (R-070, R-071).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Blueprint, Response, abort, flash, g, request, url_for
from flask_login import current_user
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older

from link4web import tenancy
from link4web.accounts.models import Organisation, User
from link4web.audit import record
from link4web.audit.trail import SYSTEM
from link4web.database import db, writing
from link4web.ids import is_id
from link4web.invitations.caps import Full
from link4web.support import accesses, finding, health, history, metrics, queries, sessions, words
from link4web.support.accesses import Refused, Wish
from link4web.support.forms import AskForm, ToolForm
from link4web.support.models import SupportAccess
from link4web.support.tools import TOOLS, Subject, use
from link4web.web.access import staff, staff_fresh, staff_lead
from link4web.web.responses import go_to, page

log = structlog.get_logger()
bp = Blueprint("support", __name__, url_prefix="/support")


@bp.get("")
@staff
def index() -> Response:
    asked = request.args.get("q", "").replace("\x00", "")
    hits = finding.find(asked) if asked else []
    if asked:
        _note("support.searched", by=finding.kind_of(asked), hits=len(hits))
    else:
        _note("support.looked", kind="console")
    mine = queries.of_agent(current_user.id)
    emergencies = queries.emergencies(current_user.id) if g.staff_role == "lead" else []
    return page(
        "support/index.html",
        asked=asked,
        hits=hits,
        shortest=finding.SHORTEST,
        mine=mine,
        emergencies=emergencies,
        metrics=metrics.look() if not asked else [],
    )


def _note(action: str, chain: str = SYSTEM, **facts: Any) -> None:
    try:
        with writing():
            record(action, chain=chain, **facts)
    except Exception as error:  # noqa: BLE001 (whatever it is that keeps the trail from being written)
        db.session.rollback()
        log.error("the trail can't be written, so the console shows nothing", error=type(error).__name__)
        abort(503)


@contextmanager
def _looking_at(organisation_id: str, access_id: str = "") -> Iterator[Organisation]:
    """Act for an organisation that a member of the staff looks at, or at one request for it; its trail knows of it.

    What a form sends is no look: it leaves an event of its own.
    """
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        abort(404)
    g.organisation = found
    with tenancy.acting_for(organisation_id):
        if access_id and accesses.find(access_id) is None:
            abort(404)
        if request.method == "GET":
            kind = "support_access" if access_id else "organisation"
            _note("support.looked", organisation_id, kind=kind, object_id=access_id or organisation_id)
        yield found


@bp.get("/organisations/<id:organisation>")
@staff
def organisation(organisation: str) -> Response:
    with _looking_at(organisation) as found:
        return page("support/organisation.html", health=health.of_organisation(found))


@bp.get("/people/<id:person>")
@staff
def person(person: str) -> Response:
    user = db.session.get(User, person)
    if user is None:
        abort(404)
    _note("support.looked", kind="user", object_id=person)
    return page("support/person.html", it=health.of_person(user))


@bp.route("/organisations/<id:organisation>/ask", methods=["GET", "POST"])
@staff
def ask(organisation: str) -> Response:
    """Ask to work in somebody's account (R-060)."""
    with _looking_at(organisation) as found:
        form = AskForm(user=request.args.get("person", "")) if request.method == "GET" else AskForm()
        form.user.choices = [
            SelectChoice(user.id, f"{user.name}, {role}") for user, role in queries.members(organisation)
        ]
        if form.validate_on_submit():
            try:
                access = accesses.ask(db.session.get_one(User, current_user.id), g.staff_role, _wish(form))
            except Refused as refused:
                asked_for = form.emergency if refused.sentence is words.NO_SECOND else form.user
                asked_for.errors = [refused.sentence]
            else:
                return go_to(url_for(".access", organisation=organisation, access=access.id))
        return page("support/ask.html", status=422 if form.errors else 200, form=form, organisation=found)


def _wish(form: AskForm) -> Wish:
    return Wish(
        user_id=chosen if is_id(chosen := form.user.data or "") else "",
        category=form.category.data,
        reason=form.reason.data or "",
        ticket=form.ticket.data or "",
        is_emergency=bool(form.emergency.data),
    )


@bp.get("/organisations/<id:organisation>/access/<id:access>")
@staff
def access(organisation: str, access: str) -> Response:
    """One request: how it stands, what was seen and changed, and the next step."""
    with _looking_at(organisation, access) as found:
        return _access_page(found, _known(access))


def _access_page(found: Organisation, it: SupportAccess, refused: Any = None) -> Response:
    context: dict[str, Any] = {
        "entry": history.entries([it])[0],
        "organisation": found,
        "state": history.state_of(it),
        "is_mine": it.agent_id == current_user.id,
        "may_decide": g.staff_role == "lead" and it.agent_id != current_user.id and it.is_emergency,
        "refused": refused,
    }
    return page("support/access.html", status=422 if refused else 200, **context)


def _known(access: str) -> SupportAccess:
    it = accesses.find(access)
    if it is None:
        abort(404)
    return it


@bp.post("/organisations/<id:organisation>/access/<id:access>/start")
@staff_fresh
def start(organisation: str, access: str) -> Response:
    """Enter the account: this browser gets a session of its own for it."""
    with _looking_at(organisation) as found:
        it = _known(access)
        try:
            sessions.begin(access)
        except Refused as refused:
            return _access_page(found, it, refused.sentence)
    return go_to(url_for("entry.customers", organisation=organisation))


@bp.post("/organisations/<id:organisation>/access/<id:access>/withdraw")
@staff
def withdraw(organisation: str, access: str) -> Response:
    with _looking_at(organisation):
        if _known(access).agent_id != current_user.id:
            abort(404)
        accesses.take_back(access)
    return go_to(url_for(".access", organisation=organisation, access=access))


@bp.post("/organisations/<id:organisation>/access/<id:access>/decide")
@staff_lead
def decide(organisation: str, access: str) -> Response:
    """A lead's word on an emergency of somebody else."""
    with _looking_at(organisation) as found:
        it = _known(access)
        try:
            accesses.decide_emergency(access, current_user.id, yes=request.form.get("answer") == "yes")
        except Refused as refused:
            return _access_page(found, it, refused.sentence)
    return go_to(url_for(".access", organisation=organisation, access=access))


@bp.get("/do/<tool>/<id:subject>")
@staff
def tool(tool: str, subject: str) -> Response:
    """What a tool does, and the reason it asks for."""
    found = _subject(tool, subject)
    _note("support.looked", found.organisation_id or SYSTEM, kind=found.kind, object_id=subject, tool=tool)
    return _tool_page(tool, found, ToolForm())


@bp.post("/do/<tool>/<id:subject>")
@staff_fresh
def use_tool(tool: str, subject: str) -> Response:
    found, form = _subject(tool, subject), ToolForm()
    if not form.validate():
        return _tool_page(tool, found, form, 422)
    try:
        changed = use(tool, found, current_user.id, form.reason.data or "")
    except Full:
        form.reason.errors = [words.TOOL_CAP]
        return _tool_page(tool, found, form, 429)
    flash(TOOLS[tool].done if changed else "There was nothing left to do.", "done" if changed else "wait")
    return go_to(_back(found.organisation_id))


def _subject(tool: str, subject: str) -> Subject:
    found = TOOLS[tool].find(subject) if tool in TOOLS else None
    return found or abort(404)


def _tool_page(tool: str, found: Subject, form: ToolForm, status: int = 200) -> Response:
    context: dict[str, Any] = {
        "tool": TOOLS[tool],
        "subject": found,
        "form": form,
        "back_href": _back(found.organisation_id),
    }
    return page("support/tool.html", status=status, **context)


def _back(organisation_id: str) -> str:
    return url_for(".organisation", organisation=organisation_id) if organisation_id else url_for(".index")
