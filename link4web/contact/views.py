"""*Write to support*: a public form that knows what it is about, and the page that says the message has arrived."""

import math
from typing import Any

from flask import Blueprint, Response, request, session, url_for
from flask_login import current_user

from link4web import clock
from link4web.contact import services
from link4web.contact.asked import Asked, is_confirmed
from link4web.contact.forms import ContactForm
from link4web.ids import new_id
from link4web.invitations.caps import Full
from link4web.web.access import public
from link4web.web.kept import code_names_a_problem
from link4web.web.responses import go_to, page

bp = Blueprint("contact", __name__, url_prefix="/contact")
WRITTEN = "written"


@bp.get("")
@public
def write() -> Response:
    form = ContactForm(key=new_id(), email=current_user.email if current_user.is_authenticated else "")
    return _page(form, _asked())


@bp.post("")
@code_names_a_problem
@public
def send() -> Response:
    """The form keeps what was typed whatever happens; a session that has ended is `web.errors`'s to mend."""
    form, asked = ContactForm(), _asked()
    if not form.validate():
        return _page(form, asked, status=422)
    try:
        session[WRITTEN] = _send(form, asked)
    except Full as full:
        return _too_many(form, asked, full)
    return go_to(url_for(".sent"))


def _asked() -> Asked:
    asked = Asked.from_values(request.values)
    asked.enter()
    return asked


def _send(form: ContactForm, asked: Asked) -> str:
    attach = bool(form.attach.data)
    return services.write(
        key=form.key.data or "",
        message=form.message.data or "",
        email=form.email.data or "",
        person_id=current_user.id if is_confirmed() else None,
        network=request.remote_addr or "",
        subject=asked.subject,
        about={**asked.args, "attach": str(attach)},
        findings=asked.findings() if attach else [],
    )


def _too_many(form: ContactForm, asked: Asked, full: Full) -> Response:
    wait = max(1, math.ceil((full.until - clock.now()).total_seconds() / 60))
    minutes = "1 minute" if wait == 1 else f"{wait} minutes"
    sentence = f"We take at most {full.words}. Send it again in {minutes}, or write us an e-mail."
    form.form_errors = [f"{sentence} What you wrote is still here."]
    response = _page(form, asked, status=429)
    response.headers["Retry-After"] = str(wait * 60)
    return response


def _page(form: ContactForm, asked: Asked, status: int = 200) -> Response:
    context: dict[str, Any] = {"form": form, "asked": asked, "findings": asked.findings()}
    return page("contact/write.html", status=status, **context)


@bp.get("/sent")
@public
def sent() -> Response:
    written = services.find(session.get(WRITTEN, ""))
    return page("contact/sent.html", written=written) if written else go_to(url_for(".write"), 302)
