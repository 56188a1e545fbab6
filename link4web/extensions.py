"""Created once, bound in `create_app`."""

from flask_login import LoginManager
from flask_migrate import Migrate
from htmx_flask import Htmx

from link4web.database import db

login_manager = LoginManager()
login_manager.session_protection = None  # sessions are ours: server-side, rotated, ended on the server
migrate = Migrate()
htmx = Htmx()

__all__ = ["db", "htmx", "login_manager", "migrate"]
