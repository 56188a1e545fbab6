"""The trail: what is recorded, that nobody can change it, and that a change would show."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from link4web import tenancy
from link4web.audit import record, trail, verify
from link4web.audit.models import AuditEvent
from link4web.customers.models import Customer
from link4web.database import db, writing
from tests.people import PASSWORD, Town


def actions(town: Town, chain: str) -> list[tuple[str, str]]:
    with town.app.app_context():
        found = db.session.execute(
            select(AuditEvent.action, AuditEvent.outcome).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
        )
        return [(action, outcome) for action, outcome in found]


def test_what_people_do_is_recorded(town: Town) -> None:
    """R-190."""
    owner = town.owner()
    owner.post("/sign-in", {"email": owner.email, "password": "not the right password"})
    owner.sign_in()
    settings = f"/org/{owner.organisation_id}/settings/business"
    owner.post(settings, {"number": "51 824 753 556"})
    owner.post("/forgot", {"email": owner.email})
    own, system = actions(town, owner.organisation_id), actions(town, "system")
    assert ("organisation.created", "done") in own
    assert ("organisation.number", "done") in own
    assert ("account.sign_in", "refused") in system
    assert ("account.sign_in", "done") in system
    assert ("account.reset_asked", "done") in system
    with town.app.app_context():
        last = select(AuditEvent).where(AuditEvent.action == "organisation.number").order_by(AuditEvent.position.desc())
        event_ = db.session.scalars(last).first()
        assert event_ is not None
        assert event_.actor_id == owner.user_id
        assert event_.address == "127.0.0.1"
        assert len(event_.session_hash) == 16
        assert event_.device
        everything = str([vars(row) for row in db.session.scalars(select(AuditEvent))])
        assert PASSWORD not in everything
        assert owner.email not in everything


def test_the_trail_refuses_changes(town: Town) -> None:
    """R-191."""
    town.person()
    with town.app.app_context():
        tries = [
            "UPDATE audit_event SET reason = 'x'",
            "DELETE FROM audit_event",
            "UPDATE audit_head SET position = position - 1",
            "UPDATE audit_head SET position = position + 2",
            "DELETE FROM audit_head",
        ]
        if db.engine.dialect.name == "sqlite":  # whose REPLACE deletes without asking the trigger for deletions
            again = "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event"
            tries += [
                again,
                again.replace("audit_event SELECT *", "audit_event (rowid, chain, position) SELECT 1, 'x', 1"),
            ]
        for statement in tries:
            with pytest.raises(DBAPIError, match="append-only"), writing():
                db.session.execute(text(statement))


@contextmanager
def unguarded() -> Iterator[None]:
    """As somebody with the keys to the database would: without the triggers."""
    drop = (
        ["DROP TRIGGER audit_event_no_update", "DROP TRIGGER audit_event_no_delete"]
        if db.engine.dialect.name == "sqlite"
        else ["DROP TRIGGER audit_event_append_only ON audit_event"]
    )
    with writing():
        for statement in drop:
            db.session.execute(text(statement))
    yield


TAMPERING = {
    "UPDATE audit_event SET actor_id = 'somebodyelse' WHERE chain = 'c0' AND position = 3": 3,
    "UPDATE audit_event SET details = '{}' WHERE chain = 'c1' AND position = 2": 2,
    "DELETE FROM audit_event WHERE chain = 'c2' AND position = 4": 4,
    "DELETE FROM audit_event WHERE chain = 'c3' AND position = 6": 6,
    # two neighbours change places
    "UPDATE audit_event SET position = 100 + position WHERE chain = 'c4' AND position IN (2, 3);"
    "UPDATE audit_event SET position = 105 - position WHERE chain = 'c4' AND position > 100": 2,
    "DELETE FROM audit_event WHERE chain = 'c5'": 1,
    # the last one, with a hash that fits what it says now
    "UPDATE audit_event SET reason = 'another', hash = :fitting WHERE chain = 'c6' AND position = 6": 6,
}


def fitting_hash() -> bytes:
    """What the last event of c6 would have if it said what the tampering makes of it."""
    events = select(AuditEvent).where(AuditEvent.chain == "c6").order_by(AuditEvent.position)
    *_, before, last = db.session.scalars(events)
    last.reason = "another"
    fitting = trail._digest(before.hash, last)
    db.session.rollback()
    return fitting


def test_tampering_is_found(town: Town) -> None:
    with town.app.app_context():
        for number in range(42):
            with writing():
                record("test.event", chain=f"c{number % 7}", number=number)
        with unguarded():
            for place, (tampering, position) in enumerate(TAMPERING.items()):
                assert verify(f"c{place}") is None
                values = {"fitting": fitting_hash()} if ":fitting" in tampering else {}
                with writing():
                    for statement in tampering.split(";"):
                        db.session.execute(text(statement), values)
                assert verify(f"c{place}") == position


def test_what_an_event_must_say_is_said_by_all_of_them(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """R-190: each kind of event by what triggers it; R-192: no secret, and nothing of a ledger, there or in a log."""
    owner = town.owner()
    connection = owner.connect_xero(file=1)
    town.work()
    base, settings = f"/xero/{connection}", f"/org/{owner.organisation_id}/settings"
    owner.post(f"{settings}/bank", {"holder": "Canary Holder", "bsb": "062-000", "number": "918273645"})
    owner.post(f"{settings}/details", {"name": "Wattle & Wharf Roasters", "timezone": "Australia/Perth"})
    owner.get(f"{settings}/bank")
    owner.get(f"{settings}/activity.csv")
    owner.post(f"{settings}/close/export")
    owner.post(f"{base}/disconnect")
    owner.post("/confirm-it-is-you", {"password": "canary-wrong-password"})
    owner.post("/account/sign-out-others")
    cookie = owner.client.get_cookie("l4w_8000", domain="localhost")
    owner.post("/sign-out")
    owner.post("/sign-in", {"email": owner.email, "password": "canary-wrong-password"})
    owner.sign_in()
    owner.post("/forgot", {"email": owner.email})
    town.work()
    own, system = dict(actions(town, owner.organisation_id)), actions(town, "system")
    assert own.keys() >= {
        "connection.consented",
        "connection.connected",
        "connection.disconnected",
        "organisation.bank",
        "organisation.bank_seen",
        "organisation.details",
        "organisation.export_asked",
        "activity.exported",
        "mail.sent",
    }
    for event_ in ("account.sign_in", "account.sign_out", "account.sessions_ended", "mail.sent"):
        assert (event_, "done") in system, event_
    assert ("account.sign_in", "refused") in system
    with town.app.app_context(), tenancy.system("reading what must not be in the trail, in a test"):
        events = list(db.session.scalars(select(AuditEvent)))
        for one in events:
            assert one.at is not None and one.outcome and one.action
            if one.action in ("organisation.bank", "organisation.export_asked", "connection.disconnected"):
                assert (one.actor_id, one.address, len(one.session_hash)) == (owner.user_id, "127.0.0.1", 16)
        trail = str([vars(one) for one in events])
        contacts = [row.name for row in db.session.execute(select(Customer.name))]
        shown = trail + capsys.readouterr().out
    assert cookie is not None and contacts
    for secret in (
        PASSWORD,
        "canary-wrong-password",
        cookie.value,
        "918273645",
        "Canary Holder",
        owner.email,
        *contacts,
    ):
        assert secret not in shown, secret


def test_chains_are_apart_and_hold_under_many_writers(town: Town) -> None:
    def write(number: int) -> None:
        with town.app.app_context():
            for _ in range(5):
                with writing():
                    record("test.event", chain=f"chain{number % 2}", number=number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    with town.app.app_context():
        for chain in ("chain0", "chain1"):
            assert verify(chain) is None
            count = select(func.count()).select_from(AuditEvent).where(AuditEvent.chain == chain)
            assert db.session.scalar(count) == 15


def test_no_record_no_deed(town: Town) -> None:
    """An event belongs to the transaction of its cause; if it can't be written, nothing happens."""
    owner = town.owner()
    with town.app.app_context():
        with pytest.raises(RuntimeError):
            record("test.event")

        @event.listens_for(AuditEvent, "before_insert")
        def broken(*_: object) -> None:
            raise OSError("disk full")

    address = f"/org/{owner.organisation_id}/settings/details"
    try:
        details = {"name": "Changed", "timezone": "Australia/Perth"}
        assert owner.post(address, details).status_code == 500
    finally:
        event.remove(AuditEvent, "before_insert", broken)
    assert "Changed" not in owner.get(address).text
