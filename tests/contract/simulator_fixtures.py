"""Running simulators for contract tests, and a bare HTTP caller that knows nothing of the product."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from link4web.simulators import server

ROOT = Path(__file__).parents[2]
SCOPES = "openid profile email offline_access accounting.contacts accounting.invoices accounting.settings.read"
APP = ("link4web-home", "home-secret-for-the-simulator-only")
CALLBACK = "http://localhost:8000/xero/callback"
GUID = "11111111-2222-3333-4444-555555555555"


@dataclass
class Caller:
    """Plain HTTP to running simulators, with a token for the first demo organisation."""

    running: server.Running
    session: requests.Session = field(default_factory=requests.Session)
    token: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return self.running.base_url

    def control(self, which: str, /, **body: Any) -> dict[str, Any]:
        """A control call; `which` like xero/switch."""
        service, _, name = which.partition("/")
        answer = self.session.post(f"{self.root}/{service}/_control/{name}", json=body, timeout=60)
        assert answer.ok, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def connect(self, **wanted: Any) -> None:
        self.token = self.control("xero/token", **wanted)

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **how: Any) -> requests.Response:
        """An Accounting API call."""
        common = {
            "Authorization": f"Bearer {self.token['access_token']}",
            "xero-tenant-id": self.token["tenant_id"],
            "Accept": "application/json",
        }
        url = f"{self.root}/xero/api.xro/2.0{path}"
        return self.session.request(method, url, headers={**common, **(headers or {})}, timeout=30, **how)

    def contacts(self, headers: dict[str, str] | None = None, **query: Any) -> dict[str, Any]:
        answer = self.call("GET", "/Contacts", headers, params=query)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def named(self, name: str) -> dict[str, Any]:
        """The contact of this name, archived or not."""
        found = self.contacts(where=f'Name=="{name}"', includeArchived="true", page=1)["Contacts"]
        assert len(found) == 1, name
        contact: dict[str, Any] = found[0]
        return contact

    def consent_url(self, **changes: str) -> str:
        query = {"response_type": "code", "client_id": APP[0], "redirect_uri": CALLBACK, "scope": SCOPES, "state": "s1"}
        return requests.Request("GET", self.root + AUTHORIZE, params={**query, **changes}).prepare().url or ""

    def consent(self, **changes: str) -> dict[str, str]:
        """Press Allow for the first organisation; the parameters of the way back."""
        answer = self.session.post(
            self.consent_url(**changes),
            data={"decision": "allow", "tenant": self.organisation_id()},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 302, answer.text
        return query_of(answer.headers["Location"])

    def organisation_id(self, place: int = 0) -> str:
        controls = self.session.get(f"{self.root}/xero/_control", timeout=30).json()
        return str(controls["organisations"][place]["tenant_id"])

    def tokens(self, **form: str) -> requests.Response:
        return self.session.post(f"{self.root}/xero/connect/token", data=form, auth=APP, timeout=30)

    def exchange(self, code: str, **more: str) -> requests.Response:
        return self.tokens(grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **more)

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.tokens(grant_type="refresh_token", refresh_token=refresh_token)


AUTHORIZE = "/xero/identity/connect/authorize"


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def judges() -> Path:
    """The published API descriptions; a test that needs them is skipped without."""
    folder = Path(os.environ.get("LINK4WEB_JUDGES_DIR", ROOT.parent / "shared")) / "reference" / "data"
    if not folder.is_dir():
        pytest.skip(f"no published API descriptions in {folder} (set LINK4WEB_JUDGES_DIR)")
    return folder


@pytest.fixture(name="sim")
def running_simulators() -> Iterator[Caller]:
    """Fresh simulators with the demo data, connected, limits off."""
    caller = Caller(server.start())
    caller.control("xero/throttle", off=True)
    caller.connect()
    yield caller
    caller.session.close()
    caller.running.close()


@pytest.fixture(scope="module", name="demo")
def demo_simulators() -> Iterator[Caller]:
    """Simulators shared by the tests of a module that change nothing."""
    caller = Caller(server.start())
    caller.control("xero/throttle", off=True)
    caller.connect()
    yield caller
    caller.session.close()
    caller.running.close()


@pytest.fixture
def offset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write seconds into this file to move the simulators' clock."""
    path = tmp_path / "offset"
    path.write_text("0")
    monkeypatch.setenv("LINK4WEB_TEST_CLOCK", str(path))
    return path
