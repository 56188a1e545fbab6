"""Liveness and readiness. Neither tells the public a version (R-195)."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from link4web.database import db
from link4web.web.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def ready() -> Response:
    """Database answers, its tables are those of this release, nobody stops us; providers don't matter.

    Whether we are stopping is known to the web server alone, which tells it as `extensions["is_stopping"]`
    (gunicorn.conf.py).
    """
    is_stopping = current_app.extensions.get("is_stopping")
    if is_stopping and is_stopping():
        return Response("stopping\n", 503, mimetype="text/plain")
    try:
        applied = MigrationContext.configure(db.session.connection()).get_current_revision()
    except SQLAlchemyError:
        return Response("database not reachable\n", 503, mimetype="text/plain")
    if applied != newest_migration():
        return Response("migrations not applied\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


def newest_migration() -> str | None:
    """The revision the code expects."""
    if "newest_migration" not in current_app.extensions:
        folder = current_app.extensions["migrate"].directory
        current_app.extensions["newest_migration"] = ScriptDirectory(str(folder)).get_current_head()
    newest: str | None = current_app.extensions["newest_migration"]
    return newest
