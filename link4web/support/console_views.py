"""The support console: find, look, a few safe tools, and requests to enter an account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
from link4web.support.tools import TOOLS, use
from link4web.web.access import staff, staff_fresh, staff_lead
from link4web.web.responses import go_to, page

bp = Blueprint("support", __name__, url_prefix="/support")


@bp.get("")
@staff
def index() -> Response:
    asked = request.args.get("q", "").replace("\x00", "")
    mine = queries.of_agent(current_user.id)
    emergencies = queries.emergencies() if g.staff_role == "lead" else []
    return page(
        "support/index.html",
        asked=asked,
        hits=finding.find(asked) if asked else [],
        shortest=finding.SHORTEST,
        mine=mine,
        emergencies=emergencies,
        metrics=metrics.look() if not asked else [],
    )


@contextmanager
def _looking_at(organisation_id: str) -> Iterator[Organisation]:
    """Act for an organisation that a member of the staff looks at; its times, and its trail knows of it."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        abort(404)
    g.organisation = found
    with tenancy.acting_for(organisation_id):
        yield found


def _note_look(kind: str, object_id: str, chain: str = SYSTEM) -> None:
    with writing():
        record("support.looked", chain=chain, kind=kind, object_id=object_id)


@bp.get("/organisations/<id:organisation>")
@staff
def organisation(organisation: str) -> Response:
    with _looking_at(organisation) as found:
        _note_look("organisation", organisation, organisation)
        return page("support/organisation.html", health=health.of_organisation(found))


@bp.get("/people/<id:person>")
@staff
def person(person: str) -> Response:
    user = db.session.get(User, person)
    if user is None:
        abort(404)
    _note_look("user", person)
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
                form.user.errors = [refused.sentence]
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
    with _looking_at(organisation) as found:
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


@bp.route("/do/<tool>/<id:subject>", methods=["GET", "POST"])
@staff
def tool(tool: str, subject: str) -> Response:
    """What a tool does, and the reason it asks for."""
    found = TOOLS[tool].find(subject) if tool in TOOLS else None
    if found is None:
        abort(404)
    form, status = ToolForm(), 200
    if form.validate_on_submit():
        try:
            changed = use(tool, found, current_user.id, form.reason.data or "")
        except Full:
            form.reason.errors, status = [words.TOOL_CAP], 429
        else:
            flash(TOOLS[tool].done if changed else "There was nothing left to do.", "done" if changed else "wait")
            return go_to(_back(found.organisation_id))
    elif form.errors:
        status = 422
    return page(
        "support/tool.html",
        status=status,
        tool=TOOLS[tool],
        subject=found,
        form=form,
        back_href=_back(found.organisation_id),
    )


def _back(organisation_id: str) -> str:
    return url_for(".organisation", organisation=organisation_id) if organisation_id else url_for(".index")
