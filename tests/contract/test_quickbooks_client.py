"""What is particular to QuickBooks, asked of our client against the simulator over real HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from flask import request
from structlog.testing import capture_logs

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
from link4web.providers.base.provider import ProviderClient, Unmetered
from link4web.providers.base.records import RemoteContact, Skipped, TokenSet
from link4web.providers.quickbooks import PROVIDER as QUICKBOOKS
from link4web.simulators.server import Running, start
from tests.contract.ledgers import QuickBooks, ids_of, named, walk, walk_on

# published sample numbers; a company's ABN ends with its ACN
ABN, ACN, OTHER_ABN = ("ABN", "51824753556"), "824753556", ("ABN", "86151956832")
NZBN = ("NZBN", "9429041561928")
BOOKS, CANNERY, HEARTH = "Bandicoot Books & Toys", "Apostle Bay Cannery", "Harbour & Hearth"
STALE = {
    "Fault": {
        "Error": [{"Message": "Stale Object Error", "Detail": "Stale Object Error", "code": "5010", "element": ""}],
        "type": "ValidationFault",
    }
}


class Company(QuickBooks):
    """The simulator with what only these tests do in it."""

    def change(self, name: str, **fields: Any) -> None:
        self.control("touch", do="change", customer=name, fields=fields)

    def raw(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        """A call with our token that no code of ours takes part in."""
        headers = {"Authorization": f"Bearer {self.access_token()}", "Accept": "application/json"}
        url = f"{self.config.api_url}/{self.returned['realmId']}{path}"
        answer = requests.request(method, url, headers=headers, timeout=10, **how)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def of_new_zealand(self) -> ProviderClient:
        self.connect()
        self.use(self.control("token", realm_id="Toetoe"))
        return QUICKBOOKS.client(self.config, self, self.returned["realmId"], Unmetered())

    def use(self, granted: dict[str, Any]) -> None:
        """Take the tokens of a control call for ours."""
        expires_at = clock.now() + timedelta(hours=1)
        access, refresh = granted["access_token"], granted["refresh_token"]
        self.tokens = TokenSet(access_token=access, refresh_token=refresh, expires_at=expires_at)
        self.returned = {"realmId": granted["realm_id"]}


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    simulators = start()
    yield simulators
    simulators.close()


@pytest.fixture
def company(running: Running) -> Company:
    forget_clients()
    found = Company(running.base_url)
    found.control("reset")
    found.control("throttle", off=True)
    return found


class TestConnecting:
    def test_the_company_comes_with_the_callback_and_is_proven(self, company: Company) -> None:
        tokens = company.connect()
        [file] = QUICKBOOKS.ledger_files(company.config, tokens, company.returned)
        assert (file.name, file.file_id) == ("Bluegum Pantry Supplies", company.returned["realmId"])

    @pytest.mark.parametrize("realm", ["", "abc", "12", "9130357766900456/../x", "9" * 40, "９１３０３５７７"])
    def test_what_is_no_company_is_never_asked_for(self, company: Company, realm: str) -> None:
        tokens = company.connect()
        company.forget_log()
        assert QUICKBOOKS.ledger_files(company.config, tokens, {"realmId": realm}) == []
        assert company.log() == []

    def test_another_company_than_the_one_agreed_to(self, company: Company) -> None:
        tokens = company.connect()
        toetoe = company.control("token", realm_id="Toetoe")["realm_id"]
        with pytest.raises(PersonMustFix) as caught:
            QUICKBOOKS.ledger_files(company.config, tokens, {"realmId": toetoe})
        assert caught.value.code == "other-company"

    def test_somebody_who_lost_access_meanwhile(self, company: Company) -> None:
        tokens = company.connect()
        company.control("switch", user_access="lost")
        with pytest.raises(PersonMustFix) as caught:
            QUICKBOOKS.ledger_files(company.config, tokens, company.returned)
        assert caught.value.code == "not-admin"

    def test_every_trouble_of_its_own_has_its_own_sentence(self) -> None:
        codes = ("declined", "no-file", "other-company", "not-admin", "lapsed")
        assert len({QUICKBOOKS.consent_words[code] for code in codes}) == len(codes)

    @pytest.mark.parametrize(("rotate", "same"), [("never", True), ("always", False)])
    def test_a_refresh_token_may_come_back_or_change(self, company: Company, rotate: str, same: bool) -> None:
        company.control("switch", rotate_refresh=rotate)
        first = company.connect()
        second = QUICKBOOKS.refresh(company.config, first.refresh_token)
        assert (second.refresh_token == first.refresh_token) == same
        assert QUICKBOOKS.refresh(company.config, second.refresh_token).access_token

    def test_an_old_refresh_token_has_no_grace(self, company: Company) -> None:
        company.control("switch", rotate_refresh="always", old_token_grace=False)
        first = company.connect()
        QUICKBOOKS.refresh(company.config, first.refresh_token)
        with pytest.raises(MustReconnect) as caught:
            QUICKBOOKS.refresh(company.config, first.refresh_token)
        assert caught.value.code == "QBO-GRANT-GONE"

    def test_letting_go_ends_the_consent_at_quickbooks(self, company: Company) -> None:
        client = company.client()
        QUICKBOOKS.let_go(company.config, company, company.returned["realmId"])
        with pytest.raises(MustReconnect):
            client.organisation()

    def test_letting_go_with_a_token_that_intuit_has_forgotten(self, company: Company) -> None:
        company.connect()
        assert company.tokens is not None
        good = company.tokens
        company.tokens = TokenSet(
            access_token="forgotten", refresh_token=good.refresh_token, expires_at=good.expires_at
        )
        QUICKBOOKS.let_go(company.config, company, company.returned["realmId"])
        with pytest.raises(MustReconnect):
            QUICKBOOKS.refresh(company.config, good.refresh_token)

    @pytest.mark.parametrize(
        ("status", "error", "code"), [(503, TryAgainLater, "QBO-DOWN"), (401, WillNeverWork, "QBO-CLIENT")]
    )
    def test_letting_go_that_fails_is_not_called_done(
        self, company: Company, status: int, error: type[ProviderError], code: str
    ) -> None:
        company.connect()
        company.control("fail", path="/v2/oauth2/tokens/revoke", status=status)
        with pytest.raises(error) as caught:
            QUICKBOOKS.let_go(company.config, company, company.returned["realmId"])
        assert caught.value.code == code


class TestReading:
    def test_everybody_listed_is_a_customer_and_inactive_ones_have_their_names(self, company: Company) -> None:
        page = company.client().contacts(1)
        assert all(contact.is_customer for contact in page.contacts)
        [nursery] = [contact for contact in page.contacts if contact.name == "Glasshouse Nursery"]
        assert nursery.status == "archived"
        assert not any("deleted" in contact.name for contact in page.contacts)

    def test_sub_customers_are_left_to_their_parent(self, company: Company) -> None:
        client = company.client()
        page = client.contacts(1)
        kiosks = [skipped for skipped in page.skipped if CANNERY in skipped.reason]
        assert len(kiosks) == 2
        assert client.contacts_by_id([kiosk.external_id for kiosk in kiosks]) == ()
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(kiosks[0].external_id, number=ABN, expected=None)
        assert CANNERY in caught.value.sentence

    def test_one_of_several_addresses_is_read(self, company: Company) -> None:
        assert named(company.client(), HEARTH).email == "owner@harbourhearth.example"

    def test_a_number_shows_its_end_only(self, company: Company) -> None:
        client = company.client()
        company.change(BOOKS, PrimaryTaxIdentifier=ABN[1])
        books = named(client, BOOKS)
        assert (books.tax_number, books.company_number, books.number_ending) == ("", "", "53556")

    def test_names_that_would_end_their_own_quotation(self, company: Company) -> None:
        client = company.client()
        assert named(client, "O’Reilly \\ Sons Produce").email == "shed@oreillysons.example"
        assert client.search("\\") == (named(client, "O’Reilly \\ Sons Produce"),)
        assert client.search("' OR Active IN (true) --") == ()

    def test_search_by_address(self, company: Company) -> None:
        assert [one.name for one in company.client().search("books@harbourhearth.example")] == [HEARTH]

    def test_rows_that_disappear_during_the_walk_take_no_other_with_them(self, company: Company) -> None:
        client = company.client()
        company.control("seed", contacts=2300)
        first = client.contacts(1)
        for lost in first.contacts[-10:]:
            company.control("touch", do="merge", customer=lost.external_id, into=first.contacts[0].external_id)
        ids = ids_of([first, *walk(client, after=first)])
        assert len(ids) == len(set(ids)) == 2300

    @pytest.mark.parametrize("vanished", [0, 60])
    def test_a_page_that_takes_too_long_is_read_in_pieces(
        self, company: Company, running: Running, monkeypatch: pytest.MonkeyPatch, vanished: int
    ) -> None:
        """Its pieces overlap; where more have vanished than they overlap, the page is read once more."""
        monkeypatch.setattr("link4web.http.client.LONGEST_CALL", 0.6)
        client = company.client()
        company.control("seed", contacts=2300)
        first = client.contacts(1)
        lost = [contact.external_id for contact in first.contacts[:vanished]]
        company.control("fail", path="/v3/company", kind="slow", delay=1.5, count=1)

        def vanish() -> None:
            if "STARTPOSITION 1461 " in request.args.get("query", "") and lost:
                with running.state.store.write() as db:
                    db.executemany(company.vanishing, [(lost.pop(),) for _ in range(vanished)])

        running.app.before_request_funcs.setdefault(None, []).append(vanish)
        met = set(ids_of([first]))
        try:
            walk_on(client, 2, met)
        finally:
            running.app.before_request_funcs[None].remove(vanish)
        assert not lost
        assert len(met) == 2300

    def test_a_page_that_is_one_row_too_long(self, company: Company) -> None:
        client = company.client()
        company.control("switch", page_one_too_many=True)
        company.control("seed", contacts=1100)
        pages = [client.contacts(1), client.contacts(2)]
        assert sum(len(page.contacts) + len(page.skipped) for page in pages) == 1100
        assert pages[-1].is_last

    def test_changes_come_in_one_answer(self, company: Company) -> None:
        client = company.client()
        before = clock.now() - timedelta(seconds=1)
        company.archive(CANNERY)
        lost = named(client, HEARTH).external_id
        company.control("touch", do="merge", customer=HEARTH, into=BOOKS)
        company.forget_log()
        page = client.contacts(1, modified_since=before)
        assert [one["path"].rpartition("/")[2] for one in company.log()] == ["cdc"]
        assert {contact.name for contact in page.contacts} == {CANNERY, BOOKS}
        assert (page.gone, page.skipped, page.is_last) == ((lost,), (), True)

    def test_a_full_answer_of_changes_is_not_believed(self, company: Company) -> None:
        client = company.client()
        before = clock.now() - timedelta(days=7)
        company.control("seed", contacts=1500)
        self.change_all(company)
        ids = ids_of(walk(client, since=before))
        assert len(ids) == len(set(ids)) >= 1001

    def change_all(self, company: Company) -> None:
        """Change more customers than one answer holds, thirty in each call."""
        rows: list[dict[str, Any]] = []
        for place in (1, 1001):
            statement = f"SELECT Id, SyncToken FROM Customer STARTPOSITION {place} MAXRESULTS 1000"
            rows += company.raw("GET", "/query", params={"query": statement})["QueryResponse"]["Customer"]
        for place in range(0, 1020, 30):
            items = [
                {"bId": row["Id"], "operation": "update", "Customer": {**self.key(row), "Notes": "Called."}}
                for row in rows[place : place + 30]
            ]
            company.raw("POST", "/batch", json={"BatchItemRequest": items})

    def key(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}

    def test_changes_of_more_than_a_month_are_asked_for_by_time(self, company: Company) -> None:
        client = company.client()
        company.forget_log()
        client.contacts(1, modified_since=clock.now() - timedelta(days=45))
        [asked] = company.log()
        assert asked["path"].endswith("/query")
        assert "MetaData.LastUpdatedTime >= '2" in parse_qs(asked["query"])["query"][0]

    def test_every_call_asks_for_the_version_we_know(self, company: Company) -> None:
        client = company.client()
        company.forget_log()
        client.contacts(1)
        client.contacts(1, modified_since=clock.now() - timedelta(days=1))
        client.update_contact(named(client, BOOKS).external_id, number=ABN, expected=None)
        assert all(parse_qs(one["query"])["minorversion"] == ["75"] for one in company.log())


class TestWriting:
    def test_the_mask_is_never_written_back(self, company: Company) -> None:
        """QuickBooks' own end of the story: after an e-mail change the number is still the whole one."""
        client = company.client()
        company.change(BOOKS, PrimaryTaxIdentifier=ABN[1])
        books = named(client, BOOKS)
        changed = client.update_contact(books.external_id, email="new@bandicoot.example", expected=books)
        assert changed.number_ending == "53556"
        assert company.raw("GET", f"/customer/{books.external_id}")["Customer"]["PrimaryTaxIdentifier"] == "XXXXXX53556"
        assert company.raw("GET", f"/customer/{books.external_id}")["Customer"]["GivenName"]

    def test_a_number_of_the_same_ending_is_written_all_the_same(self, company: Company) -> None:
        client = company.client()
        company.change(BOOKS, PrimaryTaxIdentifier=ACN)
        books = named(client, BOOKS)
        client.update_contact(books.external_id, number=ABN, expected=books)
        assert company.raw("GET", f"/customer/{books.external_id}")["Customer"]["PrimaryTaxIdentifier"] == "XXXXXX53556"

    def test_a_number_somebody_entered_meanwhile_is_not_overwritten(self, company: Company) -> None:
        client = company.client()
        books = named(client, BOOKS)
        company.change(BOOKS, PrimaryTaxIdentifier=OTHER_ABN[1])
        with pytest.raises(Conflict) as caught:
            client.update_contact(books.external_id, number=ABN, expected=books)
        assert caught.value.current.number_ending == "56832"
        # ours in an attempt whose answer was lost is no conflict
        assert client.update_contact(books.external_id, number=OTHER_ABN, expected=books).number_ending == "56832"

    def test_other_addresses_of_the_field_stay(self, company: Company) -> None:
        client = company.client()
        hearth = named(client, HEARTH)
        client.update_contact(hearth.external_id, email="new@harbourhearth.example", expected=hearth)
        held = company.raw("GET", f"/customer/{hearth.external_id}")["Customer"]["PrimaryEmailAddr"]["Address"]
        assert held == "new@harbourhearth.example, books@harbourhearth.example"
        # one that stands there already moves to the front
        again = client.update_contact(hearth.external_id, email="books@harbourhearth.example", expected=None)
        assert again.email == "books@harbourhearth.example"

    def test_addresses_that_do_not_fit_beside_each_other(self, company: Company) -> None:
        client = company.client()
        long = f"{'a' * 60}@harbourhearth.example"
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(named(client, HEARTH).external_id, email=long, expected=None)
        assert caught.value.code == "QBO-EMAILS-FULL"
        assert named(client, HEARTH).email == "owner@harbourhearth.example"

    @pytest.mark.parametrize("times", [1, 2])
    def test_a_stale_token_is_read_anew(self, company: Company, times: int) -> None:
        client = company.client()
        books = named(client, BOOKS)
        company.control("fail", path="/v3", method="POST", status=400, body=STALE, count=times)
        assert client.update_contact(books.external_id, number=ABN, expected=books).number_ending == "53556"

    def test_somebody_who_keeps_changing_it_is_waited_for(self, company: Company) -> None:
        client = company.client()
        company.control("fail", path="/v3", method="POST", status=400, body=STALE, count=3)
        with pytest.raises(TryAgainLater) as caught:
            client.update_contact(named(client, BOOKS).external_id, number=ABN, expected=None)
        assert caught.value.code == "QBO-BUSY"

    def test_no_field_for_an_nzbn(self, company: Company) -> None:
        client = company.of_new_zealand()
        someone = client.contacts(1).contacts[0]
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(someone.external_id, number=NZBN, expected=someone)
        assert caught.value.code == "QBO-NO-FIELD"
        assert QUICKBOOKS.number_field("NZBN") is None
        made = client.create_contact(name="Rātā Roofing", email="", number=NZBN, idempotency_key="k")
        assert made.number_ending == ""

    @pytest.mark.parametrize(
        ("does", "code"), [("ignored", "QBO-NOT-KEPT"), ("refused", "QBO-VALIDATION"), ("kept", None)]
    )
    def test_an_abn_in_a_new_zealand_company(self, company: Company, does: str, code: str | None) -> None:
        company.control("switch", nz_tax_identifier=does)
        client = company.of_new_zealand()
        someone = client.contacts(1).contacts[0]
        if code is None:
            assert client.update_contact(someone.external_id, number=ABN, expected=someone).number_ending == "53556"
            return
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(someone.external_id, number=ABN, expected=someone)
        assert caught.value.code == code

    def test_a_new_customer_has_its_number(self, company: Company) -> None:
        made = company.client().create_contact(name="Saltbush Lane", email="", number=ABN, idempotency_key="k")
        assert (made.number_ending, made.status, made.is_customer) == ("53556", "active", True)

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("Wombat Freight Lines", "QBO-NAME-SUPPLIER"),
            ("Tama Rewiti", "QBO-NAME-EMPLOYEE"),
            ("Lorne Kiosk", "QBO-NAME-PART"),
        ],
    )
    def test_a_name_that_somebody_else_has(self, company: Company, name: str, code: str) -> None:
        with pytest.raises(DuplicateName) as caught:
            company.client().create_contact(name=name, email="", number=None, idempotency_key="k")
        assert (caught.value.code, caught.value.existing_id) == (code, None)
        assert "once only" in caught.value.sentence

    def test_the_refusal_stands_when_nobody_can_say_who_has_the_name(self, company: Company) -> None:
        client = company.client()
        company.control("fail", path="/v3", method="GET", status=503)
        with pytest.raises(DuplicateName) as caught:
            client.create_contact(name=CANNERY, email="", number=None, idempotency_key="k")
        assert (caught.value.code, caught.value.existing_id) == ("QBO-NAME-TAKEN", None)

    def test_an_inactive_customer_gives_its_name_free(self, company: Company) -> None:
        made = company.client().create_contact(name="Glasshouse Nursery", email="", number=None, idempotency_key="k")
        assert made.name == "Glasshouse Nursery"

    def test_a_colon_would_make_a_sub_customer(self, company: Company) -> None:
        client = company.client()
        company.forget_log()
        with pytest.raises(PersonMustFix) as caught:
            client.create_contact(name="Apostle: Bay", email="", number=None, idempotency_key="k")
        assert (caught.value.code, company.log()) == ("QBO-NAME-COLON", [])

    def test_an_answer_lost_on_the_way_makes_no_second_customer(self, company: Company) -> None:
        client = company.client()
        company.control("fail", path="/v3", method="POST", kind="half")
        key = "a key that is longer than the fifty characters which QuickBooks takes"
        with pytest.raises(TryAgainLater):
            client.create_contact(name="Saltbush Lane", email="", number=None, idempotency_key=key)
        made = client.create_contact(name="Saltbush Lane", email="", number=None, idempotency_key=key)
        assert [one.external_id for one in client.search("Saltbush Lane")] == [made.external_id]

    def test_a_company_whose_subscription_ended_says_so(self, company: Company) -> None:
        client = company.client()
        company.control("switch", subscription="lapsed")
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(named(client, BOOKS).external_id, number=ABN, expected=None)
        assert caught.value.code == "QBO-LAPSED"


class TestTrouble:
    @pytest.mark.parametrize("switch", [{"user_access": "lost"}])
    def test_no_new_token_for_somebody_who_lost_access(self, company: Company, switch: dict[str, str]) -> None:
        client = company.client()
        company.control("switch", **switch)
        with pytest.raises(MustReconnect) as caught:
            client.contacts(1)
        assert (caught.value.code, company.renewals) == ("QBO-USER-LOST", 0)

    def test_without_the_accounting_scope(self, company: Company) -> None:
        company.connect()
        company.use(company.control("token", scope="openid"))
        client = QUICKBOOKS.client(company.config, company, company.returned["realmId"], Unmetered())
        with pytest.raises(MustReconnect) as caught:
            client.contacts(1)
        assert caught.value.code == "QBO-NOT-AUTHORISED"

    @pytest.mark.parametrize(("header", "wait"), [(0, 60.0), (7, 7.0)])
    def test_the_limit_a_minute(self, company: Company, header: int, wait: float) -> None:
        client = company.client()
        company.control("switch", minute_limit=3, retry_after=header)
        company.control("throttle", off=False)
        with pytest.raises(TryAgainLater) as caught:
            for _ in range(4):
                client.organisation()
        assert (caught.value.code, caught.value.retry_after) == ("QBO-RATE", wait)

    def test_a_fault_in_an_answer_of_status_200(self, company: Company) -> None:
        client = company.client()
        company.control("fail", path="/v3", status=200, body=STALE)
        with pytest.raises(TryAgainLater) as caught:
            client.contacts(1)
        assert caught.value.code == "QBO-BUSY"


def test_intuits_trace_is_in_the_log_and_nothing_secret(company: Company) -> None:
    client = company.client()
    company.control("fail", path="/v3", status=500, body="{}")
    with pytest.raises(TryAgainLater), capture_logs() as lines:
        client.contacts(1)
    [refused] = [line for line in lines if line["event"] == "provider.refused"]
    assert (refused["code"], refused["status"], refused["trace"][:2]) == ("QBO-DOWN", 500, "1-")
    assert company.access_token() not in repr(lines)
    assert company.returned["realmId"] not in repr(lines)


def test_what_cannot_be_read_is_reported_once(company: Company) -> None:
    client = company.client()
    broken = {"QueryResponse": {"Customer": [{"Id": "7", "DisplayName": {"a": 1}}, {"Id": "8", "DisplayName": "Fine"}]}}
    count = {"QueryResponse": {"totalCount": 2}}
    company.control("fail", path="/v3", status=200, body=count)
    company.control("fail", path="/v3", status=200, body=broken)
    page = client.contacts(1)
    assert [type(one) for one in page.skipped] == [Skipped]
    assert [(type(one), one.external_id) for one in page.contacts] == [(RemoteContact, "8")]
