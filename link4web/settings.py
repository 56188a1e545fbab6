"""One typed, frozen Settings object, read from the environment and checked at start.

Home mode (`LINK4WEB_MODE=home`, what `make run` sets) makes its own keys and talks to the simulators; production has
no default for any secret and refuses to start with one missing, with an http base URL, with a test clock or without
security codes for everybody, unless a second setting says that aloud.
"""

import base64
import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from link4web import providers
from link4web.providers.base.config import Addresses, ProviderConfig
from link4web.providers.base.provider import Provider

SIMULATOR_CLIENT = ("link4web-home", "home-secret-for-the-simulator-only")
SIMULATOR_WEBHOOK_KEY = "home-webhook-key-for-the-simulator-only"
ABR_LIVE = "https://abr.business.gov.au"
DATABASES = ("sqlite:///", "postgresql+psycopg://")
MAIL_SERVERS = ("smtp://", "smtps://", "smtp+starttls://")
REGISTERING = "docs/register-an-app.md"


class SettingsError(Exception):
    """The configuration can't work: one plain line for each fault in `problems`, and in `settings` what was read."""

    def __init__(self, problems: list[str], settings: "Settings") -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.settings = settings


@dataclass(frozen=True, kw_only=True)
class MailCaps:
    """How many invitation mails may leave: a day for a person and an organisation, an hour to a domain and in all."""

    per_person: int
    per_organisation: int
    per_new_organisation: int
    per_domain: int
    in_all: int


#: At home there is nobody to protect: mails end in the mailbox.
CAPS_AT_HOME = MailCaps(
    per_person=20_000, per_organisation=20_000, per_new_organisation=20_000, per_domain=20_000, in_all=100_000
)
CAPS = MailCaps(per_person=2_000, per_organisation=5_000, per_new_organisation=500, per_domain=1_000, in_all=20_000)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the application reads from outside; nothing else looks at the environment."""

    mode: str
    data_dir: Path
    database_url: str
    base_url: str
    secret_key: str = field(repr=False)
    token_keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    smtp_url: str
    mail_from: str
    undo_seconds: int
    mail_caps: MailCaps
    support_email: str
    providers: Mapping[str, ProviderConfig]
    abr_url: str
    abr_guid: str = field(repr=False)
    test_clock: Path | None
    light_passwords: bool
    pace_calls: bool
    trusted_proxies: int
    second_factor: str
    metrics_token: str = field(default="", repr=False)
    backup_marker: Path | None = None
    help_frames: tuple[str, ...] = ()
    session_idle_minutes: int = 60
    session_hours: int = 12

    @property
    def is_home(self) -> bool:
        return self.mode == "home"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def offered(self) -> tuple[Provider, ...]:
        """The accounting systems that people can connect here."""
        return tuple(provider for provider in providers.ALL if self.providers[provider.slug].is_offered)

    @property
    def cookie_name(self) -> str:
        """`__Host-` over https; at home the port, since cookies of one localhost port reach the others."""
        return "__Host-l4w" if self.is_https else f"l4w_{urlsplit(self.base_url).port or 80}"


_FRAMES = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
_FRAMES_AT_HOME = re.compile(rf"{_FRAMES.pattern}|http://(?:localhost|127\.0\.0\.1)(?::[0-9]{{1,5}})?")
ADDRESSES = tuple(part.name for part in fields(Addresses))


def setting_name(provider: Provider, part: str) -> str:
    """The variable for a part of a provider's configuration, a field of `ProviderConfig`."""
    return f"LINK4WEB_{provider.slug.upper()}_{part.upper()}"


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings.

    Raises:
        SettingsError: something is missing or unsafe; every fault is listed at once.
    """
    return _Reader(os.environ if environ is None else environ).settings()


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []
        self.mode = self.get("MODE", "production")
        self.home = self.mode == "home"
        self.data_dir = Path(self.get("DATA_DIR", "var")).resolve()
        self.simulators_port = self.number_of(environ.get("SIMULATORS_PORT", "8100"), "SIMULATORS_PORT")

    def get(self, name: str, default: str = "") -> str:
        return self.environ.get(f"LINK4WEB_{name}", default).strip()

    def required(self, name: str, at_home: str, why: str) -> str:
        value = self.get(name) or (at_home if self.home else "")
        if not value:
            self.problems.append(f"LINK4WEB_{name} is missing: {why}.")
        return value

    def number_of(self, text: str, name: str) -> int:
        try:
            return int(text)
        except ValueError:
            self.problems.append(f"{name} must be a whole number, not {text!r}.")
            return 0

    def settings(self) -> Settings:
        if self.mode not in ("home", "production"):
            self.problems.append(f"LINK4WEB_MODE must be home or production, not {self.mode!r}.")
        port = self.environ.get("PORT", "8000")
        settings = Settings(
            mode=self.mode,
            data_dir=self.data_dir,
            database_url=self.required("DATABASE_URL", f"sqlite:///{self.data_dir}/link4web.db", "where data is kept"),
            base_url=self.required("BASE_URL", f"http://localhost:{port}", "the address people use").rstrip("/"),
            secret_key=self.required("SECRET_KEY", self.home_key("secret"), "it signs what browsers carry"),
            token_keys=self.token_keys(),
            smtp_url=self.required(
                "SMTP_URL", f"smtp://127.0.0.1:{self.environ.get('SMTP_PORT', '8025')}", "mail leaves through it"
            ),
            mail_from=self.required("MAIL_FROM", "Link4web <post@link4web.example>", "the sender of every mail"),
            undo_seconds=self.number_of(self.get("UNDO_SECONDS", "60"), "LINK4WEB_UNDO_SECONDS"),
            mail_caps=self.mail_caps(),
            support_email=self.required("SUPPORT_EMAIL", "support@link4web.example", "mails must name a contact"),
            providers={provider.slug: self.provider(provider) for provider in providers.ALL},
            abr_url=self.get("ABR_URL", f"http://127.0.0.1:{self.simulators_port}/abr" if self.home else ABR_LIVE),
            abr_guid=self.required("ABR_GUID", "11111111-2222-3333-4444-555555555555", "ABN Lookup asks for it"),
            test_clock=Path(clock) if (clock := self.get("TEST_CLOCK")) else None,
            light_passwords=self.get("LIGHT_PASSWORDS") == "1",
            pace_calls=self.get("PACE_CALLS", "1") != "0",
            trusted_proxies=self.number_of(self.get("TRUSTED_PROXIES", "0"), "LINK4WEB_TRUSTED_PROXIES"),
            second_factor=self.get("SECOND_FACTOR") or ("optional" if self.home else "required"),
            metrics_token=self.get("METRICS_TOKEN"),
            backup_marker=Path(marker) if (marker := self.get("BACKUP_MARKER")) else None,
            help_frames=self.help_frames(),
        )
        self.check(settings)
        if self.problems:
            raise SettingsError(self.problems, settings)
        return settings

    def provider(self, provider: Provider) -> ProviderConfig:
        client_id, client_secret = SIMULATOR_CLIENT if self.home else ("", "")
        webhook_key = SIMULATOR_WEBHOOK_KEY if self.home else ""

        def given(part: str) -> str:
            return self.environ.get(setting_name(provider, part), "").strip()

        def address(part: str) -> str:
            if not getattr(provider.addresses, part):
                return ""
            simulated = f"http://localhost:{self.simulators_port}{getattr(provider.simulated, part)}"
            return (given(part) or (simulated if self.home else getattr(provider.addresses, part))).rstrip("/")

        pkce, calls = given("use_pkce"), given("calls_a_month")
        config = ProviderConfig(
            **{part: address(part) for part in ADDRESSES},
            client_id=given("client_id") or client_id,
            client_secret=given("client_secret") or client_secret,
            use_pkce=None if not pkce else pkce == "1",
            webhook_key=given("webhook_key") or webhook_key,
            calls_a_month=self.number_of(calls, setting_name(provider, "calls_a_month")) if calls else None,
        )
        for part, other in (("client_id", config.client_secret), ("client_secret", config.client_id)):
            if other and not getattr(config, part):
                self.problems.append(f"{setting_name(provider, part)} is missing: {provider.name} gives an app both.")
        return config

    def mail_caps(self) -> MailCaps:
        usual = CAPS_AT_HOME if self.home else CAPS
        return MailCaps(**{name: self.mail_cap(name, most) for name, most in asdict(usual).items()})

    def mail_cap(self, name: str, usual: int) -> int:
        text = self.get(f"MAILS_{name.upper()}", str(usual))
        if text.isdecimal() and int(text):
            return int(text)
        self.problems.append(f"LINK4WEB_MAILS_{name.upper()} must be a whole number from 1, not {text!r}.")
        return usual

    def help_frames(self) -> tuple[str, ...]:
        """Whose pages may show help articles in a frame. They stand in a header, so nothing but origins gets there."""
        origins = tuple(filter(None, (entry.strip().lower() for entry in self.get("HELP_FRAMES").split(","))))
        allowed = _FRAMES_AT_HOME if self.home else _FRAMES
        if wrong := [origin for origin in origins if not allowed.fullmatch(origin)]:
            self.problems.append(f"LINK4WEB_HELP_FRAMES must be origins like https://help.example, not {wrong[0]!r}.")
        return origins

    def token_keys(self) -> tuple[tuple[str, bytes], ...]:
        text = self.required("TOKEN_KEYS", self.home_key("tokens", prefix="home:"), "it encrypts provider tokens")
        keys = []
        for entry in filter(None, text.split(",")):
            key_id, _, encoded = entry.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError:
                key = b""
            if not key_id or len(key) not in (16, 32):
                self.problems.append("LINK4WEB_TOKEN_KEYS must look like id:base64 with 16 or 32 bytes, by commas.")
                break
            keys.append((key_id, key))
        return tuple(keys)

    def home_key(self, name: str, prefix: str = "") -> str:
        """A key made once and kept in the data folder, readable by its owner only."""
        if not self.home:
            return ""
        folder = self.data_dir / "keys"
        path = folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=folder) as fresh:  # made readable by its owner only
                fresh.write(prefix + base64.b64encode(secrets.token_bytes(32)).decode())
                fresh.flush()
                with contextlib.suppress(FileExistsError):  # web and worker may start at the same moment
                    os.link(fresh.name, path)
        return path.read_text()

    def check(self, settings: Settings) -> None:
        self.check_addresses(settings)
        if not settings.is_home:
            self.check_production(settings)

    def check_addresses(self, settings: Settings) -> None:
        if settings.base_url and not is_origin(settings.base_url):
            self.problems.append("LINK4WEB_BASE_URL must look like https://app.example, without a path.")
        if settings.database_url and not settings.database_url.startswith(DATABASES):
            self.problems.append("LINK4WEB_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
        if settings.smtp_url and not settings.smtp_url.startswith(MAIL_SERVERS):
            self.problems.append("LINK4WEB_SMTP_URL must begin with smtp://, smtps:// or smtp+starttls://.")
        if settings.mail_from and "@" not in parseaddr(settings.mail_from)[1]:
            self.problems.append("LINK4WEB_MAIL_FROM must hold an e-mail address.")
        if settings.support_email and "@" not in parseaddr(settings.support_email)[1]:
            self.problems.append("LINK4WEB_SUPPORT_EMAIL must be an e-mail address.")
        if settings.second_factor not in ("required", "optional"):
            self.problems.append(
                "LINK4WEB_SECOND_FACTOR must be required (security codes for everybody) or optional,"
                f" not {settings.second_factor!r}."
            )
        if settings.undo_seconds < 0 or settings.trusted_proxies < 0:
            self.problems.append("LINK4WEB_UNDO_SECONDS and LINK4WEB_TRUSTED_PROXIES can't be negative.")

    def check_production(self, settings: Settings) -> None:
        if not settings.is_https:
            self.problems.append("LINK4WEB_BASE_URL must begin with https:// in production.")
        if len(settings.secret_key) < 32:
            self.problems.append("LINK4WEB_SECRET_KEY must have 32 characters or more.")
        if settings.test_clock:
            self.problems.append("LINK4WEB_TEST_CLOCK is for tests; production refuses it.")
        if settings.light_passwords:
            self.problems.append("LINK4WEB_LIGHT_PASSWORDS is for tests; production refuses it.")
        if not settings.pace_calls:
            self.problems.append("LINK4WEB_PACE_CALLS=0 is for tests and benchmarks; production refuses it.")
        if settings.second_factor == "optional" and self.get("ALLOW_OPTIONAL_SECOND_FACTOR") != "1":
            self.problems.append(
                "LINK4WEB_SECOND_FACTOR=optional lets a password alone open accounting data; production takes it only"
                " with LINK4WEB_ALLOW_OPTIONAL_SECOND_FACTOR=1."
            )
        if self.environ.get("FLASK_DEBUG", "0") not in ("", "0"):
            self.problems.append("FLASK_DEBUG must be off in production.")
        self.check_providers(settings)

    def check_providers(self, settings: Settings) -> None:
        for provider in providers.ALL:
            config = settings.providers[provider.slug]
            theirs = {"client_secret": SIMULATOR_CLIENT[1], "webhook_key": SIMULATOR_WEBHOOK_KEY}
            for part, known in theirs.items():
                if known in getattr(config, part):
                    self.problems.append(f"{setting_name(provider, part)} is the simulator's; use your app's own.")
        if not any(config.client_id or config.client_secret for config in settings.providers.values()):
            ids = ", ".join(setting_name(provider, "client_id") for provider in providers.ALL)
            self.problems.append(f"No accounting system can be connected: fill one of {ids} (see {REGISTERING}).")


def is_origin(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.path
    except ValueError:
        return False
