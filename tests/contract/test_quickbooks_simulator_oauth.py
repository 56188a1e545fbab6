"""Intuit's consent, tokens and disconnecting as the simulator plays them."""

import threading
from pathlib import Path

import pytest
import requests

from tests.contract.quickbooks_fixtures import (
    AU,
    CALLBACK,
    NZ,
    SCOPE,
    Company,
    demo_quickbooks,
    error_of,
    running_quickbooks,
)
from tests.contract.simulator_fixtures import APP, offset, query_of

__all__ = ["demo_quickbooks", "offset", "running_quickbooks"]
DEAD = {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}
HARD = {"x-include-refresh-token-hard-expires-in": "true"}
DAY = 86_400


def refreshed(sim: Company, token: str) -> requests.Response:
    return sim.tokens(grant_type="refresh_token", refresh_token=token)


def test_the_page_names_companies_and_wishes_and_sends_back_with_realm_and_state(sim: Company) -> None:
    page = sim.session.get(sim.consent_url(), timeout=30).text
    assert "Bluegum Pantry Supplies" in page
    assert "Toetoe Trading" in page
    assert "customers, vendors, invoices" in page
    back = sim.consent(state="a b&c")
    assert back.keys() == {"code", "state", "realmId"}
    assert (back["state"], back["realmId"]) == ("a b&c", AU)
    form = {"decision": "allow", "realm": NZ}
    answer = sim.session.post(sim.consent_url(), data=form, allow_redirects=False, timeout=30)
    assert query_of(answer.headers["Location"])["realmId"] == NZ


def test_refusing_comes_back_without_company(sim: Company) -> None:
    answer = sim.session.post(sim.consent_url(), data={"decision": "deny"}, allow_redirects=False, timeout=30)
    assert query_of(answer.headers["Location"]) == {"error": "access_denied", "state": "s1"}


def test_only_admins_can_connect(sim: Company) -> None:
    sim.control("quickbooks/switch", user_is_admin=False)
    assert "Only an admin" in sim.session.get(sim.consent_url(), timeout=30).text
    assert sim.consent()["error"] == "access_denied"


def test_wrong_app_and_wrong_address_show_the_same_page(demo: Company) -> None:
    wrong = [
        {"client_id": "stranger"},
        {"redirect_uri": "https://evil.example/quickbooks/callback"},
        {"redirect_uri": CALLBACK + "/"},
        {"response_type": "token"},
    ]
    answers = [demo.session.get(demo.consent_url(**one), timeout=30) for one in wrong]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.text for answer in answers}) == 1


def test_an_unknown_scope_is_answered_to_the_app(demo: Company) -> None:
    answer = demo.session.get(demo.consent_url(scope=f"{SCOPE} all.of.it"), allow_redirects=False, timeout=30)
    assert query_of(answer.headers["Location"]) == {"error": "invalid_scope", "state": "s1"}


def test_token_answer_has_the_documented_fields(sim: Company) -> None:
    tokens = sim.exchange(sim.consent()["code"]).json()
    assert tokens.keys() == {
        "token_type", "access_token", "expires_in", "refresh_token", "x_refresh_token_expires_in",
    }  # fmt: skip
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 3600)
    assert tokens["x_refresh_token_expires_in"] == 8_640_000
    assert "realmId" not in tokens


def test_a_code_is_good_once_for_its_app_and_address_and_five_minutes(sim: Company, offset: Path) -> None:
    code = sim.consent()["code"]
    wrong = sim.tokens(
        grant_type="authorization_code", code=code, redirect_uri="http://localhost:9/quickbooks/callback"
    )
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert sim.exchange(code).status_code == 200
    assert sim.exchange(code).json()["error"] == "invalid_grant"
    late = sim.consent()["code"]
    offset.write_text("301")
    assert sim.exchange(late).json()["error"] == "invalid_grant"


def test_app_names_itself_by_basic_or_in_the_form(sim: Company) -> None:
    url = f"{sim.root}/quickbooks/oauth2/v1/tokens/bearer"
    form = {"grant_type": "refresh_token", "refresh_token": sim.token["refresh_token"]}
    by_form = requests.post(url, data={**form, "client_id": APP[0], "client_secret": APP[1]}, timeout=30)
    assert by_form.status_code == 200
    for wrong in (
        requests.post(url, data=form, timeout=30),
        requests.post(url, data=form, auth=("x", "y"), timeout=30),
    ):
        assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    assert sim.tokens(grant_type="password").json() == {"error": "unsupported_grant_type"}


def test_refresh_token_stays_for_a_day_then_changes_and_the_old_one_dies(sim: Company, offset: Path) -> None:
    first = sim.token["refresh_token"]
    assert refreshed(sim, first).json()["refresh_token"] == first
    offset.write_text(str(DAY + 1))
    second = refreshed(sim, first).json()["refresh_token"]
    assert second != first
    late = refreshed(sim, first)
    assert (late.status_code, late.json()) == (400, DEAD)
    assert refreshed(sim, second).json()["refresh_token"] == second


def test_a_replaced_token_lives_a_day_more_if_the_switch_says_so(sim: Company, offset: Path) -> None:
    sim.control("quickbooks/switch", rotate_refresh="always", old_token_grace=True)
    first = sim.token["refresh_token"]
    assert refreshed(sim, first).json()["refresh_token"] != first
    assert refreshed(sim, first).status_code == 200
    offset.write_text(str(DAY + 1))
    assert refreshed(sim, first).json() == DEAD


def test_refresh_token_rolls_for_100_days_and_ends_after_five_years(sim: Company, offset: Path) -> None:
    token = sim.token["refresh_token"]
    for days in range(0, 1800, 90):
        offset.write_text(str(days * DAY))
        token = refreshed(sim, token).json()["refresh_token"]
    offset.write_text(str(1800 * DAY))
    form = {"grant_type": "refresh_token", "refresh_token": token}
    url = f"{sim.root}/quickbooks/oauth2/v1/tokens/bearer"
    answer = requests.post(url, data=form, auth=APP, headers=HARD, timeout=30).json()
    left = 157_680_000 - 1800 * DAY
    assert left - 120 <= answer["x_refresh_token_hard_expires_in"] <= left
    assert answer["x_refresh_token_expires_in"] == answer["x_refresh_token_hard_expires_in"]
    offset.write_text(str(1826 * DAY))
    assert refreshed(sim, answer["refresh_token"]).json() == DEAD


def test_an_unused_refresh_token_ends_after_100_days(sim: Company, offset: Path) -> None:
    offset.write_text(str(100 * DAY + 1))
    assert refreshed(sim, sim.token["refresh_token"]).json() == DEAD


@pytest.mark.parametrize("kills", [False, True])
def test_two_refreshes_at_once(sim: Company, kills: bool) -> None:
    sim.control("quickbooks/switch", refresh_takes_seconds=0.4)
    if kills:
        sim.control("quickbooks/switch", concurrent_refresh="kills connection")
    answers: list[requests.Response] = []

    def refresh() -> None:
        form = {"grant_type": "refresh_token", "refresh_token": sim.token["refresh_token"]}
        url = f"{sim.root}/quickbooks/oauth2/v1/tokens/bearer"
        answers.append(requests.post(url, data=form, auth=APP, timeout=30))

    both = [threading.Thread(target=refresh) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    won = next(answer.json() for answer in answers if answer.ok)
    assert (refreshed(sim, won["refresh_token"]).status_code == 200) is not kills
    sim.token.update(won)
    assert (sim.query("select count(*) from Customer").status_code == 200) is not kills


def test_revoking_takes_json_and_ends_everything(sim: Company) -> None:
    url = f"{sim.root}/quickbooks/v2/oauth2/tokens/revoke"
    assert requests.post(url, data={"token": sim.token["refresh_token"]}, auth=APP, timeout=30).status_code == 400
    assert requests.post(url, json={"token": sim.token["refresh_token"]}, timeout=30).status_code == 401
    assert requests.post(url, json={"token": sim.token["refresh_token"]}, auth=APP, timeout=30).status_code == 200
    assert requests.post(url, json={"token": sim.token["refresh_token"]}, auth=APP, timeout=30).status_code == 400
    assert refreshed(sim, sim.token["refresh_token"]).json() == DEAD
    answer = sim.query("select count(*) from Customer")
    assert (answer.status_code, error_of(answer)["code"]) == (401, "3200")


def test_access_token_ends_after_an_hour_and_a_disconnect_ends_it_at_once(sim: Company, offset: Path) -> None:
    offset.write_text("3601")
    answer = sim.query("select count(*) from Customer")
    assert (answer.status_code, answer.json()["fault"]["type"]) == (401, "AUTHENTICATION")
    assert "errorCode=003200" in error_of(answer)["message"]
    sim.token.update(refreshed(sim, sim.token["refresh_token"]).json())
    assert sim.query("select count(*) from Customer").status_code == 200
    sim.control("quickbooks/disconnect", realm_id="Bluegum")
    assert sim.query("select count(*) from Customer").status_code == 401
    assert refreshed(sim, sim.token["refresh_token"]).json() == DEAD


def test_another_company_and_a_missing_scope_are_3100(sim: Company) -> None:
    headers = {"Authorization": f"Bearer {sim.token['access_token']}", "Accept": "application/json"}
    other = requests.get(f"{sim.root}/quickbooks/v3/company/{NZ}/companyinfo/{NZ}", headers=headers, timeout=30)
    assert (other.status_code, error_of(other)["code"]) == (403, "3100")
    sim.connect(scope="openid email")
    assert error_of(sim.query("select count(*) from Customer"))["code"] == "3100"
    claims = sim.session.get(
        f"{sim.root}/quickbooks/v1/openid_connect/userinfo",
        headers={"Authorization": f"Bearer {sim.token['access_token']}"},
        timeout=30,
    ).json()
    assert (claims["emailVerified"], "givenName" in claims) == (True, False)


def test_a_lost_user_and_a_lapsed_company(sim: Company) -> None:
    sim.control("quickbooks/switch", user_access="lost")
    lost = sim.query("select count(*) from Customer")
    assert (lost.status_code, error_of(lost)["code"]) == (401, "120")
    sim.control("quickbooks/switch", user_access="kept", subscription="lapsed")
    assert sim.query("select count(*) from Customer").status_code == 200
    refused = sim.save("Customer", {"DisplayName": "Too late"})
    assert (refused.status_code, error_of(refused)["code"]) == (400, "6190")
