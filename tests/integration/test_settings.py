"""An organisation's own settings, through its pages and the mails they cause."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from link4web import tenancy
from link4web.accounts.bank import reseal_bank_accounts
from link4web.accounts.business_models import BankAccountRow
from link4web.accounts.models import Membership, Organisation
from link4web.audit.models import AuditEvent
from link4web.clock import now
from link4web.database import db, writing
from tests.invited import address, open_shop
from tests.people import Person, Town

ACCOUNT = {"holder": "Wattle & Wharf Coffee Pty Ltd", "bsb": "062-000", "number": "1234 5678"}
STREET = {"line1": "14 Lee Wharf Road", "city": "Newcastle", "state": "NSW", "postcode": "2300", "country": "AU"}


def settings(person: Person, page: str = "") -> str:
    return f"/org/{person.organisation_id}/settings/{page}".rstrip("/")


def member_of(town: Town, owner: Person, name: str, role: str) -> Person:
    """Somebody else in the owner's organisation."""
    person = town.person(name)
    with town.app.app_context(), writing():
        db.session.add(
            Membership(organisation_id=owner.organisation_id, user_id=person.user_id, role=role, created_at=now())
        )
    person.organisation_id = owner.organisation_id
    return person


def street(**changes: str) -> dict[str, str]:
    return {**{f"street-{name}": value for name, value in (STREET | changes).items()}, "postal-country": "AU"}


def test_the_pages_stand_beside_each_other_for_admins(town: Town, owner: Person) -> None:
    first = owner.get(settings(owner))
    assert first.location == settings(owner, "details")
    shown = owner.get(first.location).text
    for page in ("details", "business", "addresses", "bank", "invitations"):
        assert f'href="{settings(owner, page)}"' in shown
        assert f'href="{settings(owner, page)}" aria-current="page"' in owner.get(settings(owner, page)).text
    user = member_of(town, owner, "Ulla User", "user")
    assert user.get(settings(user, "bank")).status_code == 403
    assert ">Settings<" not in user.get("/organisations").text


class TestBank:
    def test_it_is_sealed_masked_and_announced_to_every_admin(self, town: Town, owner: Person) -> None:
        other = member_of(town, owner, "Ada Admin", "admin")
        user = member_of(town, owner, "Ulla User", "user")
        assert owner.post(settings(owner, "bank"), ACCOUNT).status_code == 303
        town.work()
        for admin in (owner, other):
            [mail] = town.mails_to(admin.email)
            assert mail["subject"] == "Bank account changed: Wattle & Wharf Coffee"
            for part in ("text", "html"):
                assert "678" in mail[part]
                assert "Olive Owner" in mail[part]
                assert "345678" not in mail[part].replace(" ", "")
        assert town.mails_to(user.email) == []
        shown = owner.get(settings(owner, "bank")).text
        assert "678" in shown
        assert "345678" not in shown
        with town.app.app_context(), db.engine.connect() as connection:
            rows = str(connection.execute(text("SELECT * FROM bank_account")).all())
            trail = str(connection.execute(text("SELECT details FROM audit_event")).all())
            assert "12345678" not in rows + trail
            assert "Wattle" not in rows

    def test_the_same_again_changes_and_says_nothing(self, town: Town, owner: Person) -> None:
        owner.post(settings(owner, "bank"), ACCOUNT)
        owner.post(settings(owner, "bank"), ACCOUNT | {"number": "12345678"})
        town.work()
        assert len(town.mails_to(owner.email)) == 1
        owner.post(settings(owner, "bank"), ACCOUNT | {"number": "87654321"})
        town.work()
        assert "678" in town.mails_to(owner.email)[0]["text"], "the one before is named by its ending"

    def test_removing_is_announced_too(self, town: Town, owner: Person) -> None:
        owner.post(settings(owner, "bank"), ACCOUNT)
        for _ in range(2):
            assert owner.post(settings(owner, "bank/remove")).status_code == 303
        town.work()
        subjects = [mail["subject"] for mail in town.mails_to(owner.email)]
        assert sorted(subjects) == [f"Bank account {how}: Wattle & Wharf Coffee" for how in ("changed", "removed")]
        assert "No account yet" in owner.get(settings(owner, "bank")).text

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"bsb": "062-00"}, "six digits"),
            ({"number": "1" * 10}, "four to nine"),
            ({"holder": " "}, "Enter the name"),
        ],
    )
    def test_what_is_wrong_is_said_and_kept(self, town: Town, owner: Person, typed: dict[str, str], said: str) -> None:
        answer = owner.post(settings(owner, "bank"), ACCOUNT | typed)
        assert answer.status_code == 422
        assert said in answer.text
        with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
            assert db.session.scalar(select(func.count()).select_from(BankAccountRow)) == 0

    def test_new_zealand_has_its_own(self, town: Town) -> None:
        owner = town.owner(country="NZ", number=None)
        form = {"holder": "Fern & Tide", "number": "01-902-0068398-00"}
        assert "fit together" in owner.post(settings(owner, "bank"), form).text
        assert owner.post(settings(owner, "bank"), form | {"number": "01-902-0068389-00"}).status_code == 303

    def test_looking_at_it_is_in_the_trail(self, town: Town, owner: Person) -> None:
        """R-190: views of what is sensitive."""
        owner.post(settings(owner, "bank"), ACCOUNT)
        owner.get(settings(owner, "bank"))
        with town.app.app_context():
            seen = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "organisation.bank_seen")).one()
            assert seen.actor_id == owner.user_id

    def test_a_new_key_seals_it_anew(self, town: Town, owner: Person) -> None:
        """R-085."""
        owner.post(settings(owner, "bank"), ACCOUNT)
        held = town.app.extensions["settings"]
        town.app.extensions["settings"] = replace(held, token_keys=(("new", b"n" * 32), *held.token_keys))
        with town.app.app_context():
            assert reseal_bank_accounts() == 1
            assert reseal_bank_accounts() == 0
        owner.post(settings(owner, "bank"), ACCOUNT)
        town.work()
        assert len(town.mails_to(owner.email)) == 1, "it is still the same account"


class TestAddresses:
    def test_parts_make_the_line_that_customers_see(self, town: Town, owner: Person) -> None:
        assert owner.post(settings(owner, "addresses"), street()).status_code == 303
        assert "14 Lee Wharf Road, Newcastle NSW 2300" in owner.get(settings(owner, "addresses")).text
        postal = {"line1": "PO Box 12", "city": "Wellington", "postcode": "6140", "country": "NZ", "state": "NSW"}
        both = street() | {f"postal-{name}": value for name, value in postal.items()}
        owner.post(settings(owner, "addresses"), both)
        assert "PO Box 12, Wellington 6140, New Zealand" in owner.get(settings(owner, "addresses")).text

    def test_an_older_line_stays_until_there_are_parts(self, town: Town, owner: Person) -> None:
        with town.app.app_context(), writing():
            db.session.get_one(Organisation, owner.organisation_id).address = "Shed 4, Lee Wharf"
        shown = owner.get(settings(owner, "addresses")).text
        assert 'value="Shed 4, Lee Wharf"' in shown
        wrong = owner.post(settings(owner, "addresses"), street(postcode="23OO"))
        assert wrong.status_code == 422
        assert "four digits" in wrong.text
        with town.app.app_context():
            assert db.session.get_one(Organisation, owner.organisation_id).address == "Shed 4, Lee Wharf"

    def test_a_state_is_needed_in_australia_alone(self, owner: Person) -> None:
        assert "Choose the state" in owner.post(settings(owner, "addresses"), street(state="")).text
        there = street(state="", country="NZ", postcode="6011", city="Wellington")
        assert owner.post(settings(owner, "addresses"), there).status_code == 303


def test_an_own_message_stands_ready_and_goes_out(town: Town, owner: Person) -> None:
    """From the review as it was changed there, from a row as it is."""
    shop = open_shop(town, owner)
    message = "We are moving to eInvoicing."
    assert "looks like one" in owner.post(settings(owner, "invitations"), {"message": "see www.x.example"}).text
    assert owner.post(settings(owner, "invitations"), {"message": message}).status_code == 303
    first, second = shop.customer(email=address()), shop.customer(email=(email := address()))
    shop.select(first)
    assert message in shop.review().html
    owner.post(f"{shop.base}/customers/{second}/invite")
    town.work()
    town.later(seconds=61)
    town.work()
    assert message in shop.mails_to(email)[0]["text"]
