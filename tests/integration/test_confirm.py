"""What could do harm in other hands asks once more whether it is still the same person."""

from sqlalchemy import update

from link4web.accounts.models import SessionRow
from link4web.database import db, writing
from tests.people import PASSWORD, Person, Town, allow_at_provider
from tests.test_every_route import ask, furnished, of_these_ids, on_sqlite

#: R-009's list, as far as it is built.
GUARDED = {
    "codes.show",
    "codes.renew_recovery",
    "codes.turn_off",
    "addresses.ask",
    "addresses.change",
    "account.export",
    "account.delete",
    "account.password",
    "xero.go",
    "xero.batch_csv",
    "xero.choose",
    "xero.disconnect",
    "activity.as_csv",
    "closing.ask_export",
    "closing.close",
    "closing.download",
    "colleagues.hand_over",
    "colleagues.invite",
    "colleagues.person",
    "colleagues.remove",
    "colleagues.resend",
    "organisations.bank",
    "organisations.remove_bank",
    "support_settings.allow",
    "support_settings.switch",
}
COOKIE = "l4w_8000"


def cookie(person: Person) -> str:
    held = person.client.get_cookie(COOKIE, domain="localhost")
    assert held
    return held.value


@on_sqlite
def test_an_aged_session_is_asked_on_every_such_route(town: Town) -> None:
    """R-009: pages, forms and parts; and none of the list is missing."""
    owner = town.owner()
    guarded = list(of_these_ids(town.app, furnished(town, owner).ids))
    guarded = [place for place in guarded if place.rule.fresh and not place.rule.staff]  # support has tests of its own
    assert {place.route.endpoint for place in guarded} >= GUARDED
    town.later(minutes=11)
    for place in guarded:
        for method in sorted(place.methods):
            for headers in ({}, {"HX-Request": "true"}):
                answer = ask(owner, method, place.path, headers=headers)
                led = answer.location or answer.headers.get("HX-Redirect") or ""
                assert led.startswith("/confirm-it-is-you"), (method, place.path)


def test_disconnecting_waits_for_the_proof_and_goes_on(town: Town) -> None:
    """R-009, R-021: nothing happens before; afterwards one press does it, under a new token."""
    owner = town.owner()
    connection = owner.connect_xero()
    town.later(minutes=11)
    path = f"/xero/{connection}/disconnect"
    asked = owner.post(path)
    assert asked.status_code == 303
    assert asked.location == f"/confirm-it-is-you?next={path}"
    assert owner.post("/confirm-it-is-you", {"password": "not-the-password"}).status_code == 422
    assert owner.post(path).location == asked.location
    before = cookie(owner)
    waiting = owner.get(owner.confirm(path))
    assert cookie(owner) != before
    assert f'action="{path}"' in waiting.text
    assert owner.post(path).location == f"/xero/{connection}"
    assert "is disconnected" in owner.get(f"/xero/{connection}").text
    assert "has waited" not in owner.get("/confirm-it-is-you/go-on").text
    owner.client.set_cookie(COOKIE, before, domain="localhost")
    assert owner.get("/account").status_code == 302


def test_connecting_goes_on_by_a_link(town: Town) -> None:
    """R-009; the policy of our pages lets no form lead to the provider."""
    owner = town.owner()
    town.later(minutes=11)
    go = f"/xero/connect/go?organisation={owner.organisation_id}"
    assert owner.get(go).status_code == 302
    on = owner.get(owner.confirm(go))
    assert f'href="{go}"' in on.text
    assert "/callback" in allow_at_provider(owner.get(go).location)


def test_the_code_is_asked_as_well(town: Town) -> None:
    """R-009: password and code; and the code works once here, too."""
    person = town.person()
    person.set_up_codes()
    town.later(minutes=11)
    form = {"password": PASSWORD, "next": "/account/codes"}
    assert person.post("/confirm-it-is-you", form).status_code == 422
    code = person.next_code()
    assert person.confirm("/account/codes", code) == "/account/codes"
    assert person.get("/account/codes").status_code == 200
    assert person.post("/confirm-it-is-you", {**form, "code": code}).status_code == 422


def test_guessing_the_password_there_gets_slow(town: Town) -> None:
    """R-005: a stolen session is no place to find the password."""
    person = town.person()
    answers = [person.post("/confirm-it-is-you", {"password": "x" * 20}).status_code for _ in range(8)]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_a_session_from_before_this_release_has_proved_nothing(town: Town) -> None:
    person = town.person()
    with town.app.app_context(), writing():
        db.session.execute(update(SessionRow).values(proved_at=None))
    assert "/confirm-it-is-you" in person.get("/account/codes").location
