"""What an installation needs and whether it is there, for `flask doctor`."""

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from alembic.migration import MigrationContext
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from link4web.database import db
from link4web.mail.post import MailRefused, Post
from link4web.outbox.drain import open_rows
from link4web.settings import SIMULATOR_CLIENT, Settings
from link4web.web.health import newest_migration


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `text` says what is there or what to do."""

    fine: bool
    text: str


def examine() -> list[Finding]:
    """Look at everything; settings that can't work at all are refused before this runs."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_settings, _database, _outbox, _mail, _providers)
    settings: Settings = current_app.extensions["settings"]
    return [finding for check in checks for finding in check(settings)]


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding(fine=True, text=f"Settings: {settings.mode} mode, people come to {settings.base_url}")
    if not settings.data_dir.is_dir():
        yield Finding(fine=False, text=f"Data folder: {settings.data_dir} does not exist; create it")


def _database(_: Settings) -> Iterator[Finding]:
    name = db.engine.url.render_as_string(hide_password=True)
    try:
        applied = MigrationContext.configure(db.session.connection()).get_current_revision()
    except SQLAlchemyError as error:
        yield Finding(fine=False, text=f"Database: {name} does not answer ({type(error).__name__})")
        return
    wanted = newest_migration()
    if applied == wanted:
        yield Finding(fine=True, text=f"Database: {name} answers and has this release's tables ({applied})")
    else:
        has = f"has the tables of {applied}" if applied else "has no tables"
        yield Finding(fine=False, text=f"Database: {name} {has}; run: flask --app wsgi migrate-up")


def _outbox(_: Settings) -> Iterator[Finding]:
    try:
        stuck = [(kind, state, number) for kind, state, number in open_rows() if state in ("dead", "unknown")]
    except SQLAlchemyError:
        return  # said by the check of the database
    for kind, state, number in stuck:
        yield Finding(fine=False, text=f"Outbox: {number} of {kind} are {state}")
    if not stuck:
        yield Finding(fine=True, text="Outbox: nothing is stuck")


def _mail(settings: Settings) -> Iterator[Finding]:
    server = urlsplit(settings.smtp_url)
    name = f"{server.hostname}:{server.port or 25}"
    post = Post(settings.smtp_url)
    try:
        post.greet()
    except (MailRefused, smtplib.SMTPException, OSError):
        yield Finding(fine=False, text=f"Mail: no server answers at {name}, or it refuses our sign-in")
    else:
        yield Finding(fine=True, text=f"Mail: {name} answers; mails come from {settings.mail_from}")
    finally:
        post.close()


def _providers(settings: Settings) -> Iterator[Finding]:
    for slug, config in settings.providers.items():
        host = urlsplit(config.api_url).hostname
        if (config.client_id, config.client_secret) == SIMULATOR_CLIENT:
            yield Finding(fine=settings.is_home, text=f"{slug}: the simulator's client id, for {host}")
        else:
            yield Finding(fine=True, text=f"{slug}: client id {config.client_id[:4]}…, for {host}")
        if config.webhook_key == "" and not settings.is_home:
            yield Finding(fine=True, text=f"{slug}: no webhook key; changes arrive with the next sync only")
