"""Error pages: one plain sentence, what to do, two ways on, and the request's id; as page and as fragment."""

from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from link4web import tally, tenancy
from link4web.database import db
from link4web.web import kept
from link4web.web.access import rule_of
from link4web.web.responses import go_to, page, sign_in_first, wants_fragment

log = structlog.get_logger()

WORDS: dict[int, tuple[str, str]] = {
    400: ("We couldn’t read that request", "Go back, check what was entered and try again."),
    401: ("Please sign in first", "Your session has ended, or you haven’t signed in yet. Nothing was changed."),
    403: ("This isn’t open to you", "The form may have been open for too long, or your role doesn’t include this."),
    404: ("There is nothing here", "The address may be mistyped, or what it led to isn’t yours or is gone."),
    405: ("That can’t be done here", "Go back and use the buttons on the page."),
    409: ("Somebody was faster", "This has changed since you opened it. Look at it again, then decide."),
    413: ("That is too much at once", "Send less in one go."),
    422: ("Something needs another look", "Go back and check what was entered."),
    429: ("A little slower, please", "Too many tries in a short time. Wait a minute, then try again."),
    500: (
        "Something went wrong on our side",
        "Nothing of yours is lost. Try again; if it stays, tell us the code below.",
    ),
    503: ("We can’t do this right now", "Please try again in a minute."),
}
NOT_IN_ROLE = (
    "Your role in {organisation} doesn’t include this. An admin there can do it, or let you: Settings, Users shows who"
    " is one."
)
OPEN_TOO_LONG = (
    "This page was open for too long",
    "Its session had ended, so nothing was changed. What you entered is still here.",
)


def explain(status: int) -> dict[str, Any]:
    """Title, sentence, the problem's code and the request's id for the error templates."""
    known = status if status in WORDS else 500 if status >= 500 else 400
    title, sentence = WORDS[known]
    return {"title": title, "sentence": sentence, "code": f"HTTP-{known}", "request_id": g.get("request_id", "")}


def error_page(status: int, **more: Any) -> Response:
    """The error page (or fragment) for `status`; `more` may replace `title` and `sentence`."""
    return page("errors/page.html", fragment="errors/_fragment.html", status=status, **{**explain(status), **more})


def init_errors(app: Flask) -> None:
    """Answer every failure with our own page; never with a trace."""
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_trouble)
    app.register_error_handler(PoolTimeout, _database_trouble)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_count_failures)
    app.logger.disabled = True  # Flask's own lines are raw traces, and name paths that may hold a token


def forged(_: CSRFError) -> Response:
    """A missing or foreign token. Mostly a page that stayed open while its session ended: what was typed is kept."""
    rule = rule_of(current_app.view_functions[request.endpoint or ""])
    if rule and rule.signed_in and not current_user.is_authenticated:
        return sign_in_first()
    typed = kept.of_request()
    if typed is None or wants_fragment():
        return error_page(403, again=typed.path if typed else "")
    return page(
        "errors/send_again.html",
        status=403,
        title=OPEN_TOO_LONG[0],
        sentence=OPEN_TOO_LONG[1],
        typed=typed,
        leave_href="/",
    )


def _http_error(error: HTTPException) -> Response:
    if error.response is not None and error.code is None:
        return error.response  # type: ignore[return-value]  # abort(response): the caller has built it
    if (original := getattr(error, "original_exception", None)) is not None:
        return _failure(original)  # what broke after the view, at the end of the request, comes wrapped
    status = error.code or 500
    if 300 <= status < 400:
        return error.get_response()  # type: ignore[return-value]  # werkzeug's own redirects
    if status == 405 and (above := _page_above()):
        return go_to(above, 302)
    is_of_role = status == 403 and g.get("member") is not None
    said = {"sentence": NOT_IN_ROLE.format(organisation=g.organisation.name)} if is_of_role else {}
    response = error_page(status, **said)
    if isinstance(wait := getattr(error, "retry_after", None), int):
        response.headers["Retry-After"] = str(wait)
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _page_above() -> str:
    """Where to lead a browser that is sent to the address of a form by itself; empty where nothing is above it.

    A form that was refused leaves its address in the browser, which asks for it again when a person comes back to it.
    """
    if request.method != "GET" or request.headers.get("Sec-Fetch-Mode") != "navigate":
        return ""
    routes, path = current_app.create_url_adapter(request), request.path
    while routes and (path := path.rpartition("/")[0]):
        if routes.test(path, "GET"):
            return path
    return ""


def _count_failures(response: Response) -> Response:
    """Every answer from 500 on, however it came about (R-194); `/readyz` means its 503 and is asked often."""
    if response.status_code >= 500 and request.blueprint != "health":
        tally.owe("answer.failed")
    if not g.get("database_trouble"):  # asking it a second time would let this answer wait twice
        tally.settle()
    return response


def _failure(error: Exception) -> Response:
    return _database_trouble(error) if isinstance(error, OperationalError | PoolTimeout) else _unexpected(error)


def _database_trouble(error: OperationalError | PoolTimeout) -> Response:
    db.session.rollback()
    g.database_trouble = True
    log.error("database trouble", error=type(getattr(error, "orig", None) or error).__name__)
    response = error_page(503)
    response.headers["Retry-After"] = "30"
    return response


def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    log.error("unexpected error", error=type(error).__name__, exc_info=error)
    if isinstance(error, tenancy.NoOrganisation | tenancy.ForeignOrganisation):
        tally.owe("tenancy.refused")
    return error_page(500)
