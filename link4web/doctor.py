"""What an installation needs and whether it is there, for `flask doctor`."""

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from alembic.migration import MigrationContext
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from link4web import providers
from link4web.connections.authorise import redirect_address
from link4web.database import db
from link4web.mail.post import MailRefused, Post
from link4web.outbox.drain import open_rows
from link4web.providers.base.config import ProviderConfig
from link4web.providers.base.provider import Provider
from link4web.settings import ADDRESSES, REGISTERING, SIMULATOR_CLIENT, SIMULATOR_WEBHOOK_KEY, Settings, setting_name
from link4web.web.health import newest_migration
from link4web.web.links import link_to


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
    if settings.second_factor == "required":
        yield Finding(fine=True, text="Security codes: everybody needs them")
    elif settings.is_home:
        yield Finding(fine=True, text="Security codes: optional, as usual at home")
    else:
        text = "optional, so a password alone opens accounting data; take away LINK4WEB_SECOND_FACTOR"
        yield Finding(fine=False, text=f"Security codes: {text} and LINK4WEB_ALLOW_OPTIONAL_SECOND_FACTOR")
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
    for provider in providers.ALL:
        for finding in _provider(provider, settings):
            yield Finding(fine=finding.fine, text=f"{provider.name}: {finding.text}")


def _provider(provider: Provider, settings: Settings) -> Iterator[Finding]:
    config = settings.providers[provider.slug]
    if not config.is_offered:
        missing = " and ".join(setting_name(provider, part) for part in ("client_id", "client_secret"))
        yield Finding(fine=True, text=f"not offered, since {missing} are missing; how to get them: {REGISTERING}")
        return
    elsewhere = _addresses_elsewhere(provider, config)
    if settings.is_home and all(_is_here(getattr(config, part)) for part in elsewhere) and "api_url" in elsewhere:
        yield Finding(fine=True, text=f"simulated; its calls go to {config.api_url}")
        return
    yield _client(provider, config)
    for part in elsewhere:
        given, live = getattr(config, part), getattr(provider.addresses, part)
        name = setting_name(provider, part)
        yield Finding(fine=False, text=f"{name} is {given}; the live one is {live}, which needs no setting")
    if not elsewhere:
        yield Finding(fine=True, text=f"its calls go to {config.api_url}, the live address")
    yield _redirect(provider, settings)
    yield _webhooks(provider, config, settings)


def _addresses_elsewhere(provider: Provider, config: ProviderConfig) -> list[str]:
    """The addresses that are not the provider's live ones."""
    return [part for part in ADDRESSES if getattr(config, part) != getattr(provider.addresses, part)]


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in ("localhost", "127.0.0.1")


def _client(provider: Provider, config: ProviderConfig) -> Finding:
    if config.client_id == SIMULATOR_CLIENT[0]:
        name = setting_name(provider, "client_id")
        return Finding(fine=False, text=f"{name} is the simulator's; how to get your own: {REGISTERING}")
    return Finding(fine=True, text=f"client id {config.client_id[:4]}…")


def _redirect(provider: Provider, settings: Settings) -> Finding:
    address = redirect_address(provider)
    text = f"register the redirect address {address} there, letter by letter, without a slash at its end"
    if not settings.is_https:
        return Finding(fine=False, text=f"{text}; it takes https alone from live apps, so change LINK4WEB_BASE_URL")
    return Finding(fine=True, text=text)


def _webhooks(provider: Provider, config: ProviderConfig, settings: Settings) -> Finding:
    if not provider.has_webhooks:
        return Finding(fine=True, text="has no webhooks; it is asked for changes while somebody works here")
    address, name = link_to(f"webhooks.{provider.slug}"), setting_name(provider, "webhook_key")
    if not config.webhook_key or config.webhook_key == SIMULATOR_WEBHOOK_KEY:
        text = f"{name} is missing: enter the webhook address {address} there and take its key from there"
        return Finding(fine=False, text=f"{text}; until then it is asked for changes while somebody works here")
    if not settings.is_https:
        return Finding(fine=False, text=f"its webhooks can’t reach {address}: that is not https")
    return Finding(fine=True, text=f"register the webhook address {address} there; its key is set")
