"""Ticks on My Customers: over pages, all that match with some left out, and what is refused."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from link4web.customers import selection, services
from link4web.customers.models import Customer, Selection
from link4web.database import db, writing
from tests.invited import Shop, open_shop
from tests.people import Person, Town

HX = {"HX-Request": "true"}


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    return open_shop(town, owner)


def fill(shop: Shop, how_many: int, **facts: object) -> list[str]:
    return shop.customers([{"name": f"Customer {index:04d}", **facts} for index in range(how_many)])


def page(shop: Shop, query: str = "") -> str:
    shown = shop.person.get(f"{shop.base}/customers{query}")
    assert shown.status_code == 200
    return shown.text


def ids_on(html: str) -> list[str]:
    return re.findall(r'<tr id="c-([\w-]{22})"', html)


def ticked_on(html: str) -> list[str]:
    return re.findall(r'name="id" value="([\w-]{22})"[^>]* checked', html)


def tick(shop: Shop, shown: list[str], ticked: list[str], query: str = "", **kwargs: Any) -> TestResponse:
    return shop.person.post(
        f"{shop.base}/customers/selection{query}", {"shown": " ".join(shown), "id": ticked}, **kwargs
    )


def chosen(shop: Shop) -> set[str]:
    """What is selected, without what is put aside."""

    def read() -> set[str]:
        rows = db.session.query(Selection).filter(~Selection.session_key.startswith("aside-")).all()
        wanted = [select(Customer.id).where(*selection.conditions(row)) for row in rows]
        return {one for each in wanted for one in db.session.scalars(each)}

    return shop.inside(read)


def test_ticks_stay_over_pages(shop: Shop) -> None:
    ids = fill(shop, 120)
    first = ids_on(page(shop))
    found = re.search(r'formaction="([^"]+)">Next<', page(shop))
    assert found
    following = found[1].replace("&amp;", "&")
    answer = shop.person.post(following, {"shown": " ".join(first), "id": first[:3]})
    second = shop.person.get(answer.location)
    assert "3 selected" in second.text and not ticked_on(second.text)
    tick(shop, ids_on(second.text), ids_on(second.text)[:2])
    assert ticked_on(page(shop)) == first[:3] and "5 selected" in page(shop)
    tick(shop, first, first[1:2])
    assert chosen(shop) == {first[1], *ids_on(second.text)[:2]} <= set(ids)


def test_all_that_match_with_some_left_out(shop: Shop) -> None:
    ids = fill(shop, 70)
    fill(shop, 5, number="")
    shown = ids_on(page(shop, "?queue=can-invite"))
    tick(shop, shown, shown, "?queue=can-invite")
    offered = page(shop, "?queue=can-invite")
    assert "50 selected" in offered and "Select all 70 in Can invite" in offered
    assert shop.person.post(f"{shop.base}/customers/selection/all?queue=can-invite").status_code == 303
    tick(shop, shown, shown[2:], "?queue=can-invite")
    assert "All 70 selected, 2 left out" in page(shop, "?queue=can-invite")
    assert chosen(shop) == set(ids) - set(shown[:2])
    more = shop.customer("Came Later")
    assert more in chosen(shop)


def test_one_left_out_that_has_moved_on_is_not_counted(shop: Shop) -> None:
    ids = fill(shop, 4)
    shop.select_all("can-invite")
    tick(shop, ids, ids[1:], "?queue=can-invite")
    shop.inside(lambda: _invited(ids[0]))
    assert "All 3 selected" in page(shop, "?queue=can-invite")


def _invited(customer: str) -> None:
    with writing():
        services.set_invitation_state([customer], "sent")


def test_all_that_match_a_search(shop: Shop) -> None:
    fill(shop, 3)
    wanted = shop.customers([{"name": f"Tāmaki {index}"} for index in range(60)])
    assert shop.person.post(f"{shop.base}/customers/selection/all?q=tamaki").status_code == 303
    assert "All 60 selected" in page(shop, "?q=tamaki")
    assert chosen(shop) == set(wanted)


@contextmanager
def looks_through_all(shop: Shop) -> Iterator[list[str]]:
    """The statements that look through all customers for a text, not at some by their ids."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        del connection, cursor, rest
        if " LIKE " in statement.upper() and "customer.id IN" not in statement:
            found.append(statement)

    with shop.town.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_a_tick_looks_through_the_customers_once_at_most_and_not_further_than_it_must(shop: Shop) -> None:
    """At a hundred thousand customers each look for a search takes as long as a page."""
    shop.customers([{"name": f"Tāmaki {index:04d}"} for index in range(1_100)])
    few = shop.customers([{"name": "Kererū Kitchens"}])
    shown = ids_on(page(shop, "?q=tamaki"))
    with looks_through_all(shop) as looks:
        tick(shop, shown, shown[:3], "?q=tamaki", headers=HX)
        assert looks == []
        whole = tick(shop, shown, shown, "?q=tamaki", headers=HX)
        assert len(looks) == 1 and "LIMIT" in looks[0]
    assert "Select all more than 1,000 that match “tamaki”" in whole.text

    shop.person.post(f"{shop.base}/customers/selection/all?q=tamaki")
    with looks_through_all(shop) as looks:
        without = tick(shop, shown, shown[2:], "?q=tamaki", headers=HX)
        again = tick(shop, shown, shown[1:], "?q=tamaki", headers=HX)
        assert looks == []
    assert "All 1,100 selected, 2 left out" in without.text and "All 1,100 selected, 1 left out" in again.text
    assert len(chosen(shop)) == 1_099

    only = page(shop, "?q=kereru")
    address = re.search(r'data-save="([^"]+)"', only)
    assert address
    with looks_through_all(shop) as looks:
        shop.person.post(address[1].replace("&amp;", "&"), {"shown": few[0], "id": few}, headers=HX)
        assert looks == []


def test_the_review_counts_what_a_search_finds_again(shop: Shop) -> None:
    ids = shop.customers([{"name": f"Tāmaki {index}"} for index in range(4)])
    shop.person.post(f"{shop.base}/customers/selection/all?q=tamaki")
    tick(shop, ids, ids[1:], "?q=tamaki")
    shop.customers([{"name": "Tāmaki who came later"}])
    assert "All 4 selected, 1 left out" in page(shop, "?q=tamaki")
    review = shop.person.get(f"{shop.base}/invite").text
    assert "You saw 3 when you selected them; there are 4 now." in review


def test_another_filter_begins_another_selection(shop: Shop) -> None:
    ids = fill(shop, 5)
    tick(shop, ids, ids[:2], "?queue=can-invite")
    assert not ticked_on(page(shop)) and "selected</b>" not in page(shop).replace("0 selected", "")
    tick(shop, ids, ids[3:4])
    assert chosen(shop) == {ids[3]}


def test_another_list_clears_the_selection_and_says_so_once(shop: Shop) -> None:
    ids = fill(shop, 5)
    tick(shop, ids, ids[:2], "?queue=can-invite")
    said = "Your selection of 2 was cleared because the list changed."
    assert said not in page(shop, "?queue=can-invite&sort=since")
    shop.person.client.head(f"{shop.base}/customers?queue=needs-number", base_url=shop.town.app.config["BASE_URL"])
    assert chosen(shop) == set(ids[:2])  # a HEAD looks and changes nothing
    other = page(shop, "?queue=needs-number")
    assert said in other and said not in page(shop, "?queue=needs-number")
    assert not ticked_on(page(shop, "?queue=can-invite")) and chosen(shop) == set()


def test_a_live_search_clears_it_too_and_says_so_in_the_status_region(shop: Shop) -> None:
    ids = fill(shop, 5)
    tick(shop, ids, ids[:2])
    found = shop.person.get(f"{shop.base}/customers?q=customer", headers=HX).text
    assert found.startswith('<div id="list"')
    _, _, status = found.partition('<div id="status" hx-swap-oob="innerHTML">')
    assert "Your selection of 2 was cleared" in status and f"{shop.base}/customers/selection/back?q=customer" in status


def test_a_cleared_selection_can_be_taken_back(shop: Shop) -> None:
    ids = fill(shop, 5)
    shop.select_all("can-invite")
    tick(shop, ids, ids[1:], "?queue=can-invite")
    page(shop, "?q=0003")
    tick(shop, ids[3:4], ids[3:4], "?q=0003")
    back = shop.person.post(f"{shop.base}/customers/selection/back?q=0003")
    assert back.location == f"{shop.base}/customers?queue=can-invite"
    assert "All 5 selected, 1 left out" in page(shop, "?queue=can-invite")
    assert chosen(shop) == set(ids[1:])
    assert shop.person.post(f"{shop.base}/customers/selection/back?q=x").location == f"{shop.base}/customers?q=x"


def test_the_news_of_a_sync_can_not_be_selected_as_a_whole(shop: Shop) -> None:
    ids = fill(shop, 60)
    shop.person.post(f"{shop.base}/customers/selection/all?sync=new")
    assert chosen(shop) == set() and ids


def test_clear(shop: Shop) -> None:
    ids = fill(shop, 5)
    tick(shop, ids, ids)
    assert shop.person.post(f"{shop.base}/customers/selection/clear").status_code == 303
    assert chosen(shop) == set() and not ticked_on(page(shop))


def test_more_than_a_thousand_single_ticks_are_refused_with_a_sentence(shop: Shop) -> None:
    ids = fill(shop, 1010)
    for start in range(0, 1000, 100):
        tick(shop, ids[start : start + 100], ids[start : start + 100])
    answer = tick(shop, ids[1000:], ids[1000:], headers=HX)
    assert "more than 1,000 single ticks" in answer.text
    assert len(chosen(shop)) == 1000
    plain = shop.person.post(
        f"{shop.base}/customers/selection/invite", {"shown": " ".join(ids[1000:]), "id": ids[1000:]}
    )
    assert plain.status_code == 422 and "more than 1,000 single ticks" in plain.text
    shop.person.post(f"{shop.base}/customers/selection/all")
    assert len(chosen(shop)) == 1010


def test_nothing_selected_is_said(shop: Shop) -> None:
    ids = fill(shop, 3)
    for headers in ({}, HX):
        answer = shop.person.post(f"{shop.base}/customers/selection/invite", {"shown": " ".join(ids)}, headers=headers)
        assert answer.status_code == 422 and "Select at least one customer" in answer.text


def test_invite_selected_leads_to_the_review(shop: Shop) -> None:
    ids = fill(shop, 3)
    answer = shop.person.post(f"{shop.base}/customers/selection/invite", {"shown": " ".join(ids), "id": ids[:1]})
    assert answer.status_code == 303 and answer.location.endswith("/invite")


def test_made_up_ids_are_not_kept(shop: Shop) -> None:
    ids = fill(shop, 2)
    made_up = ["A" * 22, "x" * 4000, ids[0]]
    tick(shop, made_up, made_up)
    assert chosen(shop) == {ids[0]} and "1 selected" in page(shop)
    assert tick(shop, ids, ids * 3).status_code == 400


def test_two_browsers_have_two_selections(shop: Shop, town: Town) -> None:
    ids = fill(shop, 3)
    tick(shop, ids, ids[:1])
    other = town.visitor()
    other.email = shop.person.email
    other.sign_in()
    shown = other.get(f"{shop.base}/customers").text
    assert not ticked_on(shown)


def test_without_scripts_a_tick_answers_with_the_list(shop: Shop) -> None:
    ids = fill(shop, 2)
    assert tick(shop, ids, ids).status_code == 303
    assert "2 selected" in tick(shop, ids, ids, headers=HX).text


def test_old_selections_are_forgotten(shop: Shop, town: Town) -> None:
    ids = fill(shop, 2)
    tick(shop, ids, ids)
    town.later(days=8)
    with town.app.app_context():
        assert selection.forget_old() == 1
