"""QuickBooks' limits, faults on request, the trace id, seeds and controls."""

import threading
import time
from pathlib import Path

import pytest
import requests

from tests.contract.printed import text_of
from tests.contract.quickbooks_fixtures import AU, NZ, Company, error_of, running_quickbooks
from tests.contract.simulator_fixtures import offset

__all__ = ["offset", "running_quickbooks"]
COUNT = "select count(*) from Customer"


@pytest.fixture(name="limited")
def with_limits(sim: Company, offset: Path) -> Company:
    """Limits on, at the start of a minute of the simulators' clock."""
    sim.control("quickbooks/throttle", off=False)
    offset.write_text(str(60 - time.time() % 60))
    return sim


def test_ten_calls_a_second(limited: Company) -> None:
    limited.control("quickbooks/switch", second_limit=3, retry_after=60)
    statuses = [limited.query(COUNT).status_code for _ in range(30)]
    assert 429 in statuses
    full = next(answer for answer in iter(lambda: limited.query(COUNT), None) if answer.status_code == 429)
    assert full.headers["Retry-After"] == "60"


def test_five_hundred_calls_a_minute_for_a_company(limited: Company, offset: Path) -> None:
    limited.control("quickbooks/switch", minute_limit=4, second_limit=1000)
    statuses = [limited.query(COUNT).status_code for _ in range(6)]
    assert statuses == [200] * 4 + [429] * 2
    full = limited.query(COUNT)
    assert "Retry-After" not in full.headers
    assert (error_of(full)["code"], full.json()["fault"]["type"]) == ("3001", "SERVICE")
    assert error_of(full)["message"] == "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    au = limited.token
    limited.connect(realm_id=NZ)
    assert limited.query(COUNT).status_code == 200
    limited.token = au
    offset.write_text(str(float(offset.read_text()) + 60))
    assert limited.query(COUNT).status_code == 200


def test_batches_have_a_limit_of_their_own(limited: Company) -> None:
    limited.control("quickbooks/switch", batch_limit=1, second_limit=1000)
    items = {"BatchItemRequest": [{"bId": "1", "Query": COUNT}]}
    statuses = [limited.call("POST", "/batch", json=items).status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert limited.query(COUNT).status_code == 200


def test_only_so_many_at_once(limited: Company) -> None:
    limited.control("quickbooks/switch", concurrent_limit=2, second_limit=1000)
    limited.control("quickbooks/fail", kind="slow", delay=0.6, count=2)
    headers = {"Authorization": f"Bearer {limited.token['access_token']}", "Accept": "application/json"}
    url = f"{limited.base}/companyinfo/{AU}"
    slow = [threading.Thread(target=requests.get, args=(url,), kwargs={"headers": headers}) for _ in range(2)]
    for thread in slow:
        thread.start()
    time.sleep(0.25)
    refused = limited.query(COUNT)
    for thread in slow:
        thread.join()
    assert refused.status_code == 429
    assert limited.query(COUNT).status_code == 200


def test_every_answer_has_a_trace_id_of_its_own(sim: Company) -> None:
    answers = [sim.query(COUNT), sim.query("nonsense"), sim.call("GET", "/customer/1"), sim.call("GET", "/nothing")]
    ids = [answer.headers.get("intuit_tid") for answer in answers[:3]]
    assert len(set(ids)) == 3
    assert None not in ids


def test_without_a_token_nothing_is_told(sim: Company) -> None:
    headers = {"Accept": "application/json"}
    for wrong in ({}, {"Authorization": "Bearer short"}, {"Authorization": f"Bearer {'x' * 400}"}):
        answer = requests.get(f"{sim.base}/customer/1", headers={**headers, **wrong}, timeout=30)
        assert (answer.status_code, error_of(answer)["code"]) == (401, "3200")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_faults_answer_as_told_and_then_stop(sim: Company) -> None:
    sim.control("quickbooks/fail", count=2, status=503, body="Service unavailable", path=f"/v3/company/{AU}/query")
    assert sim.call("GET", "/customer/1").status_code == 200
    assert [sim.query(COUNT).status_code for _ in range(3)] == [503, 503, 200]
    sim.control("quickbooks/fail", kind="html", status=502)
    assert "<h1>" in sim.query(COUNT).text


def test_a_seed_fills_up_once_each_with_old_dates(sim: Company) -> None:
    assert sim.control("quickbooks/seed", contacts=3000)["added"] == 3000 - 42
    assert sim.control("quickbooks/seed", contacts=3000)["added"] == 0
    names: set[str] = set()
    years: set[str] = set()
    for start in (1, 1001, 2001):
        page = sim.rows(f"select * from Customer where Active in (true, false) startposition {start} maxresults 1000")
        names |= {one["DisplayName"].casefold() for one in page}
        years |= {one["MetaData"]["LastUpdatedTime"][:4] for one in page}
    assert len(names) == 3000
    assert years >= {"2021", "2022", "2023", "2024", "2025", "2026"}
    sim.save("Customer", {"DisplayName": "After the seed"})
    assert sim.customer("After the seed")["Active"] is True


def test_controls_list_everything_a_script_needs(sim: Company) -> None:
    listed = sim.session.get(f"{sim.root}/quickbooks/_control", timeout=30).json()
    assert [one["realm_id"] for one in listed["companies"]] == [AU, NZ]
    assert listed["apps"][0]["client_id"] == "link4web-home"
    assert {"seed", "token", "fail", "throttle", "expire", "disconnect", "switch", "log", "touch", "webhook"} <= set(
        listed["controls"]
    )
    for name in ("cdc_order", "old_token_grace", "nz_tax_identifier", "webhook_format"):
        assert listed["switches"][name]["value"] == listed["switches"][name]["default"]
    sim.query(COUNT)
    log = sim.session.get(f"{sim.root}/quickbooks/_control/log", timeout=30).json()["requests"]
    assert (log[-1]["method"], log[-1]["status"]) == ("GET", 200)
    assert sim.token["access_token"] not in str(log)


def test_a_reset_brings_the_demo_back(sim: Company) -> None:
    sim.control("quickbooks/touch", do="deactivate", customer="Apostle Bay Cannery")
    sim.control("quickbooks/reset")
    sim.control("quickbooks/throttle", off=True)
    sim.connect()
    assert sim.customer("Apostle Bay Cannery")["Active"] is True


def test_refusals_of_the_token_endpoint_can_be_told_apart_too(sim: Company) -> None:
    answers = [
        sim.tokens(grant_type="refresh_token", refresh_token="nobody’s"),
        sim.tokens(grant_type="password"),
        requests.post(f"{sim.root}/quickbooks/oauth2/v1/tokens/bearer", auth=("nobody", "x"), timeout=30),
        sim.tokens(grant_type="refresh_token", refresh_token=sim.token["refresh_token"]),
        requests.post(f"{sim.root}/quickbooks/v2/oauth2/tokens/revoke", json={}, timeout=30),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 401, 200, 401]
    ids = [answer.headers["intuit_tid"] for answer in answers]
    sim.control("quickbooks/fail", status=503, path="/oauth2")
    ids.append(sim.tokens(grant_type="refresh_token").headers["intuit_tid"])
    assert len(set(ids)) == 6


def test_invoices_and_credit_memos_can_be_had_as_pdf(sim: Company) -> None:
    customer = {"value": sim.customer("Bandicoot Books & Toys")["Id"]}
    item = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    line = {"Description": "Café chairs (6)", "Amount": 120, **item}
    for kind, title in (("Invoice", "Invoice"), ("CreditMemo", "Credit memo")):
        made = sim.save(kind, {"CustomerRef": customer, "DocNumber": "77", "Line": [line]}).json()[kind]
        wanted = {"Accept": "application/pdf"}
        answer = sim.call("GET", f"/{kind.lower()}/{made['Id']}/pdf", wanted)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        lines = text_of(answer.content)
        assert lines[:2] == [f"{title} 77", "Bandicoot Books & Toys"]
        assert "Café chairs (6)   120.00" in lines
        assert sim.call("GET", f"/{kind.lower()}/987654/pdf").json()["Fault"]["Error"][0]["code"] == "610"
    assert sim.call("GET", f"/customer/{customer['value']}/pdf").status_code == 400
