"""Headers, keys, limits over all businesses, error bodies, controls, and trouble on request."""

import base64
import json
from pathlib import Path

import pytest
import requests

from tests.contract.myob_fixtures import TAKAHE, MyobCaller, demo_myob, error_of, offset, running_myob

__all__ = ["demo_myob", "offset", "running_myob"]


def test_eight_calls_a_second_for_all_businesses_of_a_key_together(myob: MyobCaller, offset: Path) -> None:
    other = {
        **myob.headers,
        "Authorization": f"Bearer {myob.control('myob/token', business_id=TAKAHE)['access_token']}",
    }
    url = f"{myob.root}/myob/accountright/Info"
    myob.control("myob/throttle", off=False)
    answers = []
    # a second of the clock may turn while we count, and then the count starts again
    for _ in range(3):
        answers = [myob.session.get(url, headers=headers, timeout=30) for headers in [myob.headers, other] * 5]
        if [one.status_code for one in answers] == [200] * 8 + [403] * 2:
            break
    assert [one.status_code for one in answers] == [200] * 8 + [403] * 2
    assert error_of(answers[-1]) == (403, "RateLimitError")
    assert "per-second" in answers[-1].json()["Errors"][0]["Message"]
    assert "Retry-After" not in answers[-1].headers
    stranger = myob.control("myob/token", client_id="another-home")
    another = {**myob.headers, "x-myobapi-key": "another-home", "Authorization": f"Bearer {stranger['access_token']}"}
    assert myob.session.get(url, headers=another, timeout=30).status_code == 200
    offset.write_text("2")
    assert myob.session.get(url, headers=myob.headers, timeout=30).status_code == 200


@pytest.mark.parametrize("status", [403, 429])
def test_day_limit(myob: MyobCaller, offset: Path, status: int) -> None:
    myob.control("myob/throttle", off=False)
    myob.control("myob/switch", day_limit=1, rate_limit_status=status, access_token_seconds=200_000)
    myob.connect()
    assert myob.call("GET", "/").status_code == 200
    answer = myob.call("GET", "/")
    assert error_of(answer) == (status, "RateLimitError")
    assert "daily" in answer.json()["Errors"][0]["Message"]
    offset.write_text("86400")
    assert myob.call("GET", "/").status_code == 200


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-myobapi-key": ""}, (403, "DeveloperInactive")),
        ({"x-myobapi-key": "nobody"}, (403, "DeveloperInactive")),
        ({"x-myobapi-key": "another-home"}, (401, "OAuthTokenIsInvalid")),
        ({"x-myobapi-version": ""}, (400, "Required")),
        ({"Authorization": ""}, (401, "OAuthTokenIsMissing")),
        ({"Authorization": "Bearer nonsense"}, (401, "OAuthTokenIsInvalid")),
    ],
)
def test_headers_that_every_call_needs(demo: MyobCaller, headers: dict[str, str], expected: tuple[int, str]) -> None:
    assert error_of(demo.call("GET", "/", headers)) == expected


def test_scopes_are_enforced(myob: MyobCaller) -> None:
    myob.connect(scope="sme-company-file")
    assert myob.call("GET", "/").status_code == 200
    assert error_of(myob.call("GET", "/Contact/Customer")) == (403, "AccessDenied")
    myob.control("myob/switch", access_denied_body="bare")
    assert myob.call("GET", "/Company").json()["ErrorCode"] == "AccessDenied"
    myob.control("myob/switch", missing_scope=401)
    assert error_of(myob.call("GET", "/Sale/Invoice")) == (401, "OAuthTokenIsInvalid")


def test_switch_the_older_login_to_the_file(myob: MyobCaller) -> None:
    myob.control("myob/switch", company_file_login="required")
    assert myob.call("GET", "/").status_code == 401
    assert myob.call("GET", "/", {"x-myobapi-cftoken": "???"}).status_code == 401
    token = base64.b64encode(b"Administrator:").decode()
    assert myob.call("GET", "/", {"x-myobapi-cftoken": token}).status_code == 200


def test_other_paths_are_not_found(demo: MyobCaller) -> None:
    assert demo.call("GET", "/Contact/Nobody").status_code == 404
    assert demo.call("GET", "/Contact/Nobody", {"x-myobapi-key": ""}).status_code == 403


def test_faults_answer_as_told_and_then_stop(myob: MyobCaller) -> None:
    examples = myob.session.get(f"{myob.root}/myob/_control", timeout=30).json()["controls"]["fail"]
    timed_out = next(one for one in examples if one.get("status") == 504)
    myob.control("myob/fail", **timed_out)
    assert error_of(myob.call("GET", "/Contact/Customer")) == (504, "GatewayTimeout")
    assert myob.call("GET", "/Contact/Customer").status_code == 200
    myob.control("myob/fail", kind="html", status=502, path="/oauth2/v1")
    answer = myob.refresh(myob.token["refresh_token"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    for kind in ("reset", "half"):
        myob.control("myob/fail", kind=kind)
        with pytest.raises(requests.RequestException):
            myob.call("GET", "/Contact/Customer")
    assert myob.call("GET", "/Contact/Customer").status_code == 200


def test_controls_refuse_what_they_do_not_know(demo: MyobCaller) -> None:
    for path, body in {"switch": {"nothing": 1}, "seed": {"contacts": "many"}, "expire": {"everything": True},
                       "token": {"scope": "CompanyFile"}, "disconnect": {"business_id": "Nobody"},
                       "touch": {"do": "dance"}}.items():  # fmt: skip
        answer = requests.post(f"{demo.root}/myob/_control/{path}", json=body, timeout=30)
        assert answer.status_code == 400
        assert answer.json()["error"]
    answer = requests.post(f"{demo.root}/myob/_control/touch", json={"do": "delete", "customer": "Nobody"}, timeout=30)
    assert answer.status_code == 400


def test_log_has_requests_and_no_secrets(myob: MyobCaller) -> None:
    back = myob.consent()
    myob.exchange(back["code"])
    myob.call("GET", "/Contact/Customer", params={"$top": 5})
    text = myob.session.get(f"{myob.root}/myob/_control/log", timeout=30).text
    entries = json.loads(text)["requests"]
    last = entries[-1]
    assert (last["method"], last["path"].rpartition("/")[2], last["status"]) == ("GET", "Customer", 200)
    assert "top=5" in last["query"]
    assert back["code"] not in text
    assert myob.token["access_token"] not in text
