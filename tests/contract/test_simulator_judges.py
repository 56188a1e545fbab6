"""Judges that know nothing of us: Xero's published API description, and Xero's own Python client."""

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.contract.simulator_fixtures import Caller, demo_simulators, judges, running_simulators

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
__all__ = ["demo_simulators", "running_simulators"]


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (judges() / "xero" / "xero_accounting.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, loader)
    return {"components": {"schemas": {name: strict(one) for name, one in loaded["components"]["schemas"].items()}}}


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, refusing fields it doesn't name, so that a misspelt one is noticed."""
    changed = copy.deepcopy(schema)
    if "properties" in changed:
        changed["additionalProperties"] = False
        for one in changed["properties"].values():
            if "$ref" in one:
                # siblings of a reference mean nothing in this dialect
                for key in [key for key in one if key != "$ref"]:
                    del one[key]
    return changed


# the envelope's own fields, and day strings beside dates, are in Xero's answers but not in its description
UNDESCRIBED = {"Id", "Status", "ProviderName", "DateTimeUTC", "DateString", "DueDateString"}


def troubles(description: dict[str, Any], name: str, value: Any) -> Iterator[str]:
    validator = jsonschema.Draft4Validator({**description, "$ref": f"#/components/schemas/{name}"})
    for error in validator.iter_errors(value):
        if error.validator == "additionalProperties":
            known = set(error.schema["properties"]) | UNDESCRIBED
            extra = set(error.instance) - known
            if not extra:
                continue
            yield f"{list(error.absolute_path)}: {sorted(extra)}"
        else:
            yield f"{list(error.absolute_path)}: {error.message}"


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/Contacts?page=1&pageSize=1000&includeArchived=true", "Contacts"),
        ("/Contacts?summaryOnly=true", "Contacts"),
        ("/Invoices?page=1&pageSize=200", "Invoices"),
        ("/CreditNotes?page=1", "CreditNotes"),
        ("/Organisation", "Organisations"),
        ("/Organisation/Actions", "Actions"),
        ("/TaxRates", "TaxRates"),
        ("/BrandingThemes", "BrandingThemes"),
    ],
)
def test_answers_fit_the_published_description(
    demo: Caller, description: dict[str, Any], path: str, schema: str
) -> None:
    answer = demo.call("GET", path).json()
    without_envelope = {key: value for key, value in answer.items() if key not in UNDESCRIBED}
    assert list(troubles(description, schema, without_envelope))[:5] == []


def test_writes_and_errors_fit_the_published_description(sim: Caller, description: dict[str, Any]) -> None:
    contact = sim.call("PUT", "/Contacts", json={"Name": "Judged"}).json()["Contacts"][0]
    assert list(troubles(description, "Contact", contact)) == []
    body = {"Type": "ACCREC", "Contact": {"ContactID": contact["ContactID"]}, "LineItems": [{"Description": "x"}]}
    invoice = sim.call("PUT", "/Invoices", json=body).json()["Invoices"][0]
    assert list(troubles(description, "Invoice", invoice)) == []
    error = sim.call("PUT", "/Contacts", json={"Name": "Judged"}).json()
    assert isinstance(error["ErrorNumber"], int)
    assert set(error) <= set(description["components"]["schemas"]["Error"]["properties"])


def test_connections_fit_the_published_description(demo: Caller) -> None:
    loaded = yaml.safe_load((judges() / "xero" / "xero-identity.yaml").read_text(encoding="utf-8"))
    schema = strict(loaded["components"]["schemas"]["Connection"])
    headers = {"Authorization": f"Bearer {demo.token['access_token']}"}
    for one in demo.session.get(demo.root + "/xero/connections", headers=headers, timeout=30).json():
        assert list(jsonschema.Draft4Validator(schema).iter_errors(one)) == []


@pytest.fixture
def official(sim: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Xero's own client; nothing about it changes but base addresses."""
    client = pytest.importorskip("xero_python.api_client", reason="the official client (xero-python) is not installed")
    from xero_python.accounting import AccountingApi
    from xero_python.api_client.configuration import Configuration
    from xero_python.api_client.oauth2 import OAuth2Token, TokenApi
    from xero_python.identity import IdentityApi

    monkeypatch.setattr(TokenApi, "refresh_token_url", sim.root + "/xero/connect/token")
    kept = {key: sim.token[key] for key in ("access_token", "refresh_token", "expires_in", "token_type")}
    kept |= {"scope": sim.token["scope"].split(), "expires_at": dt.datetime.now(dt.UTC).timestamp() + 1800}
    held = {"token": kept}
    token = OAuth2Token(client_id="link4web-home", client_secret="home-secret-for-the-simulator-only")
    api = client.ApiClient(Configuration(oauth2_token=token), pool_threads=1)
    api.oauth2_token_getter(lambda: held["token"])
    api.oauth2_token_saver(lambda new: held.update(token=new))
    yield (
        AccountingApi(api, base_url=sim.root + "/xero/api.xro/2.0"),
        IdentityApi(api, base_url=sim.root + "/xero"),
        held,
    )
    api.rest_client.pool_manager.clear()


def test_official_client_works_unchanged(sim: Caller, official: Any) -> None:
    from xero_python.accounting import Contact, Contacts, Invoice, Invoices, LineItem

    accounting, identity, _ = official
    tenant = sim.token["tenant_id"]
    assert [one.tenant_id for one in identity.get_connections()] == [tenant]
    assert accounting.get_organisations(tenant).organisations[0].name == "Wattle & Wharf Coffee"
    seen = set()
    for page in (1, 2, 3):
        found = accounting.get_contacts(tenant, page=page, page_size=300, order="ContactID", include_archived=True)
        seen |= {one.contact_id for one in found.contacts}
    assert len(seen) == 801

    made = accounting.create_contacts(tenant, Contacts(contacts=[Contact(name="Official Test & Sons")]))
    contact_id = made.contacts[0].contact_id
    changed = Contacts(contacts=[Contact(contact_id=contact_id, tax_number="51824753556")])
    assert accounting.update_contact(tenant, contact_id, changed).contacts[0].tax_number == "51824753556"
    read = accounting.get_contact(tenant, contact_id).contacts[0]
    assert (read.name, read.is_customer) == ("Official Test & Sons", False)

    line = LineItem(description="Draft")
    invoice = Invoice(type="ACCREC", status="DRAFT", contact=Contact(contact_id=contact_id), line_items=[line],
                      date=dt.date(2026, 11, 22))  # fmt: skip
    drafted = accounting.create_invoices(tenant, Invoices(invoices=[invoice])).invoices[0]
    assert (drafted.status, drafted.date) == ("DRAFT", dt.date(2026, 11, 22))
    assert accounting.get_contact(tenant, contact_id).contacts[0].is_customer is True
    since = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    recent = accounting.get_invoices(tenant, if_modified_since=since, where='Type=="ACCREC"', page=1)
    assert [one.invoice_id for one in recent.invoices] == [drafted.invoice_id]
    updated = accounting.get_contacts(tenant, if_modified_since=since, page=1)
    assert [one.contact_id for one in updated.contacts] == [contact_id]
    found = accounting.get_contacts(tenant, i_ds=[contact_id, tenant], page=1).contacts
    assert [one.contact_id for one in found] == [contact_id]


def test_official_client_reads_our_errors(sim: Caller, official: Any) -> None:
    from xero_python.accounting import Contact, Contacts
    from xero_python.exceptions import AccountingBadRequestException

    accounting, _, _ = official
    with pytest.raises(AccountingBadRequestException) as caught:
        accounting.create_contacts(sim.token["tenant_id"], Contacts(contacts=[Contact(name="Dry Creek Joinery")]))
    assert "already assigned to another contact" in str(caught.value.error_data)


def test_official_client_refreshes_and_disconnects(sim: Caller, official: Any) -> None:
    accounting, identity, held = official
    held["token"]["expires_at"] = 1
    sim.control("xero/expire", access=True)
    assert accounting.get_organisations(sim.token["tenant_id"]).organisations
    assert held["token"]["refresh_token"] != sim.token["refresh_token"]
    connection = identity.get_connections()[0]
    identity.delete_connection(connection.id)
    assert identity.get_connections() == []
