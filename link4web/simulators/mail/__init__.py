"""The mailbox: every mail that was sent at home, whoever it was for, as pages and as JSON."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from link4web.simulators.control import PREFIX, ControlError, add_controls, answer, asked, is_called_off
from link4web.simulators.mail import mailbox, sink
from link4web.simulators.mail.mailbox import LINK, SCHEMA
from link4web.simulators.mail.trouble import STAGES, MailFault
from link4web.simulators.state import state
from link4web.simulators.switches import Switchboard

__all__ = ["NAME", "SCHEMA", "blueprint"]

NAME = "mail"
PAGE, MOST_JSON, MOST_ID = 50, 1000, 2**62
SWITCHES = Switchboard(NAME, {})
# scripts and plugins stay off; links may leave the frame when somebody clicks them
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
blueprint = Blueprint(NAME, __name__, template_folder="templates")


@blueprint.get("", endpoint="inbox")
@blueprint.get("/")
def inbox() -> str:
    to, before = request.args.get("to", "").strip(), min(MOST_ID, request.args.get("before", MOST_ID, type=int))
    with state().store.read() as db:
        rows = mailbox.listed(db, to, PAGE + 1, before)
    older = rows[PAGE - 1]["id"] if len(rows) > PAGE else None
    return render_template("mail/inbox.html", mails=rows[:PAGE], to=to, older=older)


@blueprint.get("/<int:mail_id>")
def message(mail_id: int) -> str:
    mail = _mail(mail_id)
    return render_template("mail/message.html", mail=mail, lines=[_linked(line) for line in mail.text.splitlines()])


@blueprint.get("/<int:mail_id>/html")
def html(mail_id: int) -> Response:
    """The HTML part alone, for the frame: no scripts, nothing loaded from anywhere."""
    text = '<!doctype html><base target="_top">' + _mail(mail_id).html
    return Response(text, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": FRAME_POLICY})


@blueprint.get("/<int:mail_id>/raw")
def raw(mail_id: int) -> Response:
    return Response(_mail(mail_id).raw, content_type="text/plain; charset=utf-8")


@blueprint.post("/clear")
def clear() -> ResponseReturnValue:
    mailbox.clear(state().store)
    return redirect(url_for(".inbox"), 303)


@blueprint.get(f"{PREFIX}/messages")
def messages() -> Response:
    """Newest first; `to` is part of a recipient's address, `most` how many."""
    most = max(1, min(MOST_JSON, request.args.get("most", 50, type=int)))
    with state().store.read() as db:
        found = [mailbox.one(db, row["id"]) for row in mailbox.listed(db, request.args.get("to", ""), most)]
    return Response(mailbox.encoded([mail for mail in found if mail]), content_type="application/json")


@blueprint.delete(f"{PREFIX}/messages")
def clear_messages() -> Response:
    mailbox.clear(state().store)
    return answer({"ok": True})


@blueprint.get(f"{PREFIX}/count")
def count() -> Response:
    with state().store.read() as db:
        return answer({"messages": db.execute("select count(*) from mail_message").fetchone()[0]})


@blueprint.post(f"{PREFIX}/fail")
def fail() -> Response:
    if is_called_off():
        return stop_failing()
    wanted = asked(stage="data", count=1, code=451, text="Try again later", to="", drop=False, keep=True, delay=0.0)
    try:
        fault = msgspec.convert(wanted, MailFault)
    except msgspec.ValidationError as error:
        raise ControlError(str(error)) from error
    if fault.stage not in STAGES or not 400 <= fault.code <= 599:
        raise ControlError("stage is rcpt or data, code from 400 to 599.")
    sink.faults(state()).add(fault)
    return answer({"ok": True})


@blueprint.delete(f"{PREFIX}/fail")
def stop_failing() -> Response:
    sink.faults(state()).clear()
    return answer({"ok": True})


@blueprint.app_template_filter("moment")
def moment(milliseconds: int) -> str:
    """A moment in words, in UTC."""
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{at.day} {at:%b %Y, %H:%M:%S} UTC"


def _mail(mail_id: int) -> mailbox.Mail:
    if mail_id > MOST_ID:
        abort(404)
    with state().store.read() as db:
        mail = mailbox.one(db, mail_id)
    if mail is None:
        abort(404)
    return mail


def _linked(line: str) -> list[tuple[str, bool]]:
    """The line as pieces of text, each a link or not."""
    pieces, at = [], 0
    for found in LINK.finditer(line):
        pieces += [(line[at : found.start()], False), (found.group(), True)]
        at = found.end()
    return [*pieces, (line[at:], False)]


def _describe() -> dict[str, Any]:
    examples = [{"stage": "rcpt", "code": 550, "text": "No such mailbox", "to": "nobody@"},
                {"stage": "data", "code": 451, "count": 2}, {"stage": "data", "drop": True, "keep": True},
                {"stage": "data", "delay": 5}]  # fmt: skip
    return {"controls": {"fail": examples, "messages": "GET ?to=&most=50, DELETE", "count": "GET"}}


def _start_over() -> None:
    sink.faults(state()).clear()
    mailbox.clear(state().store)


add_controls(blueprint, SWITCHES, _describe, _start_over, over_http=False)
