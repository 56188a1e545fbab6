"""What an installation needs and whether it is there, for `flask doctor`."""

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
from link4web.settings import (
    ADDRESSES,
    DATABASES,
    MAIL_SERVERS,
    REGISTERING,
    SIMULATOR_CLIENT,
    SIMULATOR_WEBHOOK_KEY,
    Settings,
    is_origin,
    setting_name,
)
from link4web.web.health import newest_migration
from link4web.web.links import link_to

UNKNOWN_BASE, UNKNOWN_SMTP = "https://unknown.invalid", "smtp://unknown.invalid"
UNKNOWN_DATABASE = "postgresql+psycopg://unknown.invalid/unknown"
MAILBOX = "the mailbox is there while make run is running (with another SMTP_PORT, give the doctor the same)"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `text` says what is there or what to do."""

    fine: bool
    text: str
    noted: bool = False  # no fault, but not as it is while everything runs

    @property
    def mark(self) -> str:
        return "note" if self.noted else "ok  " if self.fine else "LOOK"


def enough_to_look_at(settings: Settings) -> Settings:
    """Settings that were refused, with stand-ins for what can't be left out of an application that only looks.

    No check takes a stand-in for something to look at, and nothing else may run with them.
    """
    known = settings.database_url.startswith(DATABASES)
    return replace(
        settings,
        database_url=settings.database_url if known else UNKNOWN_DATABASE,
        base_url=settings.base_url if is_origin(settings.base_url) else UNKNOWN_BASE,
        secret_key=settings.secret_key or "unknown",
        smtp_url=settings.smtp_url if settings.smtp_url.startswith(MAIL_SERVERS) else UNKNOWN_SMTP,
        test_clock=None,
        trusted_proxies=max(0, settings.trusted_proxies),
    )


def examine() -> list[Finding]:
    """Look at everything. Settings that can't work at all are told by whoever refused them."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (_settings, _database, _outbox, _mail, _providers)
    settings: Settings = current_app.extensions["settings"]
    return [finding for check in checks for finding in check(settings)]


def _settings(settings: Settings) -> Iterator[Finding]:
    if settings.base_url != UNKNOWN_BASE:
        yield Finding(fine=True, text=f"Settings: {settings.mode} mode, people come to {settings.base_url}")
    if settings.second_factor == "required":
        yield Finding(fine=True, text="Security codes: everybody needs them")
    elif settings.is_home:
        yield Finding(fine=True, text="Security codes: optional, as usual at home")
    elif settings.second_factor == "optional":
        text = "optional, so a password alone opens accounting data; take away LINK4WEB_SECOND_FACTOR"
        yield Finding(fine=False, text=f"Security codes: {text} and LINK4WEB_ALLOW_OPTIONAL_SECOND_FACTOR")
    if not settings.data_dir.is_dir():
        yield Finding(fine=False, text=f"Data folder: {settings.data_dir} does not exist; create it")


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database_url == UNKNOWN_DATABASE:
        return
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
        wish = "run: flask --app wsgi migrate-up" + (", or make run, which does it too" if settings.is_home else "")
        yield Finding(fine=False, text=f"Database: {name} {has}; {wish}")


def _outbox(settings: Settings) -> Iterator[Finding]:
    if settings.database_url == UNKNOWN_DATABASE:
        return
    try:
        stuck = [(kind, state, number) for kind, state, number in open_rows() if state in ("dead", "unknown")]
    except SQLAlchemyError:
        return  # said by the check of the database
    for kind, state, number in stuck:
        yield Finding(fine=False, text=f"Outbox: {number} of {kind} are {state}")
    if not stuck:
        yield Finding(fine=True, text="Outbox: nothing is stuck")


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp_url == UNKNOWN_SMTP:
        return
    server = urlsplit(settings.smtp_url)
    name = f"{server.hostname}:{server.port or 25}"
    post = Post(settings.smtp_url)
    try:
        post.greet()
    except (MailRefused, smtplib.SMTPException, OSError):
        if settings.is_home and _is_here(settings.smtp_url):
            yield Finding(fine=True, noted=True, text=f"Mail: nothing answers at {name}; {MAILBOX}")
        else:
            yield Finding(fine=False, text=f"Mail: no server answers at {name}, or it refuses our sign-in")
    else:
        sender = f"; mails come from {settings.mail_from}" if settings.mail_from else ""
        yield Finding(fine=True, text=f"Mail: {name} answers{sender}")
    finally:
        post.close()


def _providers(settings: Settings) -> Iterator[Finding]:
    for provider in providers.ALL:
        for finding in _provider(provider, settings):
            yield replace(finding, text=f"{provider.name}: {finding.text}")


def _provider(provider: Provider, settings: Settings) -> Iterator[Finding]:
    config = settings.providers[provider.slug]
    if not config.is_offered:
        missing = [setting_name(provider, part) for part in ("client_id", "client_secret") if not getattr(config, part)]
        which = f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} missing"
        text = f"not offered, since {which}; how to get them: {REGISTERING}{_to_register(provider, settings)}"
        yield Finding(fine=True, text=text)
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
    if settings.base_url == UNKNOWN_BASE:
        text = "the addresses to register there are told here once LINK4WEB_BASE_URL can be used"
        yield Finding(fine=True, noted=True, text=text)
    else:
        yield _redirect(provider, settings)
    yield _webhooks(provider, config, settings)


def _to_register(provider: Provider, settings: Settings) -> str:
    """The addresses that registering an app asks for, which comes before its id."""
    if settings.base_url == UNKNOWN_BASE or not settings.is_https:
        return ""
    hooks = f", the webhook address {link_to(f'webhooks.{provider.slug}')}" if provider.has_webhooks else ""
    return f"; the redirect address to register is {redirect_address(provider)}{hooks}"


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
        where = "" if settings.base_url == UNKNOWN_BASE else f" {address}"
        text = f"{name} is missing: enter the webhook address{where} there and take its key from there"
        return Finding(fine=False, text=f"{text}; until then it is asked for changes while somebody works here")
    if settings.base_url == UNKNOWN_BASE:
        return Finding(fine=True, text="the key of its webhooks is set")
    if not settings.is_https:
        return Finding(fine=False, text=f"its webhooks can’t reach {address}: that is not https")
    return Finding(fine=True, text=f"register the webhook address {address} there; its key is set")
