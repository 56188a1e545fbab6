"""A bare HTTP caller for the MYOB simulator, which knows nothing of the product."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from link4web.simulators import server
from tests.contract.simulator_fixtures import Caller, offset, query_of

__all__ = ["offset"]

SCOPES = "sme-company-file sme-company-settings sme-contacts-customer sme-sales sme-general-ledger"
KEY, SECRET = "link4web-home", "home-secret-for-the-simulator-only"
CALLBACK = "http://localhost:8000/myob/callback"
LANTERN, TAKAHE, REWITI = "Lantern Street Roastery", "Takahē Valley Provisions", "Rewiti Fencing"
AUTHORISE, TOKEN = "/myob/oauth2/account/authorize", "/myob/oauth2/v1/authorize"


class MyobCaller(Caller):
    """Plain HTTP to running simulators, with a token for the first demo business."""

    def connect(self, **wanted: Any) -> None:
        self.token = self.control("myob/token", **wanted)

    @property
    def business_id(self) -> str:
        return str(self.token["business_id"])

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token['access_token']}",
            "x-myobapi-key": str(self.token["api_key"]),
            "x-myobapi-version": "v2",
        }

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **how: Any) -> requests.Response:
        """A call below the business; a header given as an empty text is left out."""
        wanted = {name: value for name, value in {**self.headers, **(headers or {})}.items() if value}
        url = f"{self.root}/myob/accountright/{self.business_id}{path}"
        return self.session.request(method, url, headers=wanted, timeout=30, **how)

    def listed(self, path: str = "/Contact/Customer", **query: Any) -> dict[str, Any]:
        """A list; `top`, `skip`, `filter` and `orderby` stand for OData's parameters."""
        params = {f"${name}" if name != "generateUris" else name: value for name, value in query.items()}
        answer = self.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def company(self, name: str) -> dict[str, Any]:
        """The company of this name."""
        found = self.listed(filter=f"CompanyName eq '{name}'")["Items"]
        assert len(found) == 1, name
        customer: dict[str, Any] = found[0]
        return customer

    def put(self, customer: dict[str, Any], **how: Any) -> requests.Response:
        return self.call("PUT", f"/Contact/Customer/{customer['UID']}", json=customer, **how)

    def new_customer(self, **fields: Any) -> dict[str, Any]:
        """What the smallest company is created from."""
        code = {"UID": self.listed("/GeneralLedger/TaxCode")["Items"][0]["UID"]}
        return {
            "CompanyName": "Spinifex Picture Framing",
            "IsIndividual": False,
            "SellingDetails": {"TaxCode": code, "FreightTaxCode": code},
            **fields,
        }

    def consent_url(self, **changes: str) -> str:
        query = {"response_type": "code", "client_id": KEY, "redirect_uri": CALLBACK, "scope": SCOPES, "state": "s1",
                 "prompt": "consent"}  # fmt: skip
        wanted = {name: value for name, value in {**query, **changes}.items() if value}
        return requests.Request("GET", self.root + AUTHORISE, params=wanted).prepare().url or ""

    def decide(self, decision: str = "allow", *, user: int = 0, business: int = 0, **changes: str) -> requests.Response:
        """Press a button of the consent page, as the user and for the business at these places."""
        from link4web.simulators.myob.apps import USERS

        businesses = self.session.get(f"{self.root}/myob/_control", timeout=30).json()["businesses"]
        form = {"decision": decision, "user": list(USERS)[user], "business": businesses[business]["business_id"]}
        return self.session.post(self.consent_url(**changes), data=form, allow_redirects=False, timeout=30)

    def consent(self, **changes: str) -> dict[str, str]:
        """Allow; the parameters of the way back."""
        answer = self.decide(**changes)  # type: ignore[arg-type]  # the changes are texts
        assert answer.status_code == 302, answer.text
        return query_of(answer.headers["Location"])

    def tokens(self, **form: str) -> requests.Response:
        wanted = {"client_id": KEY, "client_secret": SECRET, **form}
        return self.session.post(self.root + TOKEN, data=wanted, timeout=30)

    def exchange(self, code: str, **more: str) -> requests.Response:
        return self.tokens(grant_type="authorization_code", code=code, **{"redirect_uri": CALLBACK, **more})

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.tokens(grant_type="refresh_token", refresh_token=refresh_token)


def error_of(answer: requests.Response) -> tuple[int, str]:
    """Status and name of the first error."""
    return answer.status_code, answer.json()["Errors"][0]["Name"]


def connected() -> Iterator[MyobCaller]:
    caller = MyobCaller(server.start())
    caller.control("myob/throttle", off=True)
    caller.connect()
    yield caller
    caller.session.close()
    caller.running.close()


@pytest.fixture(name="myob")
def running_myob() -> Iterator[MyobCaller]:
    """Fresh simulators with the demo data, connected, limits off."""
    yield from connected()


@pytest.fixture(scope="module", name="demo")
def demo_myob() -> Iterator[MyobCaller]:
    """Simulators shared by the tests of a module that change nothing."""
    yield from connected()
