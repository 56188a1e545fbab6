"""From the review into the pop-ups of the chosen who lack something, one after the other, and back."""

import re

import pytest
from werkzeug.test import TestResponse

from link4web.customers import selection, services
from link4web.database import writing
from tests.invited import SAMPLE_NUMBERS, Shop, address, open_shop
from tests.people import Person, Town

LACKING = ("Alder Bakery", "Birch Boats", "Cedar Cafés")


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    return open_shop(town, owner)


def lacking(shop: Shop, fact: str = "number") -> list[str]:
    """Three who lack this, made in another order than that of their names."""
    first, second, third = LACKING
    ids = shop.customers([{"name": name, fact: ""} for name in (third, first, second)])
    return [ids[1], ids[2], ids[0]]


def fix_link(shop: Shop, fixes: str = "needs-number") -> str:
    found = re.search(rf'href="([^"]+)" id="fix-{fixes}" data-dialog', shop.review().html)
    assert found
    return found[1]


def give_number(shop: Shop, path: str, then: str = "next", headers: dict[str, str] | None = None) -> TestResponse:
    number = SAMPLE_NUMBERS[1]
    return shop.person.post(path, {"number": number, "sure": number, "then": then}, headers=headers or {})


def give_email(shop: Shop, path: str, email: str, then: str = "next") -> TestResponse:
    return shop.person.post(path, {"email": email, "then": then})


def walk(shop: Shop, path: str) -> list[str]:
    """Save and go to next until there is none; whom the forms were for."""
    seen: list[str] = []
    while path != f"{shop.base}/invite":
        form = shop.person.get(path)
        named = re.search(r'<h2 id="dialog-title">\w+ for ([^<]+)</h2>', form.text)
        assert named and len(seen) < 9
        seen.append(named[1])
        assert ("Save and go to next" in form.text) == (len(seen) < len(LACKING))
        path = give_number(shop, path).location
    return seen


class TestSingleTicks:
    def test_the_chosen_are_walked_by_name_and_nobody_else(self, shop: Shop) -> None:
        chosen = [*lacking(shop), shop.customer("Ready Already")]
        shop.customers([{"name": "Bamboo Not Chosen", "number": ""}])
        shop.select(*chosen)
        assert walk(shop, fix_link(shop)) == list(LACKING)
        review = shop.review().html
        assert "Review 4 invitations" in review and f"ABN saved for {LACKING[2]}" in review
        assert "Left out" not in review

    def test_saving_one_or_cancelling_leads_back(self, shop: Shop) -> None:
        shop.select(*lacking(shop))
        path = fix_link(shop)
        assert f'<a class="btn bare" href="{shop.base}/invite" data-close>Cancel' in shop.person.get(path).text
        assert give_number(shop, path, then="").location == f"{shop.base}/invite"
        review = shop.review().html
        assert "Review 1 invitation<" in review and "You selected 3." in review
        assert "Add 2 ABNs" in review and fix_link(shop) != path

    def test_addresses_are_walked_too(self, shop: Shop) -> None:
        first, second, third = lacking(shop, "email")
        shop.customers([{"name": "Bamboo Not Chosen", "email": ""}])
        shop.select(first, second, third)
        path = fix_link(shop, "needs-email")
        for following in (second, third):
            path = give_email(shop, path, address()).location
            assert path == f"{shop.base}/customers/{following}/email?from=review"
        assert give_email(shop, path, address()).location == f"{shop.base}/invite"
        assert "Review 3 invitations" in shop.review().html

    def test_a_refused_address_that_is_left_does_not_come_back_for_ever(self, shop: Shop) -> None:
        bounced = shop.customers([{"name": name, "email": f"{name[0].lower()}@grass.example"} for name in LACKING])
        shop.inside(lambda: _answered(bounced, "bounced"))
        shop.select(*bounced, *shop.customers([{"name": "Between", "email": ""}]))
        path = fix_link(shop, "bounced")
        for name in LACKING:
            assert "refused" in shop.person.get(path).text
            path = give_email(
                shop, path, f"{name[0].lower()}@grass.example" if name != LACKING[1] else address()
            ).location
        assert path == f"{shop.base}/invite"
        review = shop.review().html
        assert "Review 1 invitation<" in review and "Fix 2 addresses" in review and "Add 1 address<" in review

    def test_a_mistake_stays_on_this_road(self, shop: Shop) -> None:
        shop.select(*lacking(shop))
        path = fix_link(shop)
        refused = shop.person.post(path, {"number": "123", "then": "next"})
        assert refused.status_code == 422 and f'action="{path}"' in refused.text

    def test_who_lacks_both_is_asked_for_both(self, shop: Shop) -> None:
        shop.select(shop.customer("Alder Bakery", email="", number=""))
        assert give_number(shop, fix_link(shop)).location == f"{shop.base}/invite"
        assert give_email(shop, fix_link(shop, "needs-email"), address()).location == f"{shop.base}/invite"
        assert "Review 1 invitation<" in shop.review().html

    def test_an_expired_invitation_whose_address_is_gone_is_walked_too(self, shop: Shop) -> None:
        lost = shop.customer("Birch Boats", email="")
        shop.inside(lambda: _answered([lost], "expired"))
        first, third = shop.customers([{"name": name, "email": ""} for name in ("Alder", "Cedar")])
        shop.select(first, lost, third)
        for who in (first, lost, third):
            path = fix_link(shop, "needs-email")
            assert f"/{who}/email" in path
            give_email(shop, path, address(), then="")
        assert "Review 3 invitations" in shop.review().html

    def test_what_was_sent_in_another_tab_meanwhile_ends_the_road(self, shop: Shop) -> None:
        shop.select(*lacking(shop), shop.customer("Ready Already"))
        path = fix_link(shop)
        shop.review().send()
        back = give_number(shop, path)
        assert back.location == f"{shop.base}/invite"
        assert shop.person.get(back.location).location == f"{shop.base}/customers"


class TestAllThatMatch:
    @pytest.mark.parametrize("chosen", ["queue=needs-number", "queue=", "q=alder+birch"])
    def test_the_fixed_stay_chosen_and_are_invited(self, shop: Shop, chosen: str) -> None:
        ids = shop.customers([{"name": f"{name} Alder Birch", "number": ""} for name in ("A", "B", "C", "D")])
        shop.person.post(f"{shop.base}/customers/selection/all?{chosen}")
        shown = {"shown": " ".join(ids), "id": ids[:3]}  # the fourth is left out
        shop.person.post(f"{shop.base}/customers/selection?{chosen}", shown)
        assert walk(shop, fix_link(shop)) == [f"{name} Alder Birch" for name in ("A", "B", "C")]
        review = shop.review()
        assert "Review 3 invitations" in review.html and "there are" not in review.html
        review.send()
        shop.town.work()
        assert shop.states(*ids) == ["invited"] * 3 + ["needs-number"]

    def test_a_change_of_address_that_ends_the_match_keeps_it_chosen(self, shop: Shop) -> None:
        ids = shop.customers([{"name": name, "email": "office@oldmill.example"} for name in LACKING])
        shop.inside(lambda: _answered(ids, "bounced"))
        shop.person.post(f"{shop.base}/customers/selection/all?q=oldmill")
        give_email(shop, fix_link(shop, "bounced"), address(), then="")
        assert "Review 1 invitation<" in shop.review().html and "Fix 2 addresses" in shop.review().html

    def test_the_list_counts_them_until_another_selection_begins(self, shop: Shop) -> None:
        queue = f"{shop.base}/customers?queue=needs-number"
        fixed, *_ = lacking(shop)
        shop.select_all("needs-number")
        give_number(shop, fix_link(shop), then="")
        assert "All 3 selected" in shop.person.get(queue).text
        assert f'href="{queue}"' in shop.review().html, "the way back leads to the list it was made in"
        shop.select_all("needs-number")
        assert "All 2 selected" in shop.person.get(queue).text
        assert shop.state(fixed) == "can-invite"

    def test_thousands_make_no_long_address_and_no_long_page(self, shop: Shop) -> None:
        shop.customers([{"name": f"Customer {n:04d}", "number": ""} for n in range(3000)])
        shop.select_all("needs-number")
        path = fix_link(shop)
        following = give_number(shop, path)
        assert len(following.location) < 100
        form = shop.person.get(following.location)
        assert "ABN for Customer 0001" in form.text and "2,999 waiting" in form.text
        assert len(form.data) < 10_000

    def test_a_selection_keeps_no_more_than_it_may(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(selection, "MOST_IDS", 1)
        lacking(shop)
        shop.select_all("needs-number")
        first = give_number(shop, fix_link(shop))
        second = give_number(shop, first.location, then="")
        assert "They are not in your selection any more" in shop.person.get(second.location).text
        assert "Review 1 invitation<" in shop.review().html


class TestDialog:
    def post(self, shop: Shop, path: str, then: str = "next") -> TestResponse:
        here = f"http://localhost:8000{shop.base}/invite"
        return give_number(shop, path, then, {"HX-Request": "true", "HX-Current-URL": here})

    def test_the_next_form_comes_into_the_dialog_and_the_review_is_told(self, shop: Shop) -> None:
        _, second, _ = lacking(shop)
        shop.select_all()
        answer = self.post(shop, fix_link(shop))
        assert answer.headers["HX-Trigger"] == "chosen-changed" and "<html" not in answer.text
        assert f'hx-post="{shop.base}/customers/{second}/abn?from=review"' in answer.text
        assert f"ABN saved for {LACKING[0]}" in answer.text and 'id="queues"' not in answer.text

    def test_the_last_one_closes_the_dialog(self, shop: Shop) -> None:
        lacking(shop)
        shop.select_all()
        path = fix_link(shop)
        for _ in range(2):
            path = give_number(shop, path).location
        answer = self.post(shop, path)
        assert answer.headers["HX-Trigger"] == "chosen-changed" and "<form class" not in answer.text
        assert "ABN saved for" in answer.text

    def test_over_another_page_the_review_is_loaded(self, shop: Shop) -> None:
        shop.select(lacking(shop)[0])
        path = fix_link(shop)
        there = {"HX-Request": "true", "HX-Current-URL": f"http://localhost:8000{shop.base}/customers"}
        answer = give_number(shop, path, headers=there)
        assert answer.headers["HX-Redirect"] == f"{shop.base}/invite" and not answer.text


def _answered(ids: list[str], state: str) -> None:
    with writing():
        services.set_invitation_state(ids, state)
