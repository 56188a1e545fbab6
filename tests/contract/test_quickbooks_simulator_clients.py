"""Judges that know nothing of us: python-quickbooks and Intuit's own intuit-oauth, with only base addresses changed."""

import datetime as dt
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.quickbooks_fixtures import AU, CALLBACK, Company, running_quickbooks
from tests.contract.simulator_fixtures import APP, query_of

__all__ = ["running_quickbooks"]
intuitlib = pytest.importorskip("intuitlib.client", reason="intuit-oauth is not installed")
quickbooks = pytest.importorskip("quickbooks", reason="python-quickbooks is not installed")


@pytest.fixture
def auth(sim: Company, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Intuit's OAuth client, pointed to the simulator's discovery document."""
    from intuitlib import config

    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    address = f"{sim.root}/quickbooks/.well-known/openid_configuration/"
    monkeypatch.setitem(config.DISCOVERY_URL, "production", address)
    client = intuitlib.AuthClient(*APP, CALLBACK, "production")
    yield client
    client.close()


@pytest.fixture
def ledger(sim: Company, auth: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The client of python-quickbooks for the Australian company."""
    from quickbooks import QuickBooks

    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{sim.root}/quickbooks/v3")
    auth.access_token, auth.refresh_token = sim.token["access_token"], sim.token["refresh_token"]
    client = QuickBooks(auth_client=auth, refresh_token=sim.token["refresh_token"], company_id=AU, minorversion=75)
    yield client
    client.session.close()


@pytest.fixture(autouse=True)
def their_warnings() -> Iterator[None]:
    """What these libraries use that Python has deprecated is their affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def test_intuits_client_connects_refreshes_and_revokes(sim: Company, auth: Any) -> None:
    from intuitlib.enums import Scopes
    from intuitlib.exceptions import AuthClientError

    url = auth.get_authorization_url([Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL, Scopes.PROFILE], state_token="st")
    form = {"decision": "allow", "realm": AU}
    back = query_of(sim.session.post(url, data=form, allow_redirects=False).headers["Location"])
    assert (back["state"], back["realmId"]) == ("st", AU)
    auth.get_bearer_token(back["code"], realm_id=back["realmId"])
    assert auth.id_token is not None, "the client verified the signature, issuer and audience of the id_token"
    assert auth.get_user_info().json()["givenName"] == "Isla"
    first = auth.access_token
    auth.refresh()
    assert auth.access_token != first
    assert auth.x_refresh_token_expires_in > 8_000_000
    assert auth.revoke() is True
    with pytest.raises(AuthClientError) as refused:
        auth.refresh()
    assert "invalid_grant" in str(refused.value.content)


def test_python_quickbooks_reads_writes_and_counts(sim: Company, ledger: Any) -> None:
    from quickbooks.objects import CompanyInfo, Customer, Invoice, Ref
    from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail

    assert CompanyInfo.get(AU, qb=ledger).Country == "AU"
    assert len(Customer.all(qb=ledger, order_by="DisplayName", max_results=1000)) == Customer.count(qb=ledger) > 35
    assert [one.DisplayName for one in Customer.filter(DisplayName="Drover’s Rest Motel", qb=ledger)]
    assert [one.DisplayName for one in Customer.choose(["Harbour & Hearth"], field="DisplayName", qb=ledger)]

    made = Customer()
    made.DisplayName, made.PrimaryTaxIdentifier = "Saltbush Lane Picture House", "86151956832"
    saved = made.save(qb=ledger)
    assert saved.PrimaryTaxIdentifier == "XXXXXX56832"

    invoice, line = Invoice(), SalesItemLine()
    invoice.CustomerRef = saved.to_ref()
    line.Amount, line.SalesItemLineDetail = 100, SalesItemLineDetail()
    line.SalesItemLineDetail.TaxCodeRef = Ref()
    line.SalesItemLineDetail.TaxCodeRef.value = "10"
    invoice.Line.append(line)
    posted = invoice.save(qb=ledger)
    assert (posted.TotalAmt, Customer.get(saved.Id, qb=ledger).Balance) == (110, 110)
    posted.void(qb=ledger)
    assert Invoice.get(posted.Id, qb=ledger).TotalAmt == 0


def test_python_quickbooks_writes_the_mask_back_as_the_reference_warns(sim: Company, ledger: Any) -> None:
    from quickbooks.objects import Customer

    read = Customer.filter(DisplayName="Apostle Bay Cannery", qb=ledger)[0]
    assert read.PrimaryTaxIdentifier.startswith("XXXXXX")
    read.save(qb=ledger)
    page = sim.session.get(f"{sim.root}/quickbooks/company/{AU}/customers/{read.Id}", timeout=30).text
    assert f'value="{read.PrimaryTaxIdentifier}"' in page, "the ABN is lost: its mask stands where it was"


def test_python_quickbooks_sees_our_faults(sim: Company, ledger: Any) -> None:
    from quickbooks.exceptions import AuthorizationException, ObjectNotFoundException, QuickbooksException
    from quickbooks.objects import Customer

    with pytest.raises(ObjectNotFoundException):
        Customer.get("999999", qb=ledger)
    twice = Customer()
    twice.DisplayName = "Melaleuca Packaging"
    with pytest.raises(QuickbooksException) as duplicate:
        twice.save(qb=ledger)
    assert duplicate.value.error_code == 6240
    sim.control("quickbooks/expire", access=True)
    with pytest.raises(AuthorizationException):
        Customer.count(qb=ledger)


def test_python_quickbooks_captures_changes_and_batches(sim: Company, ledger: Any) -> None:
    from quickbooks.batch import batch_create
    from quickbooks.cdc import change_data_capture
    from quickbooks.objects import Customer, Invoice

    several = []
    for number in range(3):
        several.append(Customer())
        several[-1].DisplayName = f"Batch {number}"
    several.append(Customer())
    several[-1].DisplayName = "Batch 1"
    done = batch_create(several, qb=ledger)
    assert (len(done.successes), len(done.faults)) == (3, 1)
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    changes = change_data_capture([Customer, Invoice], yesterday.isoformat(), qb=ledger)
    assert {one.DisplayName for one in changes.Customer} == {"Batch 0", "Batch 1", "Batch 2"}


def test_python_quickbooks_accepts_our_webhook_signature(sim: Company, ledger: Any) -> None:
    from link4web.simulators.webhooks import signature

    body = '[{"specversion":"1.0"}]'
    assert ledger.validate_webhook_signature(body, signature("a verifier", body.encode()), "a verifier")
