"""A bare application that renders templates with sample contexts: no database, no sign-in, real filters and assets."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from flask import Flask, g, render_template

from link4web import problems
from link4web.help.views import init_help
from link4web.web.assets import init_assets
from link4web.web.filters import init_filters
from tests.preview.samples import SAMPLES

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = [
    SimpleNamespace(label="Details", href="#", is_current=True),
    SimpleNamespace(label="Bank account", href="#", is_current=False),
]
NAV = [("My Customers", "#", True), ("Connections", "#", False), ("Settings", "#", False)]


def preview_app() -> Flask:
    """The application; `/preview/<template>/<case>` shows one sample."""
    app = Flask("preview", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(SECRET_KEY="preview", BASE_URL="https://link4web.example", SUPPORT_EMAIL="help@link4web.example")
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    init_filters(app, lambda: "")
    init_assets(app)
    init_help(app, problems.ALL)
    app.jinja_env.globals["csrf_token"] = lambda: "sample-token"
    app.jinja_env.globals["settings_links"] = lambda: SETTINGS
    app.jinja_env.globals["url_for"] = lambda endpoint, **_: f"/{endpoint}"
    app.context_processor(_page_context)
    app.before_request(_organisation)
    app.add_url_rule("/preview/<path:template>/<int:case>", "preview", preview)
    return app


def render(app: Flask, template: str, case: int = 0) -> str:
    """One sample as HTML."""
    with app.test_request_context("/"):
        _organisation()
        return preview(template, case)


def preview(template: str, case: int) -> str:
    return render_template(template, **SAMPLES[template][case]())


def _organisation() -> None:
    g.organisation = SimpleNamespace(
        id="o" * 22,
        name="Wattle & Wharf Coffee",
        timezone="Australia/Sydney",
        country="AU",
        number="52341672110",
        number_scheme="ABN",
        number_status="active",
        register_name="Wattle & Wharf Coffee Pty Ltd",
        number_checked_at=None,
        closed_at=None,
        address="14 Lee Wharf Road, Newcastle NSW 2300",
    )
    g.connection = g.on_behalf = None
    g.help_for = ("xero", "AU")


def _page_context() -> dict[str, Any]:
    return {
        "nav": NAV,
        "request_id": "7F3A19C2",
        "settings_home": True,
        "help_href": "",
        "here": "/",
        "current_user": SimpleNamespace(name="Isla Brennan", email="isla@wattlewharf.example", is_authenticated=True),
    }
