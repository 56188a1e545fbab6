"""The one Flask application of the simulators: a blueprint for each service, an index page, and common manners."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from link4web.simulators import abr, clock, control, demo, mail, myob, quickbooks, webhooks, xero
from link4web.simulators.state import State, keep
from link4web.simulators.store import Store
from link4web.simulators.wire import CUT

SERVICES = (xero, quickbooks, myob, abr, mail)
# their faults strike behind the gate, so that a slow answer occupies its place among those at once
GATED = (xero, quickbooks)
ORIGINAL_PATH = "sim.path"
# real Xero and ABN Lookup take paths in any case; the rest is ours and small
ANY_CASE = ("/xero/", "/abr/")


def create_app(state_path: Path) -> Flask:
    """The application over the state in `state_path`, filled with the demo data if that file is new."""
    app = Flask(__name__, static_url_path="/_static")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it; its base class hides it
    keep(app, State(store=Store(state_path, *(service.SCHEMA for service in SERVICES))))
    for service in SERVICES:
        app.register_blueprint(service.blueprint, url_prefix=f"/{service.NAME}")
    app.before_request(begin)
    app.after_request(finish)
    app.get("/")(index)
    app.get("/favicon.ico")(no_icon)
    app.wsgi_app = AnyCase(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way to add middleware
    with app.app_context():
        demo.fill_if_empty()
    return app


class AnyCase:
    """Lowers the path of services that don't mind its case; the path as asked stays in the environment."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ[ORIGINAL_PATH] = path.encode("latin-1").decode("utf-8", "replace")
        if path.lower().startswith(ANY_CASE):
            environ["PATH_INFO"] = path.lower()
        return self.app(environ, start_response)


def begin() -> ResponseReturnValue | None:
    g.began = time.perf_counter()
    g.asked_path = request.environ.get(ORIGINAL_PATH, request.path)
    g.at = clock.now().isoformat(timespec="milliseconds")
    if not request.blueprint or any(service.strikes_itself() for service in GATED):
        return None
    return control.failing_answer(request.blueprint)


def finish(response: Response) -> Response:
    if request.blueprint:
        spent = int((time.perf_counter() - g.began) * 1000)
        control.log_request(request.blueprint, response.status_code, spent, g.at)
    request.environ[CUT] = g.get("cut", "")
    if response.status_code < 400:
        webhooks.publish()
    if response.mimetype == "text/html":
        target = g.get("form_target", "")
        policy = f"default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self' {target}"
        response.headers.setdefault(
            "Content-Security-Policy", f"{policy.strip()}; base-uri 'none'; frame-ancestors 'self'"
        )
        response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def no_icon() -> Response:
    return Response(status=204)


def index() -> str:
    services = [
        (
            "Xero",
            url_for("xero.organisations"),
            "The people's side of Xero: contacts and draft invoices.",
            "/xero/_control",
        ),
        (
            "QuickBooks Online",
            url_for("quickbooks.companies"),
            "The people's side of QuickBooks: customers and invoices.",
            "/quickbooks/_control",
        ),
        (
            "MYOB",
            url_for("myob.businesses"),
            "The people's side of MYOB: customers and invoices.",
            "/myob/_control",
        ),
        ("ABN Lookup", url_for("abr.page"), "The sample business register.", "/abr/_control"),
        ("Mailbox", url_for("mail.inbox"), "Every mail that was sent, whoever it was for.", "/mail/_control"),
    ]
    return render_template("simulators/index.html", services=services)
