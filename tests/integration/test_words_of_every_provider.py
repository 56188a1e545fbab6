"""Each accounting system in its own words: what is true of one is not said of another."""

import html
import re
from dataclasses import dataclass

import pytest
import requests

from link4web.providers import by_slug
from link4web.simulators.server import Running
from tests.ledger import words
from tests.people import Person, Town

FOREIGN = re.compile(r"(?<!-)\b(contacts?|archived?|drafts?|xero|not a customer yet)\b", re.IGNORECASE)


@dataclass(frozen=True)
class System:
    """A system that lists customers only: somebody active and inactive there, and the way to it from our page."""

    name: str
    active: str
    inactive: str
    opens: str

    @property
    def slug(self) -> str:
        return self.name.lower()


SYSTEMS = (
    System("QuickBooks", "Apostle Bay Cannery", "Glasshouse Nursery", "Open in QuickBooks"),
    System("MYOB", "Bluestone Ferry Charters", "Harbour Row Physio", "Open MYOB"),
)


@pytest.fixture(params=SYSTEMS, ids=lambda one: one.slug)
def system(request: pytest.FixtureRequest, simulators: Running) -> System:
    found: System = request.param
    for control, wanted in (("reset", {}), ("throttle", {"off": True})):
        address = f"{simulators.base_url}/{found.slug}/_control/{control}"
        requests.post(address, json=wanted, timeout=30).raise_for_status()
    return found


def test_a_list_of_customers_has_no_contacts_drafts_or_archive(owner: Person, town: Town, system: System) -> None:
    connection = owner.connect(system.slug)
    base = f"/{system.slug}/{connection}/customers"
    first = words(owner.get(base).text)
    town.work()
    customer = next(iter(re.findall(rf"{base}/[\w-]{{22}}", owner.get(base).text)))
    pages = (
        *("", "?queue=archived", "?queue=joined", "?q=Saltbush+Lane", "/add", "/skipped"),
        *(f"?q={system.inactive}", "?queue=needs-number"),
    )
    seen = {page: words(owner.get(f"{base}{page}").text) for page in pages}
    for address in (customer, f"{customer}/abn", f"{customer}/email", f"/{system.slug}/{connection}", "/connect"):
        seen[address] = words(owner.get(address).text)
    for address in (f"/{system.slug}/connect", f"/{system.slug}/{connection}/disconnect"):
        seen[address] = words(owner.get(address).text)
    seen["/connect"] = ""  # names all systems
    for address, said in {**seen, "first": first}.items():
        assert not FOREIGN.search(said), f"{address}: {said}"


def test_an_inactive_customer_is_explained(owner: Person, town: Town, system: System) -> None:
    connection = owner.connect(system.slug)
    town.work()
    provider = by_slug(system.slug)
    assert provider
    shown = words(owner.get(f"/{system.slug}/{connection}/customers?q={system.inactive}").text)
    assert f"{system.inactive} is inactive in {provider.name}" in shown
    assert all(step in shown for step in provider.restore_steps)
    assert system.opens in shown


@pytest.mark.parametrize("system", SYSTEMS[:1], indirect=True, ids=["quickbooks"])
def test_a_ledger_that_keeps_our_own_number_from_us_suggests_none(town: Town, system: System) -> None:
    shown = own_number_banner(town, system, 0)
    assert "Add your number" in shown
    assert f"{system.name} says" not in shown


@pytest.mark.parametrize("system", SYSTEMS[1:], indirect=True, ids=["myob"])
def test_our_own_number_is_suggested_where_the_ledger_tells_it(town: Town, system: System) -> None:
    assert "MYOB says it is 97 136 592 472" in own_number_banner(town, system, 0)
    # a tax file number in the same field is none
    shown = own_number_banner(town, system, 2)
    assert "Add your number" in shown
    assert "123 456 782" not in shown


def own_number_banner(town: Town, system: System, file: int) -> str:
    """My Customers of somebody who has not told us their own number."""
    owner = town.owner(number=None)
    connection = owner.connect(system.slug, file=file)
    town.work()
    shown = words(owner.get(f"/{system.slug}/{connection}/customers").text)
    assert "Your own business number isn’t on file" in shown
    return shown


def test_a_name_that_is_there_already_leads_to_who_has_it(owner: Person, town: Town, system: System) -> None:
    base = f"/{system.slug}/{owner.connect(system.slug)}/customers"
    town.work()
    added = owner.post(f"{base}/add", {"name": system.active})
    assert f"{system.name} has {system.active} already. Here it is." in words(owner.get(added.location).text)


@pytest.mark.parametrize("slug", ["xero", "quickbooks", "myob"])
def test_nobody_is_called_missing_before_the_system_has_said_so(
    owner: Person, town: Town, simulators: Running, slug: str
) -> None:
    provider, root = by_slug(slug), f"{simulators.base_url}/{slug}/_control"
    assert provider
    requests.post(f"{root}/throttle", json={"off": True}, timeout=30).raise_for_status()
    base = f"/{slug}/{owner.connect(slug)}/customers"
    search, claim = f"{base}?q=Quokka+Lantern", f"No such {provider.contact_word} in {provider.name}"

    during = owner.get(search, headers={"HX-Request": "true"}).text
    assert f"{provider.name} is just being read" in words(during) and claim not in words(during)
    assert re.search(r'hx-get="[^"]+\?q=Quokka\+Lantern" hx-trigger="every', during), "it looks again by itself"
    assert 'name="email"' not in during, "what is typed would be swept away"
    town.work()

    before = owner.get(search).text
    assert "Nobody found here" in words(before) and claim not in words(before)
    assert 'hx-trigger="load delay' in before

    requests.post(f"{root}/fail", json={"status": 503, "count": 9}, timeout=5).raise_for_status()
    failed = words(owner.post(f"{base}/ask?q=Quokka+Lantern").text)
    assert f"We don’t know whether {provider.name} has it" in failed and "Look again" in failed
    assert claim not in failed and "We looked through all" not in failed

    requests.delete(f"{root}/fail", timeout=5).raise_for_status()
    town.later(minutes=5)
    owner.sign_in()
    asked = words(owner.post(f"{base}/ask?q=Quokka+Lantern").text)
    assert claim in asked and f"asked {provider.name} again just now" in asked
    assert claim not in words(owner.get(f"{base}/add?name=Quokka+Lantern").text), "the form itself claims nothing"
    by_number = words(owner.post(f"{base}/ask?q=86151956839").text)
    assert "Nobody with this number here" in by_number and claim not in by_number, "nobody there looks for numbers"


@pytest.mark.parametrize("system", SYSTEMS[:1], indirect=True, ids=["quickbooks"])
def test_a_skipped_sub_customer_is_found_with_the_reason(owner: Person, town: Town, system: System) -> None:
    base = f"/quickbooks/{owner.connect(system.slug)}/customers"
    town.work()
    for typed in ("Lorne Kiosk", "lorne"):
        for answer in (owner.get(f"{base}?q={typed}"), owner.post(f"{base}/ask?q={typed}")):
            shown = words(answer.text)
            assert "In QuickBooks, but not listed here" in shown
            assert "“Lorne Kiosk” is a sub-customer or project in QuickBooks. Invite Apostle Bay Cannery" in shown
            assert "No such customer" not in shown and "Add to QuickBooks and invite" not in shown
    assert "Nobody found here" in words(owner.get(f"{base}?q=sub-customer").text), "a reason is no name"


@pytest.mark.parametrize(
    ("slug", "name", "sentence"),
    [
        ("myob", "Q" * 51, "At most 50 characters: MYOB takes no longer names."),
        ("xero", "Q" * 256, "At most 255 characters: Xero takes no longer names."),
        ("xero", "Quokka <Lantern>", "Xero takes no < or > in a name."),
        ("quickbooks", "Q" * 256, "At most 255 characters: QuickBooks takes no longer names."),
        ("quickbooks", "Quokka: Lantern", "QuickBooks takes no : in a name."),
    ],
)
def test_a_name_that_can_not_be_there_is_said_before_anything_is_sent(
    owner: Person, town: Town, simulators: Running, slug: str, name: str, sentence: str
) -> None:
    base, root = f"/{slug}/{owner.connect(slug)}/customers", f"{simulators.base_url}/{slug}/_control"
    town.work()
    requests.delete(f"{root}/log", timeout=5).raise_for_status()
    answer = owner.post(f"{base}/add", {"name": name})
    assert answer.status_code == 422 and html.unescape(answer.text).count(sentence) == 1
    assert "CompanyName" not in answer.text
    assert requests.get(f"{root}/log", timeout=5).json()["requests"] == []
    longest = re.search(r'name="name"[^>]*maxlength="(\d+)"|maxlength="(\d+)"[^>]*name="name"', answer.text)
    assert longest and {"myob": "50"}.get(slug, "255") in longest.groups()


def test_what_a_system_says_is_said_once(owner: Person, town: Town, simulators: Running) -> None:
    base, root = f"/myob/{owner.connect('myob')}/customers", f"{simulators.base_url}/myob/_control"
    town.work()
    refusal = {"Errors": [{"Name": "ValidationError", "Message": "The tax code can not be used for customers."}]}
    requests.post(f"{root}/fail", json={"status": 400, "method": "POST", "body": refusal}, timeout=5).raise_for_status()
    answer = words(owner.post(f"{base}/add", {"name": "Quokka Lantern Works"}).text)
    assert answer.count("The tax code can not be used for customers") == 1


@pytest.mark.parametrize("slug", ["xero", "quickbooks", "myob"])
def test_the_history_of_somebody_added_here_begins_with_it(
    owner: Person, town: Town, simulators: Running, slug: str
) -> None:
    provider, base = by_slug(slug), f"/{slug}/{owner.connect(slug)}/customers"
    assert provider
    town.work()
    name = f"Quokka Lantern Works {owner.user_id[:4].strip('-_')}"  # the simulated ledger outlives the test
    form = {"name": name, "email": "hello@quokka.example", "number": "86 151 956 832"}
    shown = words(owner.get(owner.post(f"{base}/add", form).location).text)
    details, _, history = shown.partition("Details")[2].partition("History")
    assert "86 151 956 832 typed here" in details and "hello@quokka.example typed here" in details
    assert f"from {provider.name}" not in details
    entries = re.split(r"\d+:\d\d [ap]m", history)
    assert f"Added to {provider.name} from here by {owner.name}" in entries[-1], "the oldest of them"
    assert "Nothing yet" not in history
    log = words(owner.get(f"/org/{owner.organisation_id}/settings/activity").text)
    assert f"added somebody new to {provider.name}: {name}" in log
