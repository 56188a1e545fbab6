"""The simulator's answers held against Intuit's published schema, samples and OAuth documents, and quoted faults."""

import json
import re
from typing import Any

import pytest
import requests

from tests.contract.quickbooks_fixtures import NZ, Company, demo_quickbooks, running_quickbooks
from tests.contract.simulator_fixtures import ROOT, judges

__all__ = ["demo_quickbooks", "running_quickbooks"]
# in every JSON answer, or newer than the schema's edition
UNDESCRIBED = {"IsProject", "FreeFormAddress", "RemainingCredit", "DefaultTimeZone", "TxnTaxDetail"}


QUOTED = json.loads((ROOT / "tests" / "fixtures" / "quickbooks" / "faults.json").read_text(encoding="utf-8"))["faults"]


@pytest.fixture(scope="module", name="published")
def published_names() -> set[str]:
    """Every element and attribute that Intuit's schemas name."""
    folder = judges() / "quickbooks" / "xsd"
    texts = [path.read_text(encoding="utf-8-sig", errors="replace") for path in folder.glob("*.xsd")]
    return {name for text in texts for name in re.findall(r'<xs:(?:element|attribute)\s[^>]*?name="(\w+)"', text)}


def names_in(value: Any) -> set[str]:
    """All names in an object, however deep."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set()


@pytest.mark.parametrize(
    "kind", ["Customer", "Vendor", "Employee", "CompanyInfo", "Preferences", "TaxCode", "TaxRate", "Item", "Term"]
)
def test_names_are_the_schemas(demo: Company, published: set[str], kind: str) -> None:
    rows = demo.rows(f"select * from {kind} maxresults 1000")
    assert rows
    assert names_in(rows) - published - UNDESCRIBED - {"value", "name"} == set()


def test_an_invoices_names_are_the_schemas(sim: Company, published: set[str]) -> None:
    invoice = sim.control("quickbooks/touch", do="draft", customer="Apostle Bay Cannery")
    assert names_in(invoice) - published - UNDESCRIBED - {"value", "name"} == set()


def test_a_customer_reads_as_in_the_reference(sim: Company) -> None:
    sample = json.loads((judges() / "quickbooks" / "doc-customer-samples.json").read_text(encoding="utf-8"))
    answer = sim.call("GET", f"/customer/{sim.customer('Apostle Bay Cannery')['Id']}").json()
    assert answer.keys() == sample["read"].keys()
    ours, theirs = answer["Customer"], sample["read"]["Customer"]
    assert theirs.keys() <= ours.keys()
    assert {name: type(ours[name]).__name__ for name in theirs if "Balance" not in name} == {
        name: type(value).__name__ for name, value in theirs.items() if "Balance" not in name
    }
    known = {"Id": ours["Id"], "SyncToken": ours["SyncToken"]}
    changed = sim.save("Customer", {**sample["sparse_update"]["request"], **known}).json()["Customer"]
    expected = sample["sparse_update"]["response_expect"]
    assert (changed["MiddleName"], changed["sparse"]) == (expected["MiddleName"], expected["sparse"])


def test_discovery_and_token_answers_have_the_published_members(sim: Company) -> None:
    folder = judges() / "quickbooks" / "oauth"
    discovery = json.loads((folder / "discovery.json").read_text(encoding="utf-8"))
    for name in ("openid_configuration", "openid_configuration/", "openid_sandbox_configuration"):
        found = sim.session.get(f"{sim.root}/quickbooks/.well-known/{name}", timeout=30).json()
        assert found.keys() == discovery.keys()
        assert {one: found[one] for one in found if isinstance(found[one], list)} == {
            one: discovery[one] for one in discovery if isinstance(discovery[one], list)
        }
    granted = json.loads((folder / "success_token_response.json").read_text(encoding="utf-8"))
    scope = "com.intuit.quickbooks.accounting openid email profile phone address"
    tokens = sim.exchange(sim.consent(scope=scope)["code"]).json()
    assert tokens.keys() == granted.keys()
    claims = json.loads((folder / "success_userinfo_response.json").read_text(encoding="utf-8"))
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = sim.session.get(f"{sim.root}/quickbooks/v1/openid_connect/userinfo", headers=headers, timeout=30).json()
    assert told.keys() == claims.keys()
    assert told["address"].keys() == claims["address"].keys()


def provoked(sim: Company, name: str) -> requests.Response:
    """The simulator's answer to what brought the quoted fault about."""
    known = sim.customer("Apostle Bay Cannery")
    if name == "duplicate name":
        return sim.save("Customer", {"DisplayName": known["DisplayName"]})
    if name == "stale":
        return sim.sparse({**known, "SyncToken": "99"}, Notes="late")
    if name == "bad reference":
        line = {"Amount": 1, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}
        return sim.save("Invoice", {"CustomerRef": {"value": "99999"}, "Line": [line]})
    if name == "too long":
        return sim.sparse(known, GivenName="x" * 103)
    if name == "missing":
        return sim.save("Invoice", {"CustomerRef": {"value": known["Id"]}})
    if name == "malformed token":
        return sim.call("GET", "/customer/1", {"Authorization": "Bearer x"})
    if name == "another company":
        sim.token["realm_id"] = NZ
        return sim.call("GET", "/customer/1")
    sim.control("quickbooks/switch", minute_limit=0)
    sim.control("quickbooks/throttle", off=False)
    return sim.call("GET", "/customer/1")


@pytest.mark.parametrize("quoted", QUOTED, ids=lambda one: str(one["name"]).replace(" ", "-"))
def test_faults_read_as_quoted(sim: Company, quoted: dict[str, Any]) -> None:
    answer = provoked(sim, quoted["name"])
    assert answer.status_code == quoted["status"]
    body = answer.json()
    assert type(body.pop("time")) is type(quoted["body"]["time"])
    assert body == {name: value for name, value in quoted["body"].items() if name != "time"}


def test_a_fault_may_come_with_status_200(sim: Company) -> None:
    sim.control("quickbooks/switch", fault_status=200)
    answer = sim.save("Customer", {"DisplayName": "Apostle Bay Cannery"})
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (200, "6240")
    assert sim.call("GET", "/customer/1", {"Authorization": "Bearer x"}).status_code == 401
