"""The application factory: settings, extensions, rules, blueprints, error pages. Read this first."""

from pathlib import Path
from typing import Any

import jinja2
from flask import Flask, current_app, g, has_request_context, request
from flask_login import current_user
from werkzeug.routing import BaseConverter

from link4web import cli, clock, outbox_handlers, problems, routes
from link4web.accounts.organisations import zone_of
from link4web.accounts.sessions import STORE
from link4web.connections.membership import member_by_path
from link4web.database import db, engine_options, prepare_engine
from link4web.extensions import htmx, login_manager, migrate
from link4web.help import hints, links
from link4web.help.views import init_help
from link4web.logs import configure_logs, init_request_log
from link4web.mail.post import Post
from link4web.registers.abn_lookup import AbnLookup
from link4web.settings import Settings, from_environment
from link4web.support import sessions as support_sessions
from link4web.support.staff import role_of
from link4web.web import sessions
from link4web.web.access import init_access
from link4web.web.assets import init_assets
from link4web.web.errors import init_errors
from link4web.web.filters import init_filters
from link4web.web.security import init_security

ROOT = Path(__file__).resolve().parent.parent


class IdConverter(BaseConverter):
    """A public id in a path."""

    regex = "[A-Za-z0-9_-]{22}"


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application.

    Raises:
        SettingsError: the environment can't work; it lists every problem.
    """
    settings = settings or from_environment()
    clock.use_offset_file(settings.test_clock)
    configure_logs()
    app = Flask("link4web", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.url_map.converters["id"] = IdConverter
    _configure(app, settings)
    _bind_extensions(app)
    init_request_log(app)
    init_access(app, member_by_path, role_of, support_sessions.load)
    init_security(app, settings)
    init_errors(app)
    init_filters(app, _own_zone)
    init_assets(app)
    init_help(app, problems.ALL)
    routes.add_all(app)
    outbox_handlers.register()
    app.context_processor(_page_context)
    cli.add_commands(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    if settings.database_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        BASE_URL=settings.base_url,
        MAIL_FROM=settings.mail_from,
        SUPPORT_EMAIL=settings.support_email,
        UNDO_SECONDS=settings.undo_seconds,
        LIGHT_PASSWORDS=settings.light_passwords,
        PACE_CALLS=settings.pace_calls,
    )
    app.extensions["settings"] = settings
    app.extensions["post"] = Post(settings.smtp_url)
    app.extensions["abn_lookup"] = AbnLookup(settings.abr_url, settings.abr_guid)
    app.session_interface = sessions.DatabaseSessions(STORE, settings)
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    htmx.init_app(app)
    login_manager.init_app(app)
    login_manager.user_loader(lambda _: sessions.current().person)
    with app.app_context():
        prepare_engine(db.engine)


def _page_context() -> dict[str, Any]:
    settings: Settings = _settings()
    return {
        "nav": routes.navigation() if current_user and current_user.is_authenticated else [],
        "request_id": g.get("request_id", ""),
        "settings_home": settings.is_home,
        "help_href": links.contents_href(),
        "hint": hints.hint_here(),
        "here": request.path if request else "",
    }


def _own_zone() -> str:
    return zone_of(current_user.id) if has_request_context() and current_user.is_authenticated else ""


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
