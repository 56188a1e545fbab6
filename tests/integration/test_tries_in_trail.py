"""The trail has every session that begins, and every try at a password or a code that failed (R-190)."""

import re
from collections import Counter

import pytest
from sqlalchemy import select

from link4web.audit.models import AuditEvent
from link4web.database import db
from link4web.web.rights import Rights
from tests.colleagues import Office, sign_up_by
from tests.invited import address, join_form, open_join, open_shop
from tests.people import PASSWORD, Person, Town

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WRONG = "not the right password"


def outcomes(town: Town, action: str) -> Counter[str]:
    with town.app.app_context():
        return Counter(db.session.scalars(select(AuditEvent.outcome).where(AuditEvent.action == action)))


def last_sign_in(town: Town) -> tuple[str, str]:
    with town.app.app_context():
        done = select(AuditEvent).where(AuditEvent.action == "account.sign_in", AuditEvent.outcome == "done")
        event = db.session.scalars(done.order_by(AuditEvent.position.desc())).first()
        assert event is not None
        return event.object_id, event.details


def confirmed(town: Town, person: Person) -> str:
    """Sign up, and open the link of the mail; the path of its page."""
    person.post("/sign-up", {"name": person.name, "email": person.email, "password": PASSWORD})
    town.work()
    link = re.search(r"/verify/[\w-]+", town.mails_to(person.email)[0]["text"])
    assert link
    return link[0]


@on_sqlite
def test_every_way_in_is_a_sign_in(town: Town) -> None:
    """R-190: with a password, with a code, by the link that confirms, by the invitations to join and to work here."""
    owner = town.owner()
    shop, office, invited = open_shop(town, owner), Office(town, owner), address()
    new, joining, colleague = town.visitor(), town.visitor(), town.visitor()
    new.get(confirmed(town, new))
    assert new.post("/verify").status_code == 303
    shop.sent(shop.customer("Marram Grass Café", invited))
    mail = shop.mails_to(invited)[0]
    ways = [("confirmed address", last_sign_in(town))]
    open_join(joining, mail)
    assert joining.post("/join", join_form(email=invited)).status_code == 303
    ways.append(("invitation", last_sign_in(town)))
    sign_up_by(colleague, office.invited(colleague.email, Rights("user")))
    ways.append(("invitation", last_sign_in(town)))
    owner.in_another_browser().sign_in()
    ways.append(("password", last_sign_in(town)))
    owner.confirm()
    owner.set_up_codes()
    again = owner.in_another_browser()
    again.sign_in()
    assert again.type_code().status_code == 303
    ways.append(("code", last_sign_in(town)))
    assert [details for _, (_, details) in ways] == [f'{{"by": "{by}"}}' for by, _ in ways]
    assert len({person for _, (person, _) in ways}) == 4
    assert outcomes(town, "account.sign_in")["half"] == 1


@on_sqlite
def test_tries_that_must_wait_are_told_once_a_minute(town: Town) -> None:
    """R-005, R-190: at the sign-in, where the password is asked for once more, and for codes; without a flood."""
    owner, attacker = town.owner(), town.visitor()
    owner.set_up_codes()
    for _ in range(9):
        attacker.post("/sign-in", {"email": owner.email, "password": WRONG})
    assert outcomes(town, "account.sign_in") >= Counter(refused=5, slowed=1)
    assert outcomes(town, "account.sign_in")["slowed"] == 1
    town.later(seconds=61)
    for _ in range(9):
        owner.post("/confirm-it-is-you", {"password": WRONG, "code": "000000"})
    assert outcomes(town, "account.confirmed")["slowed"] == 1
    town.later(minutes=16)
    half = owner.in_another_browser()
    half.sign_in()
    for _ in range(9):
        half.post("/sign-in/code", {"code": "000000"})
    assert outcomes(town, "account.code") >= Counter(refused=5, slowed=1)
    assert outcomes(town, "account.code")["slowed"] == 1


@on_sqlite
def test_a_network_that_tries_many_accounts_is_told_once(town: Town) -> None:
    attacker = town.visitor()
    for number in range(30):
        attacker.post("/sign-in", {"email": f"victim{number}@harbour.example", "password": WRONG})
    assert outcomes(town, "account.sign_in") == Counter(refused=20, slowed=1)


@on_sqlite
def test_a_wrong_password_is_told_wherever_it_is_asked_for(town: Town) -> None:
    """R-190: for the link that confirms an address, in another browser than that of the sign-up."""
    new = town.visitor()
    link, elsewhere = confirmed(town, new), new.in_another_browser()
    elsewhere.get(link)
    assert elsewhere.post("/verify", {"password": WRONG}).status_code == 422
    assert outcomes(town, "account.verified") == Counter(refused=1)
