"""Limits with their headers, idempotency, error bodies, and trouble on request."""

import json
import smtplib
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.contract.simulator_fixtures import Caller, demo_simulators, offset, running_simulators

__all__ = ["demo_simulators", "offset", "running_simulators"]


def test_minute_limit_says_how_long(sim: Caller, offset: Path) -> None:
    sim.control("xero/throttle", off=False)
    sim.control("xero/switch", minute_limit=3)
    left = [sim.call("GET", "/Organisation").headers["X-MinLimit-Remaining"] for _ in range(3)]
    # the window is a fixed one: it may turn while we count, and then the count starts again
    if left != ["2", "1", "0"]:
        left = [sim.call("GET", "/Organisation").headers["X-MinLimit-Remaining"] for _ in range(3)]
    answer = sim.call("GET", "/Organisation")
    assert answer.status_code == 429
    assert answer.headers["X-Rate-Limit-Problem"] == "minute"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert {"X-DayLimit-Remaining", "X-AppMinLimit-Remaining"} <= set(answer.headers)
    offset.write_text(answer.headers["Retry-After"])
    assert sim.call("GET", "/Organisation").status_code == 200


def test_day_limit(sim: Caller, offset: Path) -> None:
    sim.control("xero/throttle", off=False)
    sim.control("xero/switch", day_limit=1)
    sim.call("GET", "/Organisation")
    answer = sim.call("GET", "/Organisation")
    assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"]) == (429, "day")
    assert 0 < int(answer.headers["Retry-After"]) <= 86_400


@pytest.mark.parametrize("with_retry_after", [False, True])
def test_only_so_many_at_once(sim: Caller, with_retry_after: bool) -> None:
    sim.control("xero/throttle", off=False)
    sim.control("xero/switch", concurrent_limit=2, concurrent_retry_after=with_retry_after)
    sim.control("xero/fail", kind="slow", delay=0.6, count=2)
    slow = [threading.Thread(target=sim_call, args=(sim,)) for _ in range(2)]
    for thread in slow:
        thread.start()
    time.sleep(0.25)
    answer = sim.call("GET", "/Organisation")
    for thread in slow:
        thread.join()
    assert (answer.status_code, answer.headers["X-Rate-Limit-Problem"]) == (429, "concurrent")
    assert ("Retry-After" in answer.headers) is with_retry_after
    assert sim.call("GET", "/Organisation").status_code == 200


def sim_call(sim: Caller) -> None:
    headers = {"Authorization": f"Bearer {sim.token['access_token']}", "xero-tenant-id": sim.token["tenant_id"]}
    requests.get(f"{sim.root}/xero/api.xro/2.0/Organisation", headers=headers, timeout=30)


def test_idempotency_key_repeats_the_answer_for_six_minutes(sim: Caller, offset: Path) -> None:
    key = {"Idempotency-Key": "one-and-only"}
    first = sim.call("PUT", "/Contacts", key, json={"Name": "Once"})
    second = sim.call("PUT", "/Contacts", key, json={"Name": "Once"})
    assert first.json()["Contacts"] == second.json()["Contacts"]
    other = sim.call("PUT", "/Contacts", key, json={"Name": "Twice"})
    assert other.status_code == 400
    assert "Idempotency Key: one-and-only is used with a different request" in other.text
    offset.write_text("361")
    assert "already assigned" in sim.call("PUT", "/Contacts", key, json={"Name": "Once"}).text
    assert sim.call("PUT", "/Contacts", {"Idempotency-Key": "k" * 129}, json={"Name": "Long"}).status_code == 400


def test_idempotency_keeps_errors_too(sim: Caller) -> None:
    key = {"Idempotency-Key": "bad"}
    first = sim.call("PUT", "/Contacts", key, json={"Name": ""})
    assert first.status_code == 400
    assert sim.call("PUT", "/Contacts", key, json={"Name": ""}).content == first.content


def test_missing_and_wrong_credentials(demo: Caller) -> None:
    url = f"{demo.root}/xero/api.xro/2.0/Contacts"
    assert requests.get(url, timeout=30).status_code == 401
    answer = requests.get(url, headers={"Authorization": "Bearer nonsense"}, timeout=30)
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")
    assert demo.call("GET", "/Contacts", {"xero-tenant-id": "x"}).status_code == 403
    assert demo.call("GET", "/Nothing").status_code == 404


def test_faults_answer_as_told_and_then_stop(sim: Caller) -> None:
    sim.control("xero/fail", count=2, status=503, body="The Organisation is offline", path="/api.xro/2.0/Contacts")
    assert sim.call("GET", "/Organisation").status_code == 200
    for _ in range(2):
        answer = sim.call("GET", "/Contacts", params={"page": 1})
        assert (answer.status_code, answer.text) == (503, "The Organisation is offline")
    assert sim.call("GET", "/Contacts", params={"page": 1}).status_code == 200


@pytest.mark.parametrize("service", ["xero", "quickbooks", "myob", "abr", "mail"])
@pytest.mark.parametrize("called_off", [{"off": True}, {"count": 0}], ids=str)
def test_planned_failures_can_be_called_off(sim: Caller, service: str, called_off: dict[str, int]) -> None:
    """What else the simulator holds stays."""
    listed = sim.session.get(f"{sim.root}/{service}/_control", timeout=30).json()["controls"]["fail"]
    assert called_off in listed
    plan = {"code": 550, "stage": "rcpt"} if service == "mail" else {"status": 418}
    sim.control(f"{service}/fail", count=50, **plan)
    sim.control("xero/touch", do="add", fields={"Name": "Stays"})
    sim.control(f"{service}/fail", **called_off)
    if service == "mail":
        with smtplib.SMTP("127.0.0.1", sim.running.smtp_port) as post:
            assert post.sendmail("from@link4web.example", ["to@link4web.example"], "Subject: x\r\n\r\nx") == {}
    else:
        assert sim.session.get(f"{sim.root}/{service}/", timeout=30).status_code != 418
        assert sim.call("GET", "/Contacts", params={"page": 1}).status_code == 200
    assert sim.named("Stays")


def test_faults_of_the_connection(sim: Caller) -> None:
    for kind in ("reset", "half"):
        sim.control("xero/fail", kind=kind)
        with pytest.raises(requests.RequestException):
            sim.call("GET", "/Contacts", params={"page": 1})
        assert sim.call("GET", "/Contacts", params={"page": 1}).status_code == 200


def test_html_and_token_endpoint_faults(sim: Caller) -> None:
    sim.control("xero/fail", kind="html", status=502, path="/connect/token")
    answer = sim.refresh(sim.token["refresh_token"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    sim.control("xero/fail", status=500, body={"error": "server_error"}, path="/connect/token")
    assert sim.refresh(sim.token["refresh_token"]).json() == {"error": "server_error"}


def test_controls_refuse_what_they_do_not_know(demo: Caller) -> None:
    for path, body in {"switch": {"nothing": 1}, "fail": {"kind": "storm"}, "seed": {"contacts": "many"},
                       "expire": {"everything": True}}.items():  # fmt: skip
        answer = requests.post(f"{demo.root}/xero/_control/{path}", json=body, timeout=30)
        assert answer.status_code == 400
        assert answer.json()["error"]


def test_log_has_requests_and_no_secrets(sim: Caller) -> None:
    sim.call("GET", "/Contacts", params={"page": 1, "where": 'Name=="x"'})
    sim.session.get(f"{sim.root}/abr/json/AbnDetails.aspx?abn=1&guid=my-secret-guid&callback=cb", timeout=30)
    entries = sim.session.get(f"{sim.root}/xero/_control/log", timeout=30).json()["requests"]
    last = entries[-1]
    assert (last["method"], last["path"], last["status"]) == ("GET", "/xero/api.xro/2.0/Contacts", 200)
    assert "page=1" in last["query"]
    everything = json.dumps(entries) + sim.session.get(f"{sim.root}/abr/_control/log", timeout=30).text
    assert "my-secret-guid" not in everything
    assert sim.token["access_token"] not in everything


def test_keep_alive_and_real_headers(demo: Caller) -> None:
    answer = demo.call("GET", "/Organisation")
    assert answer.raw.version == 11
    assert "Connection" not in answer.headers
    assert answer.content.startswith(b'{\r\n  "Id"')
    assert b"\\/Date(" in answer.content


def test_a_body_over_ten_megabytes_is_refused(demo: Caller) -> None:
    with pytest.raises(requests.ConnectionError):
        # the server hangs up without reading it all, as servers do
        answer = demo.call("POST", "/Contacts", data=b"x" * (10 * 1024 * 1024 + 1))
        assert answer.status_code == 413
        raise requests.ConnectionError
