"""A bare HTTP caller of the QuickBooks simulator, which knows nothing of the product."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from link4web.simulators import server
from tests.contract.simulator_fixtures import APP, Caller, query_of

CALLBACK = "http://localhost:8000/quickbooks/callback"
SCOPE = "com.intuit.quickbooks.accounting"
AU, NZ = "9130357766900456", "9130357766911122"


@dataclass
class Company(Caller):
    """Plain HTTP to running simulators, with a token for the Australian demo company."""

    def connect(self, **wanted: Any) -> None:
        self.token = self.control("quickbooks/token", **wanted)

    @property
    def base(self) -> str:
        return f"{self.root}/quickbooks/v3/company/{self.token['realm_id']}"

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **how: Any) -> requests.Response:
        """An Accounting API call that accepts JSON."""
        common = {"Authorization": f"Bearer {self.token['access_token']}", "Accept": "application/json"}
        return self.session.request(method, self.base + path, headers={**common, **(headers or {})}, timeout=30, **how)

    def query(self, statement: str) -> requests.Response:
        return self.call("GET", "/query", params={"query": statement, "minorversion": 75})

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """The objects of a query's answer."""
        answer = self.query(statement)
        assert answer.status_code == 200, answer.text
        response = {name: one for name, one in answer.json()["QueryResponse"].items() if isinstance(one, list)}
        return next(iter(response.values()), [])

    def customer(self, name: str) -> dict[str, Any]:
        """The customer of this name, active or not."""
        escaped = name.replace("\\", "\\\\").replace("'", "\\'")
        found = self.rows(f"select * from Customer where DisplayName = '{escaped}' and Active in (true, false)")
        assert len(found) == 1, name
        return found[0]

    def save(self, kind: str, body: dict[str, Any], **params: str) -> requests.Response:
        return self.call("POST", f"/{kind.lower()}", json=body, params=params)

    def sparse(self, customer: dict[str, Any], **fields: Any) -> requests.Response:
        """A sparse update of a customer as it was read."""
        known = {"Id": customer["Id"], "SyncToken": customer["SyncToken"], "sparse": True}
        return self.save("Customer", {**known, **fields})

    def consent_url(self, **changes: str) -> str:
        query = {"client_id": APP[0], "response_type": "code", "scope": SCOPE, "redirect_uri": CALLBACK, "state": "s1"}
        url = f"{self.root}/quickbooks/connect/oauth2"
        return requests.Request("GET", url, params={**query, **changes}).prepare().url or ""

    def consent(self, **changes: str) -> dict[str, str]:
        """Press Connect for the Australian company; the parameters of the way back."""
        form = {"decision": "allow", "realm": AU}
        answer = self.session.post(self.consent_url(**changes), data=form, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.text
        return query_of(answer.headers["Location"])

    def tokens(self, **form: str) -> requests.Response:
        url = f"{self.root}/quickbooks/oauth2/v1/tokens/bearer"
        return self.session.post(url, data=form, auth=APP, timeout=30)

    def exchange(self, code: str, **more: str) -> requests.Response:
        return self.tokens(grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **more)


def error_of(answer: requests.Response) -> dict[str, Any]:
    """The one error of a fault, in either spelling."""
    body = answer.json()
    listed = body["Fault"]["Error"] if "Fault" in body else body["fault"]["error"]
    assert len(listed) == 1
    error: dict[str, Any] = listed[0]
    return error


def started() -> Iterator[Company]:
    company = Company(server.start())
    company.control("quickbooks/throttle", off=True)
    company.connect()
    yield company
    company.session.close()
    company.running.close()


@pytest.fixture(name="sim")
def running_quickbooks() -> Iterator[Company]:
    """Fresh simulators, connected, limits off."""
    yield from started()


@pytest.fixture(scope="module", name="demo")
def demo_quickbooks() -> Iterator[Company]:
    """Simulators shared by the tests of a module that change nothing."""
    yield from started()
