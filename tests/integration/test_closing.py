"""Exporting everything, closing an organisation, keeping it after all, and what is left when it is deleted."""

import csv
import io
import itertools
import json
import re
import zipfile
from typing import Any

import pytest
from sqlalchemy import event, func, select

from link4web import tenancy
from link4web.accounts.models import Organisation
from link4web.audit import verify
from link4web.audit.models import AuditEvent
from link4web.closing import export, services
from link4web.closing.models import ExportPart
from link4web.customers.models import Customer
from link4web.database import Base, db
from link4web.invitations.models import Suppression
from link4web.schedule import run_schedule
from tests.integration.test_settings import ACCOUNT, member_of, settings, street
from tests.invited import Shop, address, open_join, open_shop
from tests.people import Person, Town
from tests.supporters import Case, agent_of


def actions(town: Town, chain: str) -> list[str]:
    with town.app.app_context():
        found = select(AuditEvent.action).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
        return list(db.session.scalars(found))


def page(person: Person, organisation: Person | None = None) -> str:
    answer = person.get(settings(organisation or person, "close"))
    assert answer.status_code == 200
    return answer.text


def close(person: Person, name: str = "Wattle & Wharf Coffee") -> int:
    return person.post(settings(person, "close"), {"name": name}).status_code


def exported(town: Town, person: Person) -> zipfile.ZipFile:
    person.post(settings(person, "close/export"))
    town.work()
    found = re.search(r'href="([^"]+\.zip)"', page(person))
    assert found
    answer = person.get(found[1])
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.data))


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    return open_shop(town, owner)


class TestExport:
    def test_everything_is_in_it_and_nothing_of_others(self, town: Town, shop: Shop, stranger: Person) -> None:
        other = open_shop(town, stranger)
        other.customer("Kauri Ropes")
        owner = shop.person
        owner.post(settings(owner, "bank"), ACCOUNT)
        owner.post(settings(owner, "addresses"), street())
        customer = shop.customer("=Marram Grass Café", email=(email := address()))
        shop.customers([{"name": f"Customer {number}"} for number in range(1200)])
        shop.sent(customer, message="We are moving.")
        archive = exported(town, owner)
        assert archive.testzip() is None
        about = json.loads(archive.read("organisation.json"))
        assert about["name"] == "Wattle & Wharf Coffee"
        assert about["addresses"]["street"]["postcode"] == "2300"
        assert about["bank_account_ends_in"] == "678"
        assert about["people"][0]["email"] == owner.email
        rows = table(archive, "customer.csv")
        assert (
            len(rows)
            == len({row["id"] for row in rows})
            == shop.inside(lambda: db.session.scalar(select(func.count()).select_from(Customer)))
        )
        assert next(row["name"] for row in rows if row["email"].lstrip("'") == email) == "'=Marram Grass Café"
        assert table(archive, "customer_invitation.csv")[0]["email"].lstrip("'") == email
        assert table(archive, "invitation_batch.csv")[0]["message"] == "We are moving."
        assert table(archive, "activity.csv")[-1]["What"] == "set up the organisation"
        everything = "".join(archive.read(name).decode() for name in archive.namelist())
        for secret in ("12345678", "Kauri", "access_token", "farewell", "file_hmac"):
            assert secret not in everything, secret

    def test_every_table_is_in_it_or_left_out_for_a_reason(self, town: Town) -> None:
        with town.app.app_context():
            tables = {table.__tablename__ for table in services.tenant_tables()}
            assert export.LEFT_OUT.keys() <= tables
            assert {"customer", "connection", "customer_invitation"} <= tables - export.LEFT_OUT.keys()

    def test_it_is_for_admins_recorded_and_gone_after_a_week(self, town: Town, owner: Person, stranger: Person) -> None:
        exported(town, owner)
        found = re.search(r'href="([^"]+\.zip)"', page(owner))
        assert found
        user = member_of(town, owner, "Ulla User", "user")
        assert user.get(found[1]).status_code == 403
        assert stranger.get(found[1]).status_code == 404
        made = [action for action in actions(town, owner.organisation_id) if "export" in action]
        assert made == ["organisation.export_asked", "organisation.export_ready", "organisation.exported"]
        town.later(days=7, hours=1)
        owner.sign_in()
        assert owner.get(found[1]).status_code == 404
        with town.app.app_context():
            run_schedule()
        town.work()
        with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
            assert db.session.scalar(select(func.count()).select_from(ExportPart)) == 0

    def test_asked_twice_it_is_made_once(self, town: Town, owner: Person) -> None:
        for _ in range(2):
            owner.post(settings(owner, "close/export"))
        assert "is being made" in page(owner)
        town.work()
        assert actions(town, owner.organisation_id).count("organisation.export_ready") == 1


class TestClose:
    def test_it_takes_the_name(self, town: Town, owner: Person) -> None:
        assert close(owner, "wattle") == 422
        assert close(owner, "") == 422
        assert "organisation.closed" not in actions(town, owner.organisation_id)
        assert close(owner, " wattle & WHARF  coffee ") == 303

    def test_everything_ends_at_once(self, town: Town, shop: Shop) -> None:
        owner = shop.person
        admin, user = member_of(town, owner, "Ada Admin", "admin"), member_of(town, owner, "Ulla User", "user")
        invited, waiting = shop.customer(email=(email := address())), shop.customer(email=(late := address()))
        shop.sent(invited)
        shop.send(waiting)
        assert close(owner) == 303
        for person in (owner, admin, user):
            for path in (shop.base, f"{shop.base}/customers", f"/org/{owner.organisation_id}/connections"):
                answer = person.get(path)
                assert (answer.status_code, "is closed" in answer.text) == (403, True), path
            assert person.get("/customers").location != f"{shop.base}/customers"
        town.work()
        town.later(seconds=61)
        town.work()
        assert shop.mails_to(late) == []
        guest = town.visitor()
        assert "counts no more" in open_join(guest, shop.mails_to(email)[0]).text
        assert [one.state for one in shop.invitations(invited)] == ["revoked"]
        for person in (owner, admin, user):
            mails = {mail["subject"]: mail["text"] for mail in town.mails_to(person.email)}
            told = mails["Wattle & Wharf Coffee is closed on Link4web"]
            assert ("/settings/close" in told) is (person is not user)
        assert "connection.disconnected" in actions(town, owner.organisation_id)
        assert "Closed; deleted for good on" in owner.get("/organisations").text
        assert "Wattle" not in user.get("/organisations").text
        assert user.get(settings(owner, "close")).status_code == 403

    def test_an_admin_keeps_it_after_all(self, town: Town, shop: Shop) -> None:
        owner, customer = shop.person, shop.customer()
        close(owner)
        town.work()
        town.later(days=29)
        owner.sign_in()
        assert "Keep it after all" in page(owner)
        assert owner.post(settings(owner, "close/keep")).status_code == 303
        town.work()
        assert owner.get(f"{shop.base}/customers/{customer}").status_code == 200
        assert "Wattle & Wharf Coffee is kept on Link4web" in {mail["subject"] for mail in town.mails_to(owner.email)}
        town.later(days=5)
        with town.app.app_context():
            run_schedule()
        town.work()
        assert shop.state(customer)

    def test_after_thirty_days_only_the_trail_and_the_stops_are_left(self, town: Town, shop: Shop) -> None:
        owner, other = shop.person, open_shop(town, town.owner("Sam Stranger", "Kauri Point Marine"))
        kept = other.customer()
        owner.post(settings(owner, "bank"), ACCOUNT)
        shop.customers([{"name": f"Customer {number}"} for number in range(700)])
        stopped = shop.customer(email=(email := address()))
        shop.sent(stopped)
        guest = town.visitor()
        stop = re.search(r"/stop/[\w-]+", shop.mails_to(email)[0]["text"])
        assert stop
        guest.get(stop[0])
        guest.post("/stop", {"scope": "one"})
        case = Case(town, agent_of(town), owner)
        case.switch_on()
        assert case.ask().status_code == 303 and case.start().status_code == 303
        exported(town, owner)
        close(owner)
        town.work()
        town.later(days=30, minutes=1)
        with town.app.app_context():
            run_schedule()
        town.work()
        with town.app.app_context():
            organisation = owner.organisation_id
            assert db.session.get(Organisation, organisation) is None
            for table_ in Base.metadata.sorted_tables:
                if "organisation_id" in table_.c and table_.name != "outbox":
                    left = db.session.connection().execute(
                        select(func.count()).select_from(table_).where(table_.c.organisation_id == organisation)
                    )
                    assert left.scalar() == 0, table_.name
            assert verify(organisation) is None
            assert db.session.get(Suppression, (email, organisation)) is not None
        assert actions(town, organisation)[-1] == "organisation.deleted"
        assert "organisation.deleted" in actions(town, "system")
        assert other.state(kept)
        owner.sign_in()
        assert owner.get(settings(owner, "close")).status_code == 404
        assert "No organisation yet" in owner.get("/organisations").text

    def test_it_can_not_be_taken_back_once_the_time_is_over(self, town: Town, owner: Person) -> None:
        close(owner)
        town.later(days=30, minutes=1)
        owner.sign_in()
        owner.post(settings(owner, "close/keep"))
        assert "is being deleted" in page(owner)
        with town.app.app_context():
            assert db.session.get_one(Organisation, owner.organisation_id).closed_at is not None

    def test_killed_in_the_middle_it_goes_on(self, town: Town, shop: Shop) -> None:
        """The first worker dies between two transactions of the deletion; the next one finds what is left."""
        shop.customers([{"name": f"Customer {number}"} for number in range(1200)])
        close(shop.person)
        town.work()
        town.later(days=31)
        deletions = itertools.count()

        def die(*args: Any) -> None:
            if args[2].startswith("DELETE FROM customer ") and next(deletions) == 1:
                raise SystemExit("killed")

        with town.app.app_context():
            services.delete_due()
            event.listen(db.engine, "before_cursor_execute", die)
        with pytest.raises(SystemExit):
            town.work()
        with town.app.app_context(), tenancy.system("looking at what is left, in a test"):
            left = db.session.scalar(select(func.count()).select_from(Customer)) or 0
            assert 0 < left < 1200
            db.session.commit()
        town.later(minutes=5)
        town.work()
        with town.app.app_context():
            assert db.session.get(Organisation, shop.person.organisation_id) is None

    def test_no_adviser_joins_with_a_closed_business(self, town: Town, shop: Shop) -> None:
        """Whoever is invited can't answer for an organisation that has ended."""
        guest = town.owner("Gia Guest", "Saltbush Plumbing")
        shop.sent(shop.customer(email=(email := address())))
        close(guest, "Saltbush Plumbing")
        shown = open_join(guest, shop.mails_to(email)[0]).text
        assert "Saltbush Plumbing" not in shown
