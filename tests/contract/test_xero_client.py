"""What is particular to Xero, asked of our client against the simulator over real HTTP: both sides of each doubt."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from link4web import clock
from link4web.http import forget_clients
from link4web.providers.base.errors import (
    Conflict,
    DuplicateName,
    MustReconnect,
    PersonMustFix,
    ProviderError,
    TryAgainLater,
    WillNeverWork,
)
from link4web.providers.base.provider import Unmetered
from link4web.providers.base.records import TokenSet
from link4web.providers.xero import PROVIDER as XERO
from link4web.registers.ledger_numbers import business_number
from link4web.simulators.server import Running, start
from tests.contract.ledgers import Xero, named

REDIRECT = "http://localhost:8000/xero/callback"
VERIFIER = "a-verifier-of-sufficient-length-0123456789-abcdefg"
CONTACTS = "/api.xro/2.0/Contacts"
# a published sample number
ABN = ("ABN", "51824753556")
NZBN = ("NZBN", "9429041561928")


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    simulators = start()
    yield simulators
    simulators.close()


@pytest.fixture
def xero(running: Running) -> Xero:
    forget_clients()
    found = Xero(running.base_url)
    found.control("reset")
    found.control("throttle", off=True)
    return found


class TestSigningIn:
    @pytest.mark.parametrize("verifier", [VERIFIER, None])
    def test_consent_to_tokens_to_organisation(self, xero: Xero, verifier: str | None) -> None:
        tokens = xero.connect(verifier)
        assert timedelta(minutes=29) < tokens.expires_at - clock.now() <= timedelta(minutes=30)
        assert set(tokens.scope.split()) == set(XERO.scopes)
        assert tokens.consent_id
        assert tokens.access_token not in repr(tokens)
        [file] = XERO.ledger_files(xero.config, tokens, {})
        organisation = XERO.client(xero.config, xero, file.file_id, Unmetered()).organisation()
        assert organisation.name == file.name
        assert organisation.country == "AU"
        assert len(organisation.number_candidates) == 1

    def test_pkce_can_be_turned_off_where_it_is_refused(self, xero: Xero) -> None:
        xero.control("switch", confidential_pkce="refused", consent="allow")
        config = xero.configured(use_pkce=False)
        assert not XERO.wants_pkce(config)
        assert XERO.wants_pkce(xero.config)
        code = xero.consent(config)["code"]
        assert XERO.exchange(config, code, REDIRECT, None).refresh_token

    def test_an_app_without_a_secret(self, xero: Xero) -> None:
        xero.control("switch", consent="allow")
        config = xero.configured(client_id="link4web-home-pkce", client_secret="")
        code = xero.consent(config, VERIFIER)["code"]
        assert XERO.exchange(config, code, REDIRECT, VERIFIER).access_token

    def test_a_code_with_another_verifier_is_worth_nothing(self, xero: Xero) -> None:
        xero.control("switch", consent="allow")
        code = xero.consent(verifier=VERIFIER)["code"]
        with pytest.raises(ProviderError):
            XERO.exchange(xero.config, code, REDIRECT, VERIFIER + "x")

    def test_refresh_rotates_and_the_old_one_has_its_grace(self, xero: Xero) -> None:
        first = xero.connect()
        second = XERO.refresh(xero.config, first.refresh_token)
        assert second.refresh_token != first.refresh_token
        assert XERO.refresh(xero.config, first.refresh_token).access_token

    def test_letting_go_takes_one_organisation_and_may_be_repeated(self, xero: Xero) -> None:
        client = xero.client()
        assert xero.tokens is not None
        [file] = XERO.ledger_files(xero.config, xero.tokens, {})
        for _ in range(2):
            XERO.let_go(xero.config, xero, file.remote_connection_id)
        assert XERO.ledger_files(xero.config, xero.tokens, {}) == []
        with pytest.raises(MustReconnect):
            client.organisation()


class TestReading:
    def test_a_walk_meets_every_contact_once(self, xero: Xero) -> None:
        client = xero.client()
        xero.control("seed", contacts=2300)
        pages = [client.contacts(1)]
        while not pages[-1].is_last:
            pages.append(client.contacts(pages[-1].page + 1))
        ids = [contact.external_id for page in pages for contact in page.contacts]
        assert len(pages) == 3
        assert len(ids) == len(set(ids)) == pages[0].item_count == 2300
        assert ids == sorted(ids)
        assert {contact.status for page in pages for contact in page.contacts} >= {"active", "archived", "merged"}
        assert client.contacts(9).is_last

    @pytest.mark.parametrize(("field", "known"), [("CompanyNumber", True), ("nowhere", False)])
    def test_new_zealand_numbers_where_xero_has_them(self, xero: Xero, field: str, known: bool) -> None:
        xero.control("switch", nzbn_field=field)
        xero.connect()
        tenant = xero.control("token", tenant_id="Kōwhai")["tenant_id"]
        contacts = XERO.client(xero.config, xero, tenant, Unmetered()).contacts(1).contacts
        numbers = [business_number(contact, "NZ") for contact in contacts]
        assert any(number is not None and number.scheme == "NZBN" for number in numbers) == known

    def test_a_draft_made_in_xero_is_found_through_sales_only(self, xero: Xero) -> None:
        client = xero.client()
        before = clock.now()
        cafe = named(client, "Marram Grass Café")
        xero.control("touch", do="draft", contact=cafe.name)
        assert client.contacts(1, modified_since=before).contacts == ()
        assert list(client.customers_from_sales(before)) == [{cafe.external_id}]
        assert client.contacts_by_id([cafe.external_id])[0].is_customer

    def test_all_sales_come_page_by_page(self, xero: Xero) -> None:
        client = xero.client()
        customers = {c.external_id for c in client.contacts(1).contacts if c.is_customer}
        assert frozenset().union(*client.customers_from_sales(None)) >= customers

    def test_no_question_of_ours_is_too_much_for_a_large_organisation(self, xero: Xero) -> None:
        client = xero.client()
        xero.control("switch", high_volume_threshold=10)
        first = client.contacts(1).contacts[0]
        client.contacts(1, modified_since=clock.now())
        client.contacts_by_id([first.external_id])
        client.search("bake")
        list(client.customers_from_sales(clock.now()))
        with pytest.raises(DuplicateName):
            client.create_contact(
                name=named(client, "Dry Creek Joinery").name, email="", number=None, idempotency_key="k"
            )


class TestWriting:
    def test_a_number_and_an_address_reach_the_ledger(self, xero: Xero) -> None:
        client = xero.client()
        joinery = named(client, "Dry Creek Joinery")
        changed = client.update_contact(joinery.external_id, number=ABN, email="new@joinery.example", expected=joinery)
        assert (changed.tax_number, changed.email) == (ABN[1], "new@joinery.example")
        again = client.contacts_by_id([joinery.external_id])[0]
        assert (again.tax_number, again.name, again.person, again.place) == (
            ABN[1],
            joinery.name,
            joinery.person,
            joinery.place,
        )

    def test_an_nzbn_goes_where_people_keep_it(self, xero: Xero) -> None:
        client = xero.client()
        joinery = named(client, "Dry Creek Joinery")
        assert client.update_contact(joinery.external_id, number=NZBN, expected=joinery).company_number == NZBN[1]
        field = XERO.number_field("NZBN")
        assert field is not None
        assert (field.field, field.is_certain) == ("CompanyNumber", False)

    def test_a_number_that_xero_drops_is_not_called_saved(self, xero: Xero) -> None:
        client = xero.client()
        joinery = named(client, "Dry Creek Joinery")
        dropped = {"Contacts": [{"ContactID": joinery.external_id, "Name": joinery.name, "TaxNumber": ""}]}
        xero.control("fail", path=CONTACTS, method="POST", status=200, body=dropped)
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(joinery.external_id, number=ABN, expected=joinery)
        assert caught.value.code == "XERO-NOT-KEPT"

    def test_a_change_in_xero_meanwhile_is_not_overwritten(self, xero: Xero) -> None:
        client = xero.client()
        read = named(client, "Dry Creek Joinery")
        xero.control("touch", do="change", contact=read.name, fields={"TaxNumber": "86151956832"})
        with pytest.raises(Conflict) as caught:
            client.update_contact(read.external_id, number=ABN, expected=read)
        assert caught.value.current.tax_number == "86151956832"
        # the same value in other clothes is no conflict, and another field's change is none either
        assert client.update_contact(read.external_id, number=("ABN", "86151956832"), expected=read)
        assert client.update_contact(read.external_id, email="a@joinery.example", expected=read).tax_number
        assert client.update_contact(read.external_id, number=ABN, expected=None).tax_number == ABN[1]

    def test_what_stands_there_already_is_not_written(self, xero: Xero) -> None:
        client = xero.client()
        xero.control("touch", do="change", contact="Dry Creek Joinery", fields={"TaxNumber": "51-824 753 556"})
        joinery = named(client, "Dry Creek Joinery")
        xero.forget_log()
        assert client.update_contact(joinery.external_id, number=ABN, expected=joinery) == joinery
        assert {one["method"] for one in xero.log()} == {"GET"}


class TestDrafts:
    @pytest.mark.parametrize(("makes", "clears"), [(True, False), (True, True), (False, False)])
    def test_a_draft_and_back(self, xero: Xero, makes: bool, clears: bool) -> None:
        xero.control("switch", draft_makes_customer=makes, deleted_draft_clears_customer=clears)
        client = xero.client()
        cafe = named(client, "Marram Grass Café")
        draft = client.create_draft(cafe.external_id, "key-1")
        assert client.contacts_by_id([cafe.external_id])[0].is_customer == makes
        for _ in range(2):
            client.delete_draft(draft)
        assert client.contacts_by_id([cafe.external_id])[0].is_customer == (makes and not clears)
        assert client.contacts_by_id([cafe.external_id])[0].person == cafe.person

    def test_the_same_key_makes_one_draft_even_after_xero_forgot_it(self, xero: Xero) -> None:
        client = xero.client()
        cafe = named(client, "Marram Grass Café")
        draft = client.create_draft(cafe.external_id, "key-1")
        assert client.create_draft(cafe.external_id, "key-1") == draft
        puts = [one for one in xero.log() if one["method"] == "PUT"]
        assert len(puts) == 1
        assert client.create_draft(cafe.external_id, "key-2") != draft

    def test_a_draft_that_somebody_approved_is_left_alone(self, xero: Xero) -> None:
        client = xero.client()
        cafe = named(client, "Marram Grass Café")
        draft = client.create_draft(cafe.external_id, "key-1")
        changed = {"Invoices": [{"InvoiceID": draft, "LineItems": [{"Description": "40 muffins"}]}]}
        headers = {"Authorization": f"Bearer {xero.access_token()}", "Accept": "application/json"}
        assert xero.tokens is not None
        headers["xero-tenant-id"] = XERO.ledger_files(xero.config, xero.tokens, {})[0].file_id
        answer = requests.post(f"{xero.config.api_url}/Invoices/{draft}", json=changed, headers=headers, timeout=5)
        assert answer.status_code == 200, answer.text
        with pytest.raises(PersonMustFix) as caught:
            client.delete_draft(draft)
        assert caught.value.code == "XERO-DRAFT-CHANGED"

    def test_a_draft_that_is_gone_altogether(self, xero: Xero) -> None:
        xero.client().delete_draft("ffffffff-0000-4000-8000-000000000000")


class TestTrouble:
    def test_a_token_that_is_refused_again_needs_a_person(self, xero: Xero) -> None:
        client = xero.client()
        xero.control("fail", path="/api.xro", count=9, status=401, body='{"Detail":"TokenExpired: again"}')
        with pytest.raises(MustReconnect) as caught:
            client.organisation()
        assert (caught.value.code, xero.renewals) == ("XERO-REJECTED", 1)

    def test_a_missing_scope_is_never_refreshed(self, xero: Xero) -> None:
        client = xero.client()
        headers = {"WWW-Authenticate": "insufficent_scope"}
        xero.control("fail", path="/api.xro", count=1, status=401, headers=headers)
        with pytest.raises(MustReconnect) as caught:
            client.organisation()
        assert (caught.value.code, xero.renewals) == ("XERO-SCOPE", 0)

    def test_a_consent_without_contacts_says_so(self, xero: Xero) -> None:
        granted = xero.control("token", scope="openid offline_access accounting.settings.read")
        xero.connect()
        assert xero.tokens is not None
        xero.tokens = TokenSet(
            access_token=granted["access_token"],
            refresh_token=granted["refresh_token"],
            expires_at=xero.tokens.expires_at,
        )
        with pytest.raises(MustReconnect) as caught:
            XERO.client(xero.config, xero, granted["tenant_id"], Unmetered()).contacts(1)
        assert (caught.value.code, xero.renewals) == ("XERO-SCOPE", 0)

    @pytest.mark.parametrize("status", [403, 401])
    def test_disconnected_inside_xero(self, xero: Xero, status: int) -> None:
        client = xero.client()
        xero.control("switch", after_disconnect=status)
        xero.control("disconnect")
        with pytest.raises(MustReconnect) as caught:
            client.organisation()
        assert caught.value.code == "XERO-DISCONNECTED"

    @pytest.mark.parametrize(
        ("trouble", "code", "wait"),
        [
            ({"status": 503, "body": "The Organisation is offline"}, "XERO-ORGANISATION-OFFLINE", 300.0),
            ({"status": 503, "body": "The Xero API is currently offline for maintenance"}, "XERO-MAINTENANCE", None),
            ({"status": 500, "body": '{"Message":"oops"}'}, "XERO-DOWN", None),
            ({"kind": "html", "status": 502}, "XERO-DOWN", None),
            ({"kind": "html", "status": 200}, "XERO-GARBLED", None),
            ({"kind": "html", "status": 403}, "XERO-GARBLED", None),
            ({"status": 200, "body": '{"Status":"OK"}'}, "XERO-GARBLED", None),
            ({"status": 200, "body": "OK"}, "XERO-GARBLED", None),
            ({"status": 200, "body": ""}, "XERO-GARBLED", None),
            ({"status": 302, "headers": {"Location": "http://169.254.169.254/"}}, "XERO-REFUSED", None),
            ({"kind": "reset"}, "XERO-UNREACHABLE", None),
            ({"kind": "half"}, "XERO-UNREACHABLE", None),
            (
                {"status": 429, "headers": {"X-Rate-Limit-Problem": "day", "Retry-After": "40000"}},
                "XERO-RATE-DAY",
                40000.0,
            ),
            ({"status": 429, "headers": {"X-Rate-Limit-Problem": "concurrent"}}, "XERO-RATE-CONCURRENT", 2.0),
        ],
    )
    def test_trouble(self, xero: Xero, trouble: dict[str, Any], code: str, wait: float | None) -> None:
        client = xero.client()
        xero.control("fail", path=CONTACTS, **trouble)
        with pytest.raises((TryAgainLater, WillNeverWork)) as caught:
            client.contacts(1)
        assert caught.value.code == code
        assert getattr(caught.value, "retry_after", None) == wait
        assert client.contacts(1).contacts

    def test_the_limit_a_minute(self, xero: Xero) -> None:
        client = xero.client()
        xero.control("switch", minute_limit=3)
        xero.control("throttle", off=False)
        with pytest.raises(TryAgainLater) as caught:
            for _ in range(4):
                client.organisation()
        assert caught.value.code == "XERO-RATE-MINUTE"
        assert caught.value.retry_after is not None
        assert 0 <= caught.value.retry_after <= 60


def test_the_contact_page_leads_into_xero(xero: Xero) -> None:
    client = xero.client()
    cafe = named(client, "Marram Grass Café")
    url = XERO.contact_page_url(xero.config, client.organisation().short_code, cafe.external_id)
    assert url.startswith(f"{xero.root}/go/organisationlogin/default.aspx?shortcode=%21")
    answer = requests.get(url, timeout=5)
    assert answer.status_code == 200
    assert cafe.name in answer.text
