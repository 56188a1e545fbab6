"""Xero's consent, tokens and connections as the simulator plays them (Xero's OAuth 2.0 pages)."""

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest
import requests

from tests.contract.simulator_fixtures import (
    CALLBACK,
    SCOPES,
    Caller,
    demo_simulators,
    offset,
    query_of,
    running_simulators,
)

__all__ = ["demo_simulators", "offset", "running_simulators"]


def claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def test_consent_page_asks_in_words_and_offers_the_organisations(demo: Caller) -> None:
    page = demo.session.get(demo.consent_url(), timeout=30)
    assert page.status_code == 200
    assert "View and change your contacts" in page.text
    assert "Wattle &amp; Wharf Coffee" in page.text
    assert "script" not in page.text
    # a browser holds the redirect after the form against form-action
    assert "form-action 'self' http://localhost:8000;" in page.headers["Content-Security-Policy"]


def test_allow_gives_a_code_and_echoes_the_state(demo: Caller) -> None:
    back = demo.consent(state="a b&c")
    assert back["state"] == "a b&c"
    tokens = demo.exchange(back["code"]).json()
    assert tokens["expires_in"] == 1800
    assert tokens["token_type"] == "Bearer"
    access = claims(tokens["access_token"])
    assert access["scope"] == SCOPES.split()
    assert {"xero_userid", "authentication_event_id", "exp", "nbf"} <= set(access)
    assert claims(tokens["id_token"])["aud"] == "link4web-home"


def test_cancel_goes_back_with_access_denied(demo: Caller) -> None:
    answer = demo.session.post(demo.consent_url(), data={"decision": "deny"}, allow_redirects=False, timeout=30)
    back = query_of(answer.headers["Location"])
    assert (back["error"], back["state"]) == ("access_denied", "s1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "nobody"}, "unauthorized_client"),
        ({"redirect_uri": "http://localhost:8000/xero/callback/"}, "unauthorized_client"),
        ({"redirect_uri": "https://elsewhere.example/xero/callback"}, "unauthorized_client"),
        ({"scope": "accounting.transactions"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_untrustworthy_requests_stay_on_xeros_own_page(demo: Caller, changes: dict[str, str], code: str) -> None:
    answer = demo.session.get(demo.consent_url(**changes), allow_redirects=False, timeout=30)
    assert answer.status_code == 400
    assert code in answer.text
    assert "Location" not in answer.headers


def test_code_works_once_and_for_five_minutes(sim: Caller, offset: Path) -> None:
    code = sim.consent()["code"]
    assert sim.exchange(code).status_code == 200
    assert sim.exchange(code).json() == {"error": "invalid_grant"}
    late = sim.consent()["code"]
    offset.write_text("301")
    assert sim.exchange(late).json() == {"error": "invalid_grant"}


def test_code_is_bound_to_its_redirect_and_app(demo: Caller) -> None:
    code = demo.consent()["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK + "x"}
    assert demo.tokens(**form).json()["error"] == "invalid_grant"
    stranger = requests.post(demo.root + "/xero/connect/token", data=form, auth=("link4web-home", "wrong"), timeout=30)
    assert (stranger.status_code, stranger.json()) == (400, {"error": "invalid_client"})


def test_pkce_checks_the_verifier(demo: Caller) -> None:
    verifier = "v" * 60
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert demo.exchange(demo.consent(**asked)["code"], code_verifier=verifier).status_code == 200
    assert demo.exchange(demo.consent(**asked)["code"], code_verifier="w" * 60).json()["error"] == "invalid_grant"
    assert demo.exchange(demo.consent(**asked)["code"]).json()["error"] == "invalid_grant"


def test_switch_pkce_refused(sim: Caller) -> None:
    sim.control("xero/switch", confidential_pkce="refused")
    answer = sim.session.get(sim.consent_url(code_challenge="x" * 43, code_challenge_method="S256"), timeout=30)
    assert answer.status_code == 400


def test_refresh_rotates_and_the_old_token_has_thirty_minutes(sim: Caller, offset: Path) -> None:
    first = sim.token["refresh_token"]
    second = sim.refresh(first).json()["refresh_token"]
    assert second != first
    offset.write_text("1790")
    assert sim.refresh(first).status_code == 200
    offset.write_text("1810")
    answer = sim.refresh(first)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    assert sim.refresh(second).status_code == 200


def test_refresh_token_dies_after_sixty_days_unused(sim: Caller, offset: Path) -> None:
    offset.write_text(str(60 * 86_400 + 1))
    assert sim.refresh(sim.token["refresh_token"]).json() == {"error": "invalid_grant"}


def test_access_token_expires_with_xeros_words(sim: Caller, offset: Path) -> None:
    offset.write_text("1801")
    answer = sim.call("GET", "/Organisation")
    assert answer.status_code == 401
    body = answer.json()
    assert body["Title"] == "Unauthorized"
    assert body["Detail"].startswith("TokenExpired: token expired at ")


def test_connections_by_consent_and_in_any_case(sim: Caller) -> None:
    sim.connect(tenant_id="Kōwhai")
    headers = {"Authorization": f"Bearer {sim.token['access_token']}"}
    event = str(claims(sim.token["access_token"])["authentication_event_id"])
    everything = sim.session.get(sim.root + "/xero/Connections", headers=headers, timeout=30).json()
    mine = sim.session.get(
        sim.root + "/xero/connections", headers=headers, params={"authEventId": event}, timeout=30
    ).json()
    assert len(everything) == 2
    assert [one["tenantName"] for one in mine] == ["Kōwhai & Co Provisions"]
    assert mine[0]["id"] != mine[0]["tenantId"]
    assert len(mine[0]["createdDateUtc"]) == len("2019-12-07T18:46:19.5165400")


@pytest.mark.parametrize("status", [403, 401])
def test_disconnecting_ends_the_organisation_but_not_the_refresh_token(sim: Caller, status: int) -> None:
    sim.control("xero/switch", after_disconnect=status)
    headers = {"Authorization": f"Bearer {sim.token['access_token']}"}
    url = f"{sim.root}/xero/connections/{sim.token['connection_id']}"
    assert sim.session.delete(url, headers=headers, timeout=30).status_code == 204
    assert sim.session.delete(url, headers=headers, timeout=30).status_code == 404
    answer = sim.call("GET", "/Organisation")
    assert (answer.status_code, answer.json()["Detail"]) == (status, "AuthenticationUnsuccessful")
    assert sim.refresh(sim.token["refresh_token"]).status_code == 200


def test_revocation_removes_all_connections(sim: Caller) -> None:
    answer = sim.session.post(
        sim.root + "/xero/connect/revocation",
        data={"token": sim.token["refresh_token"]},
        auth=("link4web-home", "home-secret-for-the-simulator-only"),
        timeout=30,
    )
    assert (answer.status_code, answer.content) == (200, b"")
    assert sim.refresh(sim.token["refresh_token"]).json() == {"error": "invalid_grant"}


def test_scopes_are_enforced(sim: Caller) -> None:
    sim.connect(scope="offline_access accounting.contacts.read")
    assert sim.call("GET", "/Contacts", params={"page": 1}).status_code == 200
    answer = sim.call("PUT", "/Contacts", json={"Contacts": [{"Name": "New"}]})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "insufficent_scope")


def test_consent_without_asking(sim: Caller) -> None:
    sim.control("xero/switch", consent="deny")
    answer = sim.session.get(sim.consent_url(), allow_redirects=False, timeout=30)
    assert query_of(answer.headers["Location"])["error"] == "access_denied"
    sim.control("xero/switch", consent="allow", code_lives_seconds=0)
    answer = sim.session.get(sim.consent_url(), allow_redirects=False, timeout=30)
    assert sim.exchange(query_of(answer.headers["Location"])["code"]).json()["error"] == "invalid_grant"
