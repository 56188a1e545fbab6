"""Organisations: made once, whatever is pressed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from link4web.accounts.models import Membership, Organisation
from link4web.database import db
from tests.people import Town

FORM = {"name": "Saltbush Plumbing", "country": "AU", "number": "51 824 753 556"}


def number_of_organisations(town: Town) -> int:
    with town.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Organisation)) or 0


def test_presses_at_the_same_moment_make_one(town: Town) -> None:
    """R-166: ten identical posts of one person."""
    person = town.person()
    token = person.token()
    cookie = person.client.get_cookie("l4w_8000", domain="localhost")
    assert cookie

    def press(_: int) -> str:
        browser = town.app.test_client()
        browser.set_cookie("l4w_8000", cookie.value, domain="localhost")
        form = {**FORM, "csrf_token": token}
        return browser.post("/organisations/new", data=form, base_url=town.app.config["BASE_URL"]).location

    with ThreadPoolExecutor(10) as pool:
        led_to = set(pool.map(press, range(10)))
    assert len(led_to) == 1
    assert "organisation=" in led_to.pop()
    with town.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Membership)) == 1
    assert number_of_organisations(town) == 1


def test_another_one_is_another_one(town: Town) -> None:
    """Only the same form by the same person within minutes counts as the same press."""
    person, other = town.person(), town.person()
    person.post("/organisations/new", FORM)
    other.post("/organisations/new", FORM)
    for change in ({"name": "Saltbush Gas"}, {"number": ""}, {"country": "NZ", "number": ""}):
        person.post("/organisations/new", FORM | change)
    town.later(minutes=11)
    person.post("/organisations/new", FORM)
    assert number_of_organisations(town) == 6


@pytest.mark.parametrize(
    ("number", "country", "said"),
    [
        ("52 341 672 110", "AU", "In the register as"),
        ("52 341 672 111", "AU", "isn’t a valid ABN"),
        ("51 824", "AU", "11 digits"),
        ("", "AU", '<span id="register-answer" aria-live="polite"></span>'),
    ],
)
def test_a_number_is_checked_as_soon_as_its_field_is_left(town: Town, number: str, country: str, said: str) -> None:
    shown = town.person().get("/organisations/check-number", query_string={"number": number, "country": country})
    assert shown.status_code == 200
    assert said in shown.text, shown.text
