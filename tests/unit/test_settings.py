"""Every fault in the configuration has a clear line, all at once; production has no defaults that could hurt."""

import base64
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from link4web.settings import SettingsError, from_environment

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "LINK4WEB_DATABASE_URL": "postgresql+psycopg://app@db.example/link4web",
    "LINK4WEB_BASE_URL": "https://app.example",
    "LINK4WEB_SECRET_KEY": "s" * 40,
    "LINK4WEB_TOKEN_KEYS": "k1:" + base64.b64encode(b"k" * 32).decode(),
    "LINK4WEB_SMTP_URL": "smtp+starttls://mail.example",
    "LINK4WEB_MAIL_FROM": "Link4web <post@app.example>",
    "LINK4WEB_SUPPORT_EMAIL": "help@app.example",
    "LINK4WEB_XERO_CLIENT_ID": "id",
    "LINK4WEB_XERO_CLIENT_SECRET": "secret",
    "LINK4WEB_ABR_GUID": "guid",
}


def problems(**changed: str) -> list[str]:
    environment = {**PRODUCTION, **{name: value for name, value in changed.items() if not name.startswith("_")}}
    try:
        from_environment(environment)
    except SettingsError as error:
        return error.problems
    return []


def test_production_with_everything_starts() -> None:
    settings = from_environment(PRODUCTION)
    assert settings.mode == "production"
    assert settings.cookie_name == "__Host-l4w"
    assert settings.providers["xero"].api_url == "https://api.xero.com/api.xro/2.0"


def test_one_accounting_system_is_enough_and_needed() -> None:
    assert [provider.slug for provider in from_environment(PRODUCTION).offered] == ["xero"]
    [problem] = problems(LINK4WEB_XERO_CLIENT_ID="", LINK4WEB_XERO_CLIENT_SECRET="")
    assert "No accounting system can be connected" in problem
    assert "LINK4WEB_MYOB_CLIENT_ID" in problem


@pytest.mark.parametrize("missing", PRODUCTION)
def test_each_missing_setting_is_named(missing: str) -> None:
    """R-093."""
    assert any(missing in line for line in problems(**{missing: ""}))


def test_codes_are_asked_of_everybody_unless_a_setting_says_otherwise(tmp_path: Path) -> None:
    """R-006: production never leaves them out by itself; at home they are optional."""
    assert from_environment(PRODUCTION).second_factor == "required"
    assert from_environment({"LINK4WEB_MODE": "home", "LINK4WEB_DATA_DIR": str(tmp_path)}).second_factor == "optional"
    assert any("LINK4WEB_SECOND_FACTOR" in line for line in problems(LINK4WEB_SECOND_FACTOR="off"))


@pytest.mark.parametrize("aloud", ["", "0", "yes"])
def test_production_leaves_codes_to_people_only_when_told_so_aloud(aloud: str) -> None:
    """R-006: one word in one setting is too easily left over from a demo."""
    [problem] = problems(LINK4WEB_SECOND_FACTOR="optional", LINK4WEB_ALLOW_OPTIONAL_SECOND_FACTOR=aloud)
    assert "LINK4WEB_SECOND_FACTOR=optional" in problem
    assert "LINK4WEB_ALLOW_OPTIONAL_SECOND_FACTOR=1" in problem
    both = {"LINK4WEB_SECOND_FACTOR": "optional", "LINK4WEB_ALLOW_OPTIONAL_SECOND_FACTOR": "1"}
    assert from_environment({**PRODUCTION, **both}).second_factor == "optional"
    alone = from_environment({**PRODUCTION, "LINK4WEB_ALLOW_OPTIONAL_SECOND_FACTOR": "1"})
    assert alone.second_factor == "required"


FAULTS = {
    "LINK4WEB_MODE": "staging",
    "LINK4WEB_BASE_URL": "http://app.example",
    "LINK4WEB_SECRET_KEY": "short",
    "LINK4WEB_TOKEN_KEYS": "k1:not-base64!",
    "LINK4WEB_TEST_CLOCK": "/tmp/clock",
    "LINK4WEB_LIGHT_PASSWORDS": "1",
    "LINK4WEB_PACE_CALLS": "0",
    "FLASK_DEBUG": "1",
    "LINK4WEB_XERO_CLIENT_SECRET": "home-secret-for-the-simulator-only",
    "LINK4WEB_XERO_WEBHOOK_KEY": "home-webhook-key-for-the-simulator-only",
    "LINK4WEB_DATABASE_URL": "mysql://x",
    "LINK4WEB_SMTP_URL": "mail.example:25",
    "LINK4WEB_MAIL_FROM": "Link4web",
    "LINK4WEB_UNDO_SECONDS": "a minute",
    "LINK4WEB_MAILS_PER_DOMAIN": "0",
    "LINK4WEB_HELP_FRAMES": "https://help.example/articles",
    "LINK4WEB_SUPPORT_EMAIL": "support",
    "SIMULATORS_PORT": "x",
}


@pytest.mark.parametrize(("name", "value"), FAULTS.items())
def test_each_fault_has_a_line(name: str, value: str) -> None:
    found = problems(**{name: value})
    assert len(found) == 1
    assert name in found[0]


@pytest.mark.parametrize(
    "address", ["app.example", "https://", "https://app.example/path", "https://a:99999999", "ftp://a", "https://[x"]
)
def test_addresses_that_are_none(address: str) -> None:
    assert any("LINK4WEB_BASE_URL" in line for line in problems(LINK4WEB_BASE_URL=address))


@pytest.mark.parametrize(
    "entry",
    [
        "help.example",
        "http://help.example",
        "https://",
        "https://*",
        "https://*.help.example",
        "https://help.example/",
        "https://me@help.example",
        "https://help.example;script-src *",
        "https://help.example 'unsafe-inline'",
        "http://localhost:9000",
        "https://help.example,https://a.example/x",
    ],
)
def test_who_may_frame_help_is_named_by_origin(entry: str) -> None:
    """R-138: the value stands in a header of the security policy."""
    [problem] = problems(LINK4WEB_HELP_FRAMES=entry)
    assert "LINK4WEB_HELP_FRAMES" in problem


def test_origins_of_frames(tmp_path: Path) -> None:
    assert from_environment(PRODUCTION).help_frames == ()
    two = from_environment({**PRODUCTION, "LINK4WEB_HELP_FRAMES": " https://Help.example:8443 ,https://a-b.example,"})
    assert two.help_frames == ("https://help.example:8443", "https://a-b.example")
    home = {"LINK4WEB_MODE": "home", "LINK4WEB_DATA_DIR": str(tmp_path)}
    at_home = from_environment({**home, "LINK4WEB_HELP_FRAMES": "http://localhost:9000,http://127.0.0.1"})
    assert at_home.help_frames == ("http://localhost:9000", "http://127.0.0.1")


def test_several_token_keys() -> None:
    """R-085: the first writes, all read."""
    second = base64.b64encode(b"o" * 16).decode()
    keys = from_environment({**PRODUCTION, "LINK4WEB_TOKEN_KEYS": f"{PRODUCTION['LINK4WEB_TOKEN_KEYS']}, k0:{second}"})
    assert [name for name, _ in keys.token_keys] == ["k1", "k0"]
    for wrong in ("k1:", ":" + second, "k1:" + base64.b64encode(b"short").decode(), "k1:üü"):
        assert problems(LINK4WEB_TOKEN_KEYS=wrong)


def test_home_makes_its_keys_once(tmp_path: Path) -> None:
    home = {"LINK4WEB_MODE": "home", "LINK4WEB_DATA_DIR": str(tmp_path)}
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: from_environment(home), range(8)))
    assert len({(one.secret_key, one.token_keys) for one in made}) == 1
    assert len(made[0].secret_key) > 40
    for file in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {file.name for file in (tmp_path / "keys").iterdir()} == {"secret", "tokens"}


def test_secrets_do_not_show(tmp_path: Path) -> None:
    shown = repr(from_environment(PRODUCTION)) + repr(
        from_environment({"LINK4WEB_MODE": "home", "LINK4WEB_DATA_DIR": str(tmp_path)})
    )
    for secret in (PRODUCTION["LINK4WEB_SECRET_KEY"], "kkkkkkkk", "home-secret-for-the-simulator-only"):
        assert secret not in shown


def test_the_program_ends_with_clear_lines() -> None:
    """R-093, from outside: no traceback, and an end that gunicorn does not try again."""
    environment = {"PATH": os.environ["PATH"], "LINK4WEB_BASE_URL": "http://app.example"}
    command = [sys.executable, "-c", "import wsgi"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    assert "LINK4WEB_SECRET_KEY is missing" in ended.stderr
    assert all(line.startswith("Link4web can't start. ") for line in ended.stderr.strip().splitlines())
