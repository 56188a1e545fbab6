"""My Customers: queues and counts, search, pages, parts of pages, and junk."""

import itertools
import random
import re
from typing import Any

import pytest
from markupsafe import escape
from sqlalchemy import func, select

from link4web.customers import services, states
from link4web.customers.counting import counts
from link4web.customers.models import Customer
from link4web.database import db, writing
from tests.invited import Shop, open_shop
from tests.ledger import colleague, words
from tests.people import Person, Town

# published sample numbers that satisfy the checksums
ABN, OTHER_ABN = "51824753556", "33102417032"


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    return open_shop(town, owner)


def page(shop: Shop, query: str = "", **kwargs: Any) -> str:
    shown = shop.person.get(f"{shop.base}/customers{query}", **kwargs)
    assert shown.status_code == 200, shown.text
    return shown.text


def ids_on(html: str) -> list[str]:
    return re.findall(r'<tr id="c-([\w-]{22})"', html)


def names_on(html: str) -> list[str]:
    rows = re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', html)
    return [name.replace("&amp;", "&").replace("&#39;", "'") for name in rows]


def found(shop: Shop, text: str) -> list[str]:
    shown = shop.person.get(f"{shop.base}/customers", query_string={"q": text})
    assert shown.status_code == 200
    return names_on(shown.text)


def button(html: str, label: str) -> str | None:
    hit = re.search(rf'formaction="([^"]+)">{label}<', html)
    return hit[1].replace("&amp;", "&") if hit else None


def many(shop: Shop, number: int) -> list[str]:
    """Customers in many states, some of one name."""
    facts = [
        {
            "name": f"Customer {index % 97:03d}",
            "email": "" if index % 5 == 0 else f"box{index}@many.example",
            "number": "" if index % 3 == 0 else ABN,
            "is_customer": index % 7 != 0,
        }
        for index in range(number)
    ]
    return shop.customers(facts)


def test_counts_follow_every_change(shop: Shop) -> None:
    dice = random.Random(20261122)
    ids = many(shop, 60)
    answers = ("", "sent", "bounced", "declined", "expired", "joined", "unsubscribed")

    def change() -> None:
        some = dice.sample(ids, dice.randint(1, 9))
        with writing():
            if dice.random() < 0.5:
                services.set_invitation_state(some, dice.choice(answers))
            else:
                rows = services.lock(some)
                for row in rows:
                    row.is_customer = dice.random() < 0.7
                    row.ledger_status = dice.choice(("active", "active", "archived", "merged", "gone"))
                    row.number = dice.choice(("", ABN))
                    row.email = row.email_key = dice.choice(("", "some@where.example"))
                services.settle(rows)

    def fits() -> bool:
        rows = db.session.execute(select(Customer.state, func.count()).group_by(Customer.state)).all()
        return {state: number for state, number in counts(shop.connection).items() if number} == dict(rows)

    for _ in range(60):
        shop.inside(change)
        assert shop.inside(fits)
    shown = page(shop)
    queues = re.findall(r'<span class="n">([\d,]+)</span>', shown.split('id="queues"')[1].split("</nav>")[0])
    *parts, total = [int(number.replace(",", "")) for number in queues]
    assert sum(parts) == total == 60


def test_each_queue_shows_its_own(shop: Shop) -> None:
    many(shop, 60)
    for queue, state in (
        ("can-invite", "can-invite"),
        ("needs-number", "needs-number"),
        ("not-customer", "not-customer"),
    ):
        listed = ids_on(page(shop, f"?queue={queue}"))
        assert listed and set(shop.states(*listed)) == {state}


SEARCHES = {
    "tamaki": "Tāmaki Timber",
    "TĀMAKI": "Tāmaki Timber",
    "timber tām": None,
    "cafe": "Café Noir & Sons",
    "noir & sons": "Café Noir & Sons",
    "o'brien": "O'Brien <b>Bros</b>",
    "HELLO@Noir.Example": "Café Noir & Sons",
    "noir.exam": "Café Noir & Sons",
    "33 102 417 032": "Café Noir & Sons",
    "33-102-417-032": "Café Noir & Sons",
    "33102417032": "Café Noir & Sons",
    "ABN 33 102 417 032": "Café Noir & Sons",
    "102417": "Café Noir & Sons",
    "３３ １０２": "Café Noir & Sons",
    "24 7": "24 7 Plumbing",
    "100%": "100% Wool_Co",
    "wool_co": "100% Wool_Co",
    "%": "100% Wool_Co",
    "_": "100% Wool_Co",
    "\\": None,
    "'; drop table customer; --": None,
}


def test_search_finds_names_addresses_and_numbers_however_they_are_written(shop: Shop) -> None:
    shop.customers(
        [
            {"name": "Tāmaki Timber", "email": "a@tamaki-timber.example"},
            {"name": "Café Noir & Sons", "email": "hello@noir.example", "number": OTHER_ABN},
            {"name": "O'Brien <b>Bros</b>", "email": "b@obros.example"},
            {"name": "24 7 Plumbing", "email": "c@plumb.example"},
            {"name": "100% Wool_Co", "email": "d@wool.example"},
            {"name": "Plain Limited", "email": "e@plain.example"},
        ]
    )
    for text, name in SEARCHES.items():
        expected = [name.replace("<b>", "&lt;b&gt;").replace("</b>", "&lt;/b&gt;")] if name else []
        assert found(shop, text) == expected, text


def test_what_is_searched_for_is_shown_as_text(shop: Shop) -> None:
    shown = page(shop, "?q=<script>alert(1)</script>")
    assert "<script>alert" not in shown and "&lt;script&gt;alert" in shown


PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{0} {row.name} {{ 7*7 }} %s",
    "' hx-get='/sign-out' hx-trigger='load",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_customers_own_texts_are_only_text(shop: Shop, payload: str) -> None:
    """R-133: the rows are filled in without a template's own escaping, so this is where it would show."""
    shop.customer(payload, "pay@payload.example")
    shown = page(shop)
    assert str(escape(payload)) in shown
    assert payload not in shown or payload == PAYLOADS[2]


@pytest.mark.parametrize("queue", ["", "problems", "can-invite"])
@pytest.mark.parametrize(("sort", "order"), [("name", ""), ("name", "down"), ("since", ""), ("since", "down")])
def test_pages_show_every_row_once_forwards_and_back(shop: Shop, queue: str, sort: str, order: str) -> None:
    ids = many(shop, 160)
    states_of_problems = ("bounced", "declined", "expired", "unsubscribed")

    def spread() -> None:
        for place, state in enumerate(states_of_problems):
            with writing():
                services.set_invitation_state(ids[place * 32 : place * 32 + 30], state)

    shop.inside(spread)
    query = "&".join(filter(None, (queue and f"queue={queue}", f"sort={sort}", order and f"order={order}")))
    pages = [page(shop, f"?{query}")]
    while following := button(pages[-1], "Next"):
        pages.append(shop.person.get(following).text)
    forward = [ids_on(one) for one in pages]
    listed = list(itertools.chain(*forward))
    wanted = (
        set(ids)
        if not queue
        else {one for one, state in zip(ids, shop.states(*ids), strict=True) if fits(queue, state)}
    )
    assert len(listed) == len(set(listed)) and set(listed) == wanted
    names = [name for one in pages for name in names_on(one)]
    if sort == "name":
        assert names == sorted(names, reverse=bool(order))
    back = [ids_on(pages[-1])]
    shown = pages[-1]
    while earlier := button(shown, "Previous"):
        shown = shop.person.get(earlier).text
        back.append(ids_on(shown))
    assert back[::-1] == forward


def fits(queue: str, state: str) -> bool:
    return state in states.PROBLEMS if queue == "problems" else state == queue


def test_a_page_whose_place_is_gone_begins_anew(shop: Shop) -> None:
    ids = many(shop, 60)
    assert ids_on(page(shop, f"?after={'A' * 22}")) == ids_on(page(shop))
    following = button(page(shop), "Next")
    assert following
    last = ids_on(shop.person.get(following).text)[-1]
    assert ids_on(page(shop, f"?after={last}")) == ids_on(page(shop))
    assert ids_on(page(shop, f"?before={ids_on(page(shop))[2]}")) == ids_on(page(shop))
    assert set(ids) >= set(ids_on(page(shop)))


def test_pager_and_sort_lead_to_plain_addresses_without_scripts(shop: Shop) -> None:
    many(shop, 120)
    shown = page(shop)
    for label in ("Next", "Customer", "State, since"):
        target = button(shown, label)
        assert target
        answer = shop.person.post(target, {"shown": " ".join(ids_on(shown)), "id": ids_on(shown)[:2]})
        assert answer.status_code == 303
        followed = shop.person.get(answer.location)
        assert followed.status_code == 200 and "2 selected" in followed.text


def test_part_or_page(shop: Shop) -> None:
    many(shop, 3)
    part = shop.person.get(f"{shop.base}/customers", headers={"HX-Request": "true"})
    assert "<html" not in part.text and 'id="list"' in part.text
    for headers in ({}, {"HX-Request": "true", "HX-History-Restore-Request": "true"}):
        whole = shop.person.get(f"{shop.base}/customers", headers=headers)
        assert "<html" in whole.text
    assert "HX-Request" in part.headers["Vary"] and part.headers["Cache-Control"].startswith("no-store")


JUNK = ["%00", "%ff%fe", "x" * 3000, "-1", "../../etc", "'", "[]", "1e309", "%F0%9F%98%80", "%E2%80%AE"]


@pytest.mark.parametrize("name", ["q", "queue", "sort", "order", "after", "before", "sync", "asked", "name"])
def test_junk_parameters_are_no_trouble(shop: Shop, name: str) -> None:
    customer = many(shop, 3)[0]
    for junk in JUNK:
        for tail in ("", f"/{customer}/abn", "/add", "/skipped", "/sync"):
            answer = shop.person.get(f"{shop.base}/customers{tail}?{name}={junk}")
            assert answer.status_code in (200, 302), (tail, junk)


@pytest.mark.parametrize(
    "tail", ["", "/selection", "/selection/all", "/selection/clear", "/selection/invite", "/ask", "/add"]
)
def test_junk_in_forms_is_no_trouble(shop: Shop, tail: str) -> None:
    many(shop, 3)
    for junk in ("\x00", "\ud800".encode("utf-8", "replace").decode(), "x" * 5000, "'\"<>", "\u202e"):
        form = dict.fromkeys(("shown", "id", "name", "email", "number", "then", "q"), junk)
        assert shop.person.post(f"{shop.base}/customers{tail}?q={'%00'}", form).status_code < 500


def test_a_foreign_customer_is_not_there(shop: Shop, stranger: Person, town: Town) -> None:
    theirs = open_shop(town, stranger)
    customer = theirs.customer("Secret Client")
    for tail in ("", "/abn", "/email"):
        assert shop.person.get(f"{shop.base}/customers/{customer}{tail}").status_code == 404
    for tail in ("/abn", "/email", "/invite-anyway", "/draft", "/draft/remove", "/invite"):
        assert shop.person.post(f"{shop.base}/customers/{customer}{tail}").status_code == 404
    assert found(shop, "Secret") == []
    shop.person.post(f"{shop.base}/customers/selection", {"shown": customer, "id": customer})
    assert "1 selected" not in page(shop)


def test_short_addresses_lead_to_the_current_connection(shop: Shop) -> None:
    for address in ("/customers", "/xero/customers"):
        answer = shop.person.get(address)
        assert answer.status_code in (302, 303) and answer.location.endswith(f"{shop.base}/customers")


def test_without_an_own_number_there_is_one_banner(town: Town) -> None:
    person = town.owner(number=None)
    shop = open_shop(town, person)
    shop.customer()
    assert page(shop).count("<h2>Your own business number isn’t on file") == 1
    other = colleague(town, person)
    shown = words(other.get(f"{shop.base}/customers").text)
    assert "isn’t on file" in shown and "admin" in shown


def test_the_rule_about_numbers_reaches_every_customer(shop: Shop, town: Town) -> None:
    ids = many(shop, 30)
    settings = f"/org/{shop.person.organisation_id}/settings/invitations"
    form = {"message": ""}

    def needy() -> int:
        return shop.states(*ids).count("needs-number")

    before = needy()
    assert before
    assert shop.person.post(settings, {**form, "without_number": "y"}).status_code == 303
    town.work()
    assert needy() == 0
    assert shop.person.post(settings, form).status_code == 303
    town.work()
    assert needy() == before
