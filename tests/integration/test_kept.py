"""What is kept of a form whose session has ended, or that waits for a proof: nothing secret, and nothing in clear."""

import re
from collections.abc import Iterator

from sqlalchemy import select
from werkzeug.test import TestResponse
from wtforms import PasswordField

from link4web.accounts.models import SessionRow
from link4web.database import db
from link4web.web.forms import Form
from tests.conftest import BASE_URL
from tests.people import Person, Town

CANARY = "canary-of-a-secret"
BANK = {"holder": "Canary Holdings", "bsb": "062-000", "number": "10 23 45 67"}


def stored(town: Town) -> str:
    with town.app.app_context():
        return str(db.session.scalars(select(SessionRow.data)).all())


def offered(html: str) -> dict[str, str]:
    """What would be sent once more."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def secret_fields(form: type[Form] = Form) -> Iterator[str]:
    """The names of fields for passwords and codes, in every form there is."""
    one: type[Form]
    for one in form.__subclasses__():
        yield from secret_fields(one)
        for name, field in vars(one).items():
            kind, said = getattr(field, "field_class", None), str(getattr(field, "args", ""))
            if kind is not None and (issubclass(kind, PasswordField) or re.search(r"\bcode\b", said)):
                yield name


def test_no_password_and_no_code_is_kept(town: Town) -> None:
    """Whatever form it was in: after the sign-in the rest is offered, and the page says what is missing."""
    person = town.person()
    town.later(minutes=61)
    names = set(secret_fields())
    assert names >= {"password", "code"}
    person.post("/organisations/new", {"name": "Saltbush", **dict.fromkeys(names, CANARY)})
    assert CANARY not in stored(town)
    assert person.sign_in().location == "/sign-in/go-on"
    shown = person.get("/sign-in/go-on").text
    assert CANARY not in shown
    assert offered(shown).keys() == {"csrf_token", "name"}
    assert "never kept" in shown


def test_a_form_for_a_code_is_opened_anew_after_the_proof(town: Town) -> None:
    person = town.person()
    town.later(minutes=11)
    assert person.post("/account/codes", {"code": CANARY}).location == "/confirm-it-is-you?next=/account/codes"
    assert CANARY not in stored(town)
    assert person.confirm("/account/codes") == "/account/codes"


def test_a_bank_account_waits_sealed(town: Town, owner: Person) -> None:
    """Both ways of being kept: nothing in clear in the database, nothing lost for the person."""
    path = f"/org/{owner.organisation_id}/settings/bank"
    for minutes, again in ((11, lambda: owner.get(owner.confirm(path))), (61, lambda: signed_in_again(owner))):
        town.later(minutes=minutes)
        owner.post(path, BANK)
        assert not [value for value in BANK.values() if value in stored(town)]
        shown = offered(again().text)
        assert {name: shown[name] for name in BANK} == BANK
        assert "never kept" not in owner.pages[-1].text


def signed_in_again(person: Person) -> TestResponse:
    return person.get(person.sign_in().location)


def test_what_help_is_about_is_no_secret(town: Town) -> None:
    """The `code` of the contact form names a problem; a page that was open for too long must not lose it."""
    person = town.person()
    stale = person.token()
    person.sign_in()
    refused = person.post("/contact", {"message": "Hello", "code": "HTTP-404"}, token=stale)
    assert refused.status_code == 403
    assert offered(refused.text)["code"] == "HTTP-404"


def test_other_sites_forms_are_not_kept(town: Town) -> None:
    stranger = town.visitor()
    stranger.post("/organisations/new", {"name": "Planted"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert stranger.get("/sign-in").status_code == 200
    stranger.email = town.person().email
    assert stranger.sign_in().location == "/customers"


def test_a_visitor_does_not_fill_the_table(town: Town) -> None:
    """Only so much is kept for a network that nobody has signed in from; whose session ran out loses nothing by it."""
    person, form = town.person(), {"name": "N" * 15_000}
    for _ in range(30):
        town.visitor().client.post("/organisations/new", data=form, base_url=BASE_URL)
    assert len(stored(town)) < 21 * 20_500
    town.later(minutes=61)
    for _ in range(25):
        town.visitor().client.post("/organisations/new", data=form, base_url=BASE_URL)
    person.post("/organisations/new", {"name": "Saltbush"}, token="of the session that ran out")
    assert offered(signed_in_again(person).text)["name"] == "Saltbush"


def test_a_session_that_is_gone_altogether_loses_nothing(town: Town) -> None:
    """Ended from another browser while a long form was filled in."""
    person = town.person()
    other = person.in_another_browser()
    other.sign_in()
    other.post("/account/sign-out-others")
    person.post("/organisations/new", {"name": "Saltbush"}, token="of the session that was ended")
    assert offered(signed_in_again(person).text)["name"] == "Saltbush"
