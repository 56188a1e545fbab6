"""MYOB's consent and tokens as the simulator plays them (MYOB's authentication pages of 2025 and later)."""

from pathlib import Path

import pytest

from tests.contract.myob_fixtures import (
    CALLBACK,
    KEY,
    SCOPES,
    SECRET,
    TOKEN,
    MyobCaller,
    demo_myob,
    error_of,
    offset,
    running_myob,
)
from tests.contract.simulator_fixtures import query_of

__all__ = ["demo_myob", "offset", "running_myob"]


def test_consent_page_asks_in_words_who_and_for_which_business(demo: MyobCaller) -> None:
    page = demo.session.get(demo.consent_url(), timeout=30)
    assert page.status_code == 200
    for words in ("View and change customers", "not an administrator", "Lantern Street Roastery", "New Zealand"):
        assert words in page.text
    assert "script" not in page.text
    # a browser holds the redirect after the form against form-action
    assert "form-action 'self' http://localhost:8000;" in page.headers["Content-Security-Policy"]


def test_the_business_comes_with_the_way_back(demo: MyobCaller) -> None:
    answer = demo.decide(business=1, state="a b&c")
    assert "businessName=Takah%C4%93+Valley+Provisions" in answer.headers["Location"]
    back = query_of(answer.headers["Location"])
    assert (back["state"], back["scope"], back["businessName"]) == ("a b&c", SCOPES, "Takahē Valley Provisions")
    assert "!" in back["code"]
    tokens = demo.exchange(back["code"]).json()
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == "1200"
    assert tokens["scope"] == SCOPES
    assert tokens["user"]["username"] == "isla@wattlewharf.example"
    headers = {**demo.headers, "Authorization": f"Bearer {tokens['access_token']}"}
    mine = f"{demo.root}/myob/accountright/{back['businessId']}/"
    found = demo.session.get(mine, headers=headers, timeout=30).json()["CompanyFile"]
    assert (found["Id"], found["Country"]) == (back["businessId"], "NZ")
    # one consent is for one business
    assert demo.session.get(mine.replace(back["businessId"], demo.business_id), headers=headers).status_code == 403


def test_refusals(demo: MyobCaller) -> None:
    back = query_of(demo.decide("deny").headers["Location"])
    assert (back["error"], back["state"]) == ("access_denied", "s1")
    back = query_of(demo.decide(user=1).headers["Location"])
    assert back["error"] == "access_denied"
    assert "administrator" in back["error_description"]


def test_switch_not_an_administrator_stays_on_myobs_page(myob: MyobCaller) -> None:
    myob.control("myob/switch", not_administrator="page")
    answer = myob.decide(user=1)
    assert answer.status_code == 400
    assert "administrator" in answer.text


def test_switch_an_ip_address_refused(myob: MyobCaller) -> None:
    address = CALLBACK.replace("localhost", "127.0.0.1")
    assert myob.session.get(myob.consent_url(redirect_uri=address), timeout=30).status_code == 200
    myob.control("myob/switch", loopback_address="refused")
    assert myob.session.get(myob.consent_url(redirect_uri=address), timeout=30).status_code == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "nobody"}, "invalid_request"),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_request"),
        ({"redirect_uri": "https://elsewhere.example/myob/callback"}, "invalid_request"),
        ({"scope": "CompanyFile"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_untrustworthy_requests_stay_on_myobs_own_page(demo: MyobCaller, changes: dict[str, str], code: str) -> None:
    answer = demo.session.get(demo.consent_url(**changes), allow_redirects=False, timeout=30)
    assert answer.status_code == 400
    assert code in answer.text
    assert "Location" not in answer.headers


@pytest.mark.parametrize("given", [False, True])
def test_without_prompt_nobody_is_asked_and_the_business_may_be_missing(myob: MyobCaller, given: bool) -> None:
    myob.control("myob/switch", business_without_prompt="given" if given else "missing")
    answer = myob.session.get(myob.consent_url(prompt=""), allow_redirects=False, timeout=30)
    back = query_of(answer.headers["Location"])
    assert ("businessId" in back, "businessName" in back) == (given, given)
    assert myob.exchange(back["code"]).status_code == 200
    myob.control("myob/disconnect")
    assert myob.session.get(myob.consent_url(prompt=""), allow_redirects=False, timeout=30).status_code == 200


def test_code_works_once_and_for_two_minutes(myob: MyobCaller, offset: Path) -> None:
    code = myob.consent()["code"]
    assert myob.exchange(code, redirect_uri=CALLBACK + "x").json() == {"error": "invalid_grant"}
    code = myob.consent()["code"]
    assert myob.exchange(code).status_code == 200
    assert myob.exchange(code).status_code == 400
    late = myob.consent()["code"]
    offset.write_text("121")
    assert myob.exchange(late).json() == {"error": "invalid_grant"}


def test_the_secret_belongs_into_the_form(demo: MyobCaller) -> None:
    form = {"grant_type": "authorization_code", "code": demo.consent()["code"], "redirect_uri": CALLBACK}
    answer = demo.session.post(demo.root + TOKEN, data=form, auth=(KEY, SECRET), timeout=30)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
    assert demo.tokens(**form, client_secret="wrong").json() == {"error": "invalid_client"}
    assert demo.tokens(grant_type="password").json() == {"error": "unsupported_grant_type"}


def test_access_token_lives_twenty_minutes_and_is_refreshed_after(myob: MyobCaller, offset: Path) -> None:
    offset.write_text("1201")
    assert error_of(myob.call("GET", "/")) == (401, "OAuthTokenIsInvalid")
    tokens = myob.refresh(myob.token["refresh_token"]).json()
    myob.token |= tokens
    assert myob.call("GET", "/").status_code == 200


def test_refresh_rotates(myob: MyobCaller) -> None:
    first = myob.token["refresh_token"]
    second = myob.refresh(first).json()["refresh_token"]
    assert second != first
    answer = myob.refresh(first)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    myob.control("myob/switch", refresh_rotation="same", token_error="invalid_request", expires_in="number")
    again = myob.refresh(second).json()
    assert (again["refresh_token"], again["expires_in"]) == (second, 1200)
    assert myob.refresh(first).json() == {"error": "invalid_request"}


def test_refresh_tokens_and_consents_end(myob: MyobCaller, offset: Path) -> None:
    offset.write_text(str(7 * 86_400 + 1))
    assert myob.refresh(myob.token["refresh_token"]).json() == {"error": "invalid_grant"}
    offset.write_text("0")
    myob.control("myob/switch", refresh_token_days=400.0)
    myob.connect()
    offset.write_text(str(366 * 86_400))
    assert myob.refresh(myob.token["refresh_token"]).json() == {"error": "invalid_grant"}


def test_disconnected_in_my_myob(myob: MyobCaller) -> None:
    assert myob.control("myob/disconnect", business_id="Takahē") == {"disconnected": 0}
    assert myob.call("GET", "/").status_code == 200
    assert myob.control("myob/disconnect") == {"disconnected": 1}
    assert error_of(myob.call("GET", "/")) == (401, "OAuthTokenIsInvalid")
    assert myob.refresh(myob.token["refresh_token"]).status_code == 400


def test_tokens_expire_on_request(myob: MyobCaller) -> None:
    myob.control("myob/expire", access=True)
    assert myob.call("GET", "/").status_code == 401
    myob.control("myob/expire", refresh=True)
    assert myob.refresh(myob.token["refresh_token"]).status_code == 400
    myob.connect()
    myob.control("myob/switch", consent_days=0)
    assert myob.call("GET", "/").status_code == 200
    assert myob.refresh(myob.token["refresh_token"]).status_code == 400


def test_consent_without_asking(myob: MyobCaller) -> None:
    myob.control("myob/switch", consent="deny")
    answer = myob.session.get(myob.consent_url(), allow_redirects=False, timeout=30)
    assert query_of(answer.headers["Location"])["error"] == "access_denied"
    myob.control("myob/switch", consent="allow", code_lives_seconds=0)
    back = query_of(myob.session.get(myob.consent_url(), allow_redirects=False, timeout=30).headers["Location"])
    assert back["businessId"] == myob.business_id
    assert myob.exchange(back["code"]).json() == {"error": "invalid_grant"}
