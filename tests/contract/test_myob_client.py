"""What MYOB's client does differently from the others, against the MYOB simulator over real HTTP.

What all providers' clients promise alike is in `test_every_provider.py`.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
    TryAgainLater,
    WillNeverWork,
)
from link4web.providers.base.provider import ProviderClient, Unmetered
from link4web.providers.myob import PROVIDER, consent
from link4web.simulators.server import Running, start
from tests.contract.ledgers import Myob, ids_of, named, walk

ABN = ("ABN", "51824753556")
NZBN = ("NZBN", "9429041561928")
CUSTOMERS = "/accountright/3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c/Contact/Customer"
NEW_ADDRESS = "new-address@harbour.example"
TAX_FILE_NUMBER = "123 456 782"
# moves or is worked out by itself whenever a record is saved
MOVES = {"RowVersion", "LastModified", "URI"}


class Books(Myob):
    """The simulated MYOB, with a look at its raw records."""

    def opened(self, business: str) -> ProviderClient:
        """A client for another of the demo's businesses."""
        granted = self.control("token", business_id=business)
        self.connect()
        assert self.tokens is not None
        self.tokens = type(self.tokens)(
            access_token=granted["access_token"],
            refresh_token=granted["refresh_token"],
            expires_at=self.tokens.expires_at,
        )
        return PROVIDER.client(self.config, self, granted["business_id"], Unmetered())

    def raw(self, client: ProviderClient, name: str) -> dict[str, Any]:
        """The record as MYOB itself has it."""
        contact = named(client, name)
        granted = self.control("token")
        headers = {
            "Authorization": f"Bearer {granted['access_token']}",
            "x-myobapi-key": granted["api_key"],
            "x-myobapi-version": "v2",
        }
        url = f"{self.root}{CUSTOMERS}/{contact.external_id}"
        record: dict[str, Any] = requests.get(url, headers=headers, timeout=5).json()
        return record

    def queries(self) -> list[dict[str, str]]:
        """The parameters of the lists of customers that were asked for."""
        asked = [one for one in self.log() if one["path"].endswith("/Contact/Customer") and one["method"] == "GET"]
        queries = [{name: values[0] for name, values in parse_qs(one["query"]).items()} for one in asked]
        return [query for query in queries if query["$top"] != "1"]  # those look at the border of a page


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    simulators = start()
    yield simulators
    simulators.close()


@pytest.fixture
def myob(running: Running) -> Books:
    forget_clients()
    found = Books(running.base_url)
    found.control("reset")
    found.control("throttle", off=True)
    return found


def refusal(name: str, message: str = "No", **more: Any) -> str:
    return f'{{"Errors": [{{"Name": "{name}", "Message": "{message}"}}]}}'


class TestConsent:
    def test_myob_is_always_told_to_ask(self, myob: Books) -> None:
        address = PROVIDER.authorisation(myob.config, myob.redirect, "s", None)
        query = parse_qs(urlsplit(address).query)
        assert query["prompt"] == ["consent"]
        assert query["scope"] == [" ".join(PROVIDER.scopes)]
        assert "code_challenge" not in query

    def test_the_file_is_named_by_myob_not_by_the_browser(self, myob: Books) -> None:
        tokens = myob.connect()
        [file] = PROVIDER.ledger_files(myob.config, tokens, {**myob.returned, "businessName": "Something else"})
        assert (file.name, file.file_id) == ("Lantern Street Roastery", myob.returned["businessId"].lower())

    @pytest.mark.parametrize("business", [None, "", "../../oauth2", "42", "00000000-0000-0000-0000-000000000000"])
    def test_no_business_on_the_way_back(self, myob: Books, business: str | None) -> None:
        tokens = myob.connect()
        returned = {name: value for name, value in myob.returned.items() if name != "businessId"}
        myob.forget_log()
        with pytest.raises(PersonMustFix) as caught:
            PROVIDER.ledger_files(myob.config, tokens, returned | ({"businessId": business} if business else {}))
        assert caught.value.code == consent.NO_BUSINESS
        assert myob.log() == []

    def test_a_business_that_the_consent_is_not_for(self, myob: Books) -> None:
        tokens = myob.connect()
        for other in ("4e5f6071-8293-44a5-b6c7-d8e9fa0b1c2d", "ffffffff-0000-4000-8000-000000000000"):
            with pytest.raises(PersonMustFix) as caught:
                PROVIDER.ledger_files(myob.config, tokens, {"businessId": other})
            assert caught.value.code == "MYOB-ACCESS-DENIED"

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            ({"status": 404}, "MYOB-FILE-GONE"),
            ({"status": 410}, "MYOB-FILE-GONE"),
            ({"status": 503, "body": refusal("ServiceUnavailable")}, "MYOB-OFFLINE"),
            ({"status": 403, "body": refusal("DeveloperInactive")}, "MYOB-KEY-INACTIVE"),
        ],
    )
    def test_a_file_that_cannot_be_opened(self, myob: Books, fault: dict[str, Any], code: str) -> None:
        tokens = myob.connect()
        myob.control("fail", path="/accountright", **fault)
        with pytest.raises(PersonMustFix) as caught:
            PROVIDER.ledger_files(myob.config, tokens, myob.returned)
        assert caught.value.code == code
        assert code in PROVIDER.consent_words
        assert PROVIDER.ledger_files(myob.config, tokens, myob.returned)

    def test_trouble_that_passes_is_no_fault_of_the_file(self, myob: Books) -> None:
        tokens = myob.connect()
        myob.control("fail", path="/accountright", status=500)
        with pytest.raises(TryAgainLater):
            PROVIDER.ledger_files(myob.config, tokens, myob.returned)

    def test_the_older_second_login_is_never_given(self, myob: Books) -> None:
        client = myob.client()
        assert myob.tokens is not None
        myob.control("switch", company_file_login="required")
        with pytest.raises(PersonMustFix) as consenting:
            PROVIDER.ledger_files(myob.config, myob.tokens, myob.returned)
        with pytest.raises(WillNeverWork) as working:
            client.contacts(1)
        assert consenting.value.code == working.value.code == "MYOB-FILE-LOGIN"
        assert myob.renewals == 0

    def test_a_consent_without_customers(self, myob: Books) -> None:
        tokens = myob.connect()
        less = type(tokens)(
            access_token="a", refresh_token="r", expires_at=tokens.expires_at, scope="sme-company-file sme-sales"
        )
        with pytest.raises(PersonMustFix) as caught:
            PROVIDER.ledger_files(myob.config, less, myob.returned)
        assert caught.value.code == consent.SCOPE

    @pytest.mark.parametrize("written", ["text", "number"])
    def test_how_long_a_token_lives(self, myob: Books, written: str) -> None:
        myob.control("switch", expires_in=written, access_token_seconds=900)
        assert timedelta(seconds=890) < myob.connect().expires_at - clock.now() <= timedelta(seconds=900)

    @pytest.mark.parametrize("error", ["invalid_grant", "invalid_request"])
    def test_both_words_for_a_grant_that_is_gone(self, myob: Books, error: str) -> None:
        tokens = myob.connect()
        myob.control("switch", token_error=error)
        myob.control("expire", refresh=True)
        with pytest.raises(MustReconnect):
            PROVIDER.refresh(myob.config, tokens.refresh_token)

    @pytest.mark.parametrize("rotation", ["new", "same"])
    def test_whichever_refresh_token_comes_is_the_one_to_keep(self, myob: Books, rotation: str) -> None:
        first = myob.connect()
        myob.control("switch", refresh_rotation=rotation)
        second = PROVIDER.refresh(myob.config, first.refresh_token)
        assert (second.refresh_token == first.refresh_token) == (rotation == "same")
        assert PROVIDER.refresh(myob.config, second.refresh_token).access_token


class TestReading:
    def test_pages_are_counted_here_wherever_myob_points(self, myob: Books) -> None:
        myob.control("switch", links_origin="https://ar1.api.myob.example")
        client = myob.client()
        myob.control("seed", contacts=2100)
        myob.forget_log()
        pages = [client.contacts(number) for number in (1, 2, 3)]
        assert [len(page.contacts) for page in pages] == [1000, 1000, 100]
        assert pages[2].is_last
        assert [(query["$top"], query["$skip"]) for query in myob.queries()] == [
            ("1000", "0"),
            ("1000", "1000"),
            ("1000", "2000"),
        ]
        assert {(query["$orderby"], query["generateUris"]) for query in myob.queries()} == {("UID", "false")}

    def test_a_page_too_long_for_myob_is_read_in_halves(self, myob: Books) -> None:
        client = myob.client()
        myob.control("seed", contacts=2100)
        myob.forget_log()
        myob.control("fail", path=CUSTOMERS, status=504, body=refusal("GatewayTimeout"), count=2)
        ids = [contact.external_id for page in (1, 2, 3) for contact in client.contacts(page).contacts]
        assert len(ids) == len(set(ids)) == 2100
        assert [query["$top"] for query in myob.queries()][:4] == ["1000", "500", "250", "250"]
        assert all(int(query["$skip"]) % int(query["$top"]) == 0 for query in myob.queries())

    def test_a_file_that_has_no_time_at_all_is_left_for_later(self, myob: Books) -> None:
        client = myob.client()
        myob.control("fail", path=CUSTOMERS, status=504, count=4)
        with pytest.raises(TryAgainLater) as caught:
            client.contacts(1)
        assert caught.value.code == "MYOB-TIMEOUT"

    def test_a_deletion_during_the_walk_hides_nobody(self, myob: Books) -> None:
        client = myob.client()
        invoiced = {contact.external_id for contact in client.contacts(1).contacts}
        myob.control("seed", contacts=2100)
        first = client.contacts(1)
        removed = next(one for one in first.contacts if one.external_id not in invoiced)
        myob.control("touch", do="delete", customer=removed.external_id)
        # with somebody new the number of all is what it was
        myob.control("touch", do="add", fields={"Name": "Saltbush Lane Picture House"})
        met = set(ids_of([first, *walk(client, after=first)]))
        there = {one.external_id for page in walk(myob.client()) for one in page.contacts}
        added = named(client, "Saltbush Lane Picture House").external_id
        assert there - {added} <= met

    def test_a_deletion_while_a_page_is_read_in_pieces_hides_nobody(self, myob: Books, running: Running) -> None:
        client = myob.client()
        myob.control("seed", contacts=2100)
        first = client.contacts(1)
        myob.control("fail", path=CUSTOMERS, status=504, body=refusal("GatewayTimeout"), count=1)
        gone: list[str] = []

        def vanish() -> None:
            if request.args.get("$skip") == "1500" and not gone:
                gone.append(first.contacts[3].external_id)
                with running.state.store.write() as db:
                    db.execute(myob.vanishing, gone)

        running.app.before_request_funcs.setdefault(None, []).append(vanish)
        try:
            met = set(ids_of([first, *walk(client, after=first)]))
        finally:
            running.app.before_request_funcs[None].remove(vanish)
        assert gone
        assert len(met) == 2100

    @pytest.mark.parametrize("zone", ["UTC", "Australia/Sydney", "Pacific/Auckland"])
    def test_changes_are_found_whatever_zone_myob_means(self, myob: Books, zone: str) -> None:
        myob.control("switch", moments_zone=zone)
        client = myob.client()
        since = clock.now() - timedelta(seconds=5)
        assert client.contacts(1, modified_since=since).contacts == ()
        myob.change_email(myob.known, NEW_ADDRESS)
        assert [one.email for one in client.contacts(1, modified_since=since).contacts] == [NEW_ADDRESS]

    @pytest.mark.parametrize("status", [404, 410])
    def test_the_deleted_are_gone(self, myob: Books, status: int) -> None:
        myob.control("switch", reads_of_deleted=status)
        client = myob.client()
        myob.control("touch", do="add", fields={"Name": "Saltbush Lane Picture House"})
        known = named(client, "Saltbush Lane Picture House")
        myob.control("touch", do="delete", customer=known.name)
        assert client.contacts_by_id([known.external_id]) == ()
        with pytest.raises(WillNeverWork) as caught:
            client.update_contact(known.external_id, number=ABN, expected=known)
        assert caught.value.code == "MYOB-NOT-FOUND"

    def test_nobody_is_gone_because_myob_ignored_the_question(self, myob: Books) -> None:
        client = myob.client()
        known, stranger = named(client, myob.known), named(client, "Amara Okafor")
        everybody = {"Items": [{"UID": stranger.external_id, "CompanyName": "x"}], "NextPageLink": None, "Count": 1}
        unknown = "ffffffff-0000-4000-8000-000000000000"
        myob.control("fail", path=CUSTOMERS, status=200, body=everybody)
        assert client.contacts_by_id([known.external_id, unknown]) == (known,)
        myob.control("fail", path=CUSTOMERS, status=200, body=everybody)
        assert client.search("Coolibah") == ()

    def test_people_are_found_by_both_names_and_by_their_address(self, myob: Books) -> None:
        client = myob.client()
        amara = named(client, "Amara Okafor")
        assert amara.person == "Amara Okafor"
        assert amara in client.search("amara oka")
        assert amara in client.search("amara@okafor")

    def test_a_tax_file_number_stays_where_it_is(self, myob: Books) -> None:
        client = myob.opened("Rewiti")
        with capture_logs() as logged:
            told = repr((client.organisation(), client.contacts(1), client.search("Numbat")))
        for written in (TAX_FILE_NUMBER, TAX_FILE_NUMBER.replace(" ", "")):
            assert written not in told
            assert written not in repr(logged)
        assert client.organisation().number_candidates == ()
        assert "Numbat Yoga" in told

    @pytest.mark.parametrize("compressed", [True, False])
    def test_compressed_or_not(self, myob: Books, compressed: bool) -> None:
        myob.control("switch", gzip=compressed)
        client = myob.client()
        assert client.contacts(1).contacts
        with pytest.raises(WillNeverWork) as caught:
            client.update_contact("ffffffff-0000-4000-8000-000000000000", number=ABN, expected=None)
        assert caught.value.code == "MYOB-NOT-FOUND"


class TestWriting:
    @pytest.mark.parametrize("name", ["Bluestone Ferry Charters", "Quandong Lane Early Learning", "Amara Okafor"])
    def test_everything_else_stays_as_it_was(self, myob: Books, name: str) -> None:
        client = myob.client()
        before = myob.raw(client, name)
        contact = named(client, name)
        client.update_contact(contact.external_id, number=ABN, email=NEW_ADDRESS, expected=contact)
        after = myob.raw(client, name)
        assert after["SellingDetails"]["ABN"] == "51 824 753 556"
        billing = [one for one in after["Addresses"] if one["Location"] == 1]
        assert [one["Email"] for one in billing] == [NEW_ADDRESS]
        for record in (before, after):
            record["SellingDetails"].pop("ABN")
            next(one for one in record["Addresses"] if one["Location"] == 1).pop("Email")
            for moving in MOVES:
                record.pop(moving)
        assert after == before

    def test_an_address_that_stood_elsewhere_goes_to_billing(self, myob: Books) -> None:
        client = myob.client()
        shearing = named(client, "Sheoak Creek Shearing")
        assert shearing.email == "woolshed@sheoakcreek.example"
        assert client.update_contact(shearing.external_id, email=NEW_ADDRESS, expected=shearing).email == NEW_ADDRESS
        emails = {one["Location"]: one["Email"] for one in myob.raw(client, shearing.name)["Addresses"]}
        assert emails == {1: NEW_ADDRESS, 2: "woolshed@sheoakcreek.example"}

    def test_a_customer_without_any_address_gets_one(self, myob: Books) -> None:
        client = myob.client()
        myob.control("touch", do="add", fields={"Name": "Saltbush Lane Picture House"})
        house = named(client, "Saltbush Lane Picture House")
        assert client.update_contact(house.external_id, email=NEW_ADDRESS, expected=house).email == NEW_ADDRESS
        assert [one["Location"] for one in myob.raw(client, house.name)["Addresses"]] == [1]

    def test_the_same_number_in_other_clothes_is_not_written(self, myob: Books) -> None:
        client = myob.client()
        stockfeed = named(client, "Emu Bush Stockfeed")
        myob.forget_log()
        client.update_contact(stockfeed.external_id, number=("ABN", stockfeed.tax_number), expected=stockfeed)
        assert {one["method"] for one in myob.log()} == {"GET"}

    def test_a_number_changed_meanwhile_is_not_overwritten(self, myob: Books) -> None:
        client = myob.client()
        known = named(client, myob.known)
        myob.control("touch", do="change", customer=myob.known, fields={"ABN": "86 151 956 832"})
        with pytest.raises(Conflict) as caught:
            client.update_contact(known.external_id, number=ABN, expected=known)
        assert caught.value.current.tax_number == "86 151 956 832"

    def test_somebody_saved_at_the_same_moment(self, myob: Books) -> None:
        client = myob.client()
        known = named(client, myob.known)
        stale = refusal("IncorrectRowVersionSupplied")
        myob.control("fail", path=CUSTOMERS, method="PUT", status=409, body=stale, count=2)
        assert client.update_contact(known.external_id, email=NEW_ADDRESS, expected=known).email == NEW_ADDRESS
        myob.control("fail", path=CUSTOMERS, method="PUT", status=409, body=stale, count=3)
        with pytest.raises(TryAgainLater) as caught:
            client.update_contact(known.external_id, email="other@harbour.example", expected=None)
        assert caught.value.code == "MYOB-STALE"

    def test_what_myob_drops_is_not_called_saved(self, myob: Books) -> None:
        client = myob.client()
        known = named(client, myob.known)
        myob.control("fail", path=CUSTOMERS, method="PUT", status=200, body="")
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(known.external_id, number=ABN, expected=known)
        assert caught.value.code == "MYOB-NOT-KEPT"

    def test_reading_is_allowed_and_writing_is_not(self, myob: Books) -> None:
        client = myob.client()
        known = named(client, myob.known)
        for method in ("PUT", "POST"):
            myob.control("fail", path=CUSTOMERS, method=method, status=403, body=refusal("AccessDenied"))
        for write in (
            lambda: client.update_contact(known.external_id, number=ABN, expected=known),
            lambda: client.create_contact(name="Brolga Books", email="", number=None, idempotency_key="k"),
        ):
            with pytest.raises(PersonMustFix) as caught:
                write()
            assert caught.value.code == "MYOB-READ-ONLY"

    def test_an_nzbn_goes_to_the_only_field_there_is_unless_that_is_taken(self, myob: Books) -> None:
        client = myob.opened("Takahē")
        listed = client.contacts(1).contacts
        free, taken = [one for one in listed if one.status == "active" and not one.company_number][:2]
        assert client.update_contact(free.external_id, number=NZBN, expected=free).company_number == NZBN[1]
        myob.control(
            "touch", do="change", business="Takahē", customer=taken.external_id, fields={"TaxIdNumber": "49-091-850"}
        )
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(taken.external_id, number=NZBN, expected=taken)
        assert caught.value.code == "MYOB-FIELD-TAKEN"
        assert "49" not in caught.value.sentence

    @pytest.mark.parametrize(("business", "number", "code"), [("Lantern", ABN, "GST"), ("Takahē", NZBN, "S15")])
    def test_a_new_customer_gets_the_code_for_gst(self, myob: Books, business: str, number: Any, code: str) -> None:
        client = myob.opened(business)
        made = client.create_contact(name="Brolga Books", email="b@brolga.example", number=number, idempotency_key="k")
        assert (made.name, made.email, made.is_customer) == ("Brolga Books", "b@brolga.example", True)
        shown = myob.control("touch", do="change", business=business, customer="Brolga Books")["SellingDetails"]
        assert {shown["TaxCode"]["Code"], shown["FreightTaxCode"]["Code"]} == {code}
        with pytest.raises(DuplicateName) as caught:
            client.create_contact(name="brolga books", email="", number=None, idempotency_key="l")
        assert caught.value.existing_id == made.external_id

    def test_the_address_of_what_was_made_is_not_called_but_read(self, myob: Books) -> None:
        client = myob.client()
        known = named(client, myob.known)
        elsewhere = f"https://ar1.api.myob.example/accountright/x/Contact/Customer/{known.external_id}"
        myob.control("fail", path=CUSTOMERS, method="POST", status=201, headers={"Location": elsewhere}, body="")
        assert client.create_contact(name="Brolga Books", email="", number=None, idempotency_key="k") == known

    def test_myob_says_what_is_wrong(self, myob: Books) -> None:
        with pytest.raises(PersonMustFix) as caught:
            myob.client().create_contact(name="Brolga " * 9, email="", number=None, idempotency_key="k")
        assert "CompanyName" in caught.value.messages[0]


class TestTrouble:
    def test_the_limit_a_second_is_told_from_lost_access(self, myob: Books) -> None:
        client = myob.client()
        myob.control("switch", second_limit=1)
        myob.control("throttle", off=False)
        with pytest.raises(TryAgainLater) as caught:
            for _ in range(9):
                client.search("a")
        assert caught.value.code == "MYOB-RATE"
        assert caught.value.retry_after is not None
        assert 1 <= caught.value.retry_after <= 2

    def test_the_limit_a_day(self, myob: Books) -> None:
        client = myob.client()
        myob.control("switch", day_limit=0, rate_limit_status=429)
        myob.control("throttle", off=False)
        with pytest.raises(TryAgainLater) as caught:
            client.organisation()
        assert caught.value.code == "MYOB-RATE-DAY"

    @pytest.mark.parametrize("body", ["errors", "bare"])
    def test_lost_access_needs_a_person(self, myob: Books, body: str) -> None:
        client = myob.client()
        myob.control("switch", access_denied_body=body)
        other = PROVIDER.client(myob.config, myob, "4e5f6071-8293-44a5-b6c7-d8e9fa0b1c2d", Unmetered())
        with pytest.raises(MustReconnect) as caught:
            other.contacts(1)
        assert caught.value.code == "MYOB-ACCESS-DENIED"
        assert client.contacts(1).contacts

    def test_an_unknown_key_is_ours_to_mend(self, myob: Books) -> None:
        myob.client()
        other = PROVIDER.client(myob.configured(client_id="nobody"), myob, myob.returned["businessId"], Unmetered())
        with pytest.raises(WillNeverWork) as caught:
            other.contacts(1)
        assert caught.value.code == "MYOB-KEY-INACTIVE"

    def test_a_refusal_is_logged_with_what_myobs_support_asks_for(self, myob: Books) -> None:
        client = myob.client()
        with capture_logs() as logged, pytest.raises(WillNeverWork):
            client.update_contact("ffffffff-0000-4000-8000-000000000000", number=ABN, expected=None)
        [note] = [one for one in logged if one["event"] == "provider.refused"]
        assert (note["code"], note["status"], len(note["trace"])) == ("MYOB-NOT-FOUND", 404, 36)
        assert myob.access_token() not in repr(logged)
