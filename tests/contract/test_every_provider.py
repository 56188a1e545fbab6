"""What every provider's client promises, asked of each of them against its simulator over real HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from link4web import clock
from link4web.http import forget_clients
from link4web.providers import ALL, by_slug
from link4web.providers.base.errors import (
    Conflict,
    DuplicateName,
    MustReconnect,
    PersonMustFix,
    ProviderError,
    TryAgainLater,
    WillNeverWork,
)
from link4web.registers.ledger_numbers import business_number
from link4web.simulators.server import Running, start
from tests.contract.ledgers import LEDGERS, Ledger, ids_of, named, walk, walk_on

# a published sample number
ABN = ("ABN", "51824753556")
NEW_ADDRESS = "new-address@harbour.example"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    simulators = start()
    yield simulators
    simulators.close()


@pytest.fixture(params=LEDGERS, ids=lambda one: one.provider.slug)
def ledger(running: Running, request: pytest.FixtureRequest) -> Ledger:
    forget_clients()
    found: Ledger = request.param(running.base_url)
    found.control("reset")
    found.control("throttle", off=True)
    return found


class Held:
    """An allowance that remembers what was asked of it."""

    def __init__(self) -> None:
        self.taken, self.held = 0, list[float]()

    def take(self) -> None:
        self.taken += 1

    def hold(self, seconds: float) -> None:
        self.held.append(seconds)

    def note_left(self, calls: int) -> None:
        """Nobody asks for it here."""


def test_every_provider_is_asked() -> None:
    assert [one.provider for one in LEDGERS] == list(ALL)
    assert all(by_slug(provider.slug) is provider for provider in ALL)
    assert by_slug("abacus") is None


def test_facts_that_pages_are_made_of(ledger: Ledger) -> None:
    provider = ledger.provider
    assert provider.name
    assert provider.file_word
    assert provider.contact_word
    assert provider.rate.interval > timedelta()
    assert provider.overlap >= timedelta(minutes=1)
    assert {field.scheme for field in provider.number_fields} <= {"ABN", "NZBN"}
    assert all(permission.ask and permission.so_that and permission.never for permission in provider.permissions)
    for title, text in provider.consent_words.values():
        assert (title + text).format(name="N", file_word="F")
        assert text.endswith(".")


class TestSigningIn:
    def test_consent_to_tokens_to_the_ledger_file(self, ledger: Ledger) -> None:
        tokens = ledger.connect()
        assert tokens.access_token not in repr(tokens)
        assert tokens.refresh_token not in repr(tokens)
        assert timedelta(minutes=15) < tokens.expires_at - clock.now() <= timedelta(minutes=60)
        [file] = ledger.provider.ledger_files(ledger.config, tokens, ledger.returned)
        organisation = ledger.client().organisation()
        assert organisation.name == file.name
        assert organisation.country == "AU"

    def test_a_refusal_comes_back_with_the_state(self, ledger: Ledger) -> None:
        ledger.control("switch", consent="deny")
        returned = ledger.consent()
        assert (returned["error"], returned["state"]) == ("access_denied", "some-state")
        assert "code" not in returned

    def test_a_code_works_once(self, ledger: Ledger) -> None:
        ledger.connect()
        with pytest.raises(MustReconnect) as caught:
            ledger.provider.exchange(ledger.config, ledger.returned["code"], ledger.redirect, None)
        assert caught.value.code == f"{ledger.prefix}-CODE-EXPIRED"

    def test_a_refresh_brings_a_pair_that_works(self, ledger: Ledger) -> None:
        first = ledger.connect()
        second = ledger.provider.refresh(ledger.config, first.refresh_token)
        assert second.access_token != first.access_token
        assert ledger.provider.refresh(ledger.config, second.refresh_token).access_token

    def test_a_refresh_token_that_is_gone_asks_for_a_person(self, ledger: Ledger) -> None:
        tokens = ledger.connect()
        ledger.control("expire", access=True, refresh=True)
        with pytest.raises(MustReconnect) as caught:
            ledger.provider.refresh(ledger.config, tokens.refresh_token)
        assert caught.value.code == f"{ledger.prefix}-GRANT-GONE"

    def test_a_wrong_secret_is_a_matter_of_configuration(self, ledger: Ledger) -> None:
        tokens = ledger.connect()
        with pytest.raises(WillNeverWork) as caught:
            ledger.provider.refresh(ledger.configured(client_secret="wrong"), tokens.refresh_token)
        assert caught.value.code == f"{ledger.prefix}-CLIENT"

    @pytest.mark.parametrize(
        ("trouble", "code"),
        [
            ({"kind": "status", "status": 500}, "DOWN"),
            ({"kind": "html", "status": 200}, "GARBLED"),
            ({"kind": "html", "status": 429}, "GARBLED"),
            ({"kind": "status", "status": 200, "body": "[]"}, "GARBLED"),
            ({"kind": "status", "status": 200, "body": '{"access_token": 5}'}, "GARBLED"),
            ({"kind": "reset"}, "UNREACHABLE"),
            ({"kind": "half"}, "UNREACHABLE"),
        ],
    )
    def test_trouble_while_refreshing_keeps_the_pair(self, ledger: Ledger, trouble: dict[str, Any], code: str) -> None:
        tokens = ledger.connect()
        path = ledger.provider.simulated.token_url.removeprefix(f"/{ledger.provider.slug}")
        ledger.control("fail", path=path, **trouble)
        with pytest.raises(TryAgainLater) as caught:
            ledger.provider.refresh(ledger.config, tokens.refresh_token)
        assert caught.value.code == f"{ledger.prefix}-{code}"
        if trouble["kind"] != "half":  # cut in the middle, it may have been done
            assert ledger.provider.refresh(ledger.config, tokens.refresh_token).access_token


class TestReading:
    def test_a_walk_meets_every_contact_once(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("seed", contacts=2300)
        pages = walk(client)
        ids = ids_of(pages)
        assert len(ids) == len(set(ids)) == pages[0].item_count == client.count() == 2300
        assert len(pages) <= 4
        assert {contact.status for page in pages for contact in page.contacts} >= {"active", "archived"}
        assert client.contacts(9).is_last

    def test_a_walk_taken_up_by_another_client_misses_nobody(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("seed", contacts=2300)
        first = client.contacts(1)
        pages = [first, *walk(ledger.client(), after=first)]
        assert len(set(ids_of(pages))) == 2300

    @pytest.mark.parametrize("ledger", [one for one in LEDGERS if one.vanishing], indirect=True)
    def test_a_walk_misses_nobody_however_many_vanish_while_it_is_paused(
        self, ledger: Ledger, running: Running
    ) -> None:
        """All behind them move forward, by more than a page; another client goes on and knows only who was met."""
        client = ledger.client()
        ledger.control("seed", contacts=4200)
        pages = [client.contacts(number) for number in (1, 2, 3)]
        lost = [contact.external_id for page in pages for contact in page.contacts][100:1700]
        with running.state.store.write() as db:
            db.executemany(ledger.vanishing, [(one,) for one in lost])
        met = set(ids_of(pages))
        ledger.forget_log()
        walk_on(ledger.client(), 4, met)
        assert len(met) == 4200
        assert len(ledger.log()) < 15, "it goes back to where the walk was, not to the beginning"

    def test_what_changed_since(self, ledger: Ledger) -> None:
        client = ledger.client()
        before = clock.now() - timedelta(seconds=1)
        ledger.archive(ledger.known)
        page = client.contacts(1, modified_since=before)
        assert [(contact.name, contact.status) for contact in page.contacts] == [(ledger.known, "archived")]

    def test_nothing_changed_is_an_empty_last_page_for_one_call(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.forget_log()
        page = client.contacts(1, modified_since=clock.now() + timedelta(hours=1))
        assert (page.contacts, page.is_last) == ((), True)
        assert len(ledger.log()) == 1

    def test_contacts_by_id(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("seed", contacts=300)
        wanted = [contact.external_id for contact in client.contacts(1).contacts[:250]]
        found = client.contacts_by_id([*wanted, "nonsense", "' OR 1", wanted[0]])
        assert sorted(contact.external_id for contact in found) == sorted(wanted)
        assert client.contacts_by_id([]) == ()

    def test_search(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("seed", contacts=300)
        known = named(client, ledger.known)
        assert known in client.search(ledger.known.partition(" ")[0].lower())
        assert len(client.search("a")) == 20
        assert client.search("  \n") == ()
        assert client.search("no 'such' \"name\" \\ & = ? %2 \\") == ()

    def test_whoever_has_bought_something_is_a_customer(self, ledger: Ledger) -> None:
        client = ledger.client()
        customers = {contact.external_id for contact in client.contacts(1).contacts if contact.is_customer}
        bought = frozenset[str]().union(*client.customers_from_sales(None))
        assert customers
        assert bought >= customers if ledger.provider.marks_customers_itself else not bought


class TestWriting:
    def test_a_number_and_an_address_reach_the_ledger(self, ledger: Ledger) -> None:
        client = ledger.client()
        known = named(client, ledger.known)
        changed = client.update_contact(known.external_id, number=ABN, email=NEW_ADDRESS, expected=known)
        [again] = client.contacts_by_id([known.external_id])
        assert changed.email == again.email == NEW_ADDRESS
        number = business_number(again, "AU")
        assert number.digits == ABN[1] if number else again.number_ending == ABN[1][-5:]
        assert (again.name, again.person, again.place) == (known.name, known.person, known.place)

    def test_an_address_somebody_changed_meanwhile_is_not_overwritten(self, ledger: Ledger) -> None:
        client = ledger.client()
        read = named(client, ledger.known)
        ledger.change_email(ledger.known, "somebody-elses@harbour.example")
        with pytest.raises(Conflict) as caught:
            client.update_contact(read.external_id, email=NEW_ADDRESS, expected=read)
        assert caught.value.current.email == "somebody-elses@harbour.example"
        # the same value is no conflict, nor is another field's change
        assert client.update_contact(read.external_id, email="Somebody-Elses@harbour.example", expected=read)
        assert client.update_contact(read.external_id, number=ABN, expected=read).email == caught.value.current.email
        assert client.update_contact(read.external_id, email=NEW_ADDRESS, expected=None).email == NEW_ADDRESS

    def test_what_stands_there_already_is_not_written(self, ledger: Ledger) -> None:
        client = ledger.client()
        known = named(client, ledger.known)
        ledger.forget_log()
        assert client.update_contact(known.external_id, email=known.email.upper(), expected=known).email == known.email
        assert {one["method"] for one in ledger.log()} == {"GET"}

    def test_an_archived_contact_is_left_alone(self, ledger: Ledger) -> None:
        client = ledger.client()
        known = named(client, ledger.known)
        ledger.archive(ledger.known)
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(known.external_id, number=ABN, expected=known)
        assert caught.value.code == f"{ledger.prefix}-ARCHIVED"

    def test_the_provider_says_what_is_wrong_with_an_address(self, ledger: Ledger) -> None:
        client = ledger.client()
        known = named(client, ledger.known)
        if not ledger.checks_email:
            assert client.update_contact(known.external_id, email="not an address", expected=known).email
            return
        with pytest.raises(PersonMustFix) as caught:
            client.update_contact(known.external_id, email="not an address", expected=known)
        assert "mail" in caught.value.messages[0].lower()

    def test_a_new_contact_once_for_each_key(self, ledger: Ledger) -> None:
        client = ledger.client()
        name = "Saltbush Lane Picture House"
        made = client.create_contact(name=f"  {name}\n", email="box@saltbush.example", number=ABN, idempotency_key="1")
        try:
            again = client.create_contact(name=name, email=made.email, number=ABN, idempotency_key="1").external_id
        except DuplicateName as error:  # where keys are unknown, the name leads to the first one
            again = str(error.existing_id)
        assert (made.name, made.email) == (name, "box@saltbush.example")
        assert made.is_customer != ledger.provider.marks_customers_itself
        assert again == made.external_id
        assert [one.external_id for one in client.search(name)] == [made.external_id]

    @pytest.mark.parametrize("name", ["", 'The "Best" Shed \\ Co', "O'Hara \\' Sons\\", "Ōtaki Orchard Co-op"])
    def test_a_name_that_is_taken_leads_to_the_contact(self, ledger: Ledger, name: str) -> None:
        client = ledger.client()
        name = name or ledger.known
        if not any(contact.name == name for contact in client.search(name)):
            client.create_contact(name=name, email="", number=None, idempotency_key="first")
        with pytest.raises(DuplicateName) as caught:
            client.create_contact(name=name, email="", number=None, idempotency_key="second")
        assert caught.value.existing_id == named(client, name).external_id

    @pytest.mark.parametrize("unknown", ["ffffffff-0000-4000-8000-000000000000", "999999", "../Invoices", "1?a=b"])
    def test_an_unknown_contact(self, ledger: Ledger, unknown: str) -> None:
        with pytest.raises(WillNeverWork) as caught:
            ledger.client().update_contact(unknown, number=ABN, expected=None)
        assert caught.value.code == f"{ledger.prefix}-NOT-FOUND"

    def test_drafts_only_where_there_are_any(self, ledger: Ledger) -> None:
        client = ledger.client()
        known = named(client, ledger.known)
        if ledger.provider.can_create_draft:
            client.delete_draft(client.create_draft(known.external_id, "key"))
            return
        for call in (lambda: client.create_draft(known.external_id, "key"), lambda: client.delete_draft("1")):
            with pytest.raises(WillNeverWork):
                call()


class TestTrouble:
    def test_an_expired_token_is_renewed_once(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("expire", access=True)
        assert client.organisation().name
        assert client.organisation().name
        assert ledger.renewals == 1

    def test_a_token_that_is_refused_again_needs_a_person(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("fail", path=ledger.api_path, count=9, status=401, body="{}")
        with pytest.raises(MustReconnect):
            client.organisation()
        assert ledger.renewals == 1

    def test_ended_by_somebody_in_the_product(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("disconnect")
        with pytest.raises(MustReconnect):
            client.organisation()

    def test_letting_go_may_be_repeated(self, ledger: Ledger) -> None:
        ledger.client()
        assert ledger.tokens is not None
        [file] = ledger.provider.ledger_files(ledger.config, ledger.tokens, ledger.returned)
        for _ in range(2):
            ledger.provider.let_go(ledger.config, ledger, file.remote_connection_id)

    @pytest.mark.parametrize(
        ("trouble", "codes"),
        [
            ({"status": 500, "body": '{"Message":"oops"}'}, {"DOWN"}),
            ({"status": 503}, {"DOWN", "OFFLINE"}),
            ({"kind": "html", "status": 502}, {"DOWN"}),
            ({"kind": "html", "status": 200}, {"GARBLED"}),
            ({"kind": "html", "status": 403}, {"GARBLED"}),
            ({"status": 200, "body": '{"Status":"OK"}'}, {"GARBLED"}),
            ({"status": 200, "body": "OK"}, {"GARBLED"}),
            ({"status": 200, "body": ""}, {"GARBLED"}),
            ({"status": 302, "headers": {"Location": "http://169.254.169.254/"}}, {"REFUSED"}),
            ({"kind": "reset"}, {"UNREACHABLE"}),
            ({"kind": "half"}, {"UNREACHABLE"}),
        ],
    )
    def test_trouble_leaves_nothing_behind(self, ledger: Ledger, trouble: dict[str, Any], codes: set[str]) -> None:
        client = ledger.client()
        ledger.control("fail", path=ledger.contacts_path, **trouble)
        with pytest.raises((TryAgainLater, WillNeverWork)) as caught:
            client.contacts(1)
        assert caught.value.code.removeprefix(f"{ledger.prefix}-") in codes
        assert client.contacts(1).contacts

    def test_five_failures_in_a_row_give_the_file_a_rest(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("fail", path=ledger.api_path, count=5, status=503)
        for _ in range(5):
            with pytest.raises(TryAgainLater):
                client.organisation()
        with pytest.raises(TryAgainLater) as caught:
            client.organisation()
        assert caught.value.code == f"{ledger.prefix}-RESTING"
        assert f"{ledger.provider.name} answers" in caught.value.sentence
        assert ledger.provider.file_word in caught.value.sentence
        assert caught.value.retry_after is not None
        forget_clients()

    def test_nobody_there_is_the_provider_s_own_trouble(self, ledger: Ledger) -> None:
        client = ledger.client()
        ledger.control("fail", path=ledger.api_path, count=5, kind="reset")
        for _ in range(6):
            with pytest.raises(TryAgainLater) as caught:
                client.organisation()
        assert caught.value.code == f"{ledger.prefix}-UNREACHABLE"
        assert "can’t reach" in caught.value.sentence
        assert caught.value.retry_after is not None
        forget_clients()

    def test_each_call_takes_a_turn_and_a_limit_holds_everybody(self, ledger: Ledger) -> None:
        allowance = Held()
        client = ledger.client(allowance)
        ledger.forget_log()
        client.organisation()
        assert allowance.taken == len(ledger.log())
        headers = {"Retry-After": "33", "X-Rate-Limit-Problem": "minute"}
        ledger.control("fail", path=ledger.api_path, status=429, headers=headers)
        with pytest.raises(TryAgainLater) as caught:
            client.organisation()
        assert allowance.held == [caught.value.retry_after] == [33.0]

    def test_no_secret_in_any_error(self, ledger: Ledger) -> None:
        client = ledger.client()
        assert ledger.tokens is not None
        echo = f"token {ledger.tokens.access_token}"
        ledger.control("fail", path=ledger.api_path, status=418, body=echo)
        with pytest.raises(ProviderError) as caught:
            client.organisation()
        assert ledger.tokens.access_token not in f"{caught.value} {caught.value.sentence}"


def test_the_contact_page_leads_into_the_product(ledger: Ledger) -> None:
    client = ledger.client()
    known = named(client, ledger.known)
    url = ledger.provider.contact_page_url(ledger.config, client.organisation().short_code, known.external_id)
    assert url.startswith(ledger.root)
    answer = requests.get(url, timeout=5)
    assert answer.status_code == 200
    assert (known.name in answer.text) == ledger.provider.has_contact_pages
