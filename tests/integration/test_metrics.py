"""What is to be watched: every number is driven beyond its limit and raises its alarm (R-194)."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import abort
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from link4web import clock, outbox, tally, tenancy
from link4web.audit.models import AuditEvent
from link4web.audit.trail import SYSTEM
from link4web.connections.models import Connection
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.invitations.models import CustomerInvitation
from link4web.outbox import registry
from link4web.outbox.models import OutboxRow
from link4web.support import metrics
from link4web.tenancy import ForeignOrganisation, NoOrganisation
from tests.invited import address, open_shop
from tests.people import Person, Town
from tests.supporters import agent_of
from tests.telling_apart import alike

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WRONG = "wrong wrong wrong wrong"


def alarms(town: Town) -> set[str]:
    with town.app.app_context():
        return {it.key for it in metrics.look() if it.is_alarm}


def broken_by(town: Town, person: Person, error: Exception | int, times: int = 1) -> None:
    """Open a page of an organisation that fails in this way, or aborts with this status."""

    def broken(*_: object) -> None:
        if isinstance(error, int):
            abort(error)
        raise error

    kept = town.app.extensions["load_member"]
    town.app.extensions["load_member"] = broken
    for _ in range(times):
        assert person.get(f"/org/{person.organisation_id}/settings/details").status_code >= 500
    town.app.extensions["load_member"] = kept


def row(town: Town, state: str) -> None:
    with town.app.app_context(), writing():
        now = clock.now()
        db.session.add(
            OutboxRow(kind="accounts.forget_old", key=f"watch:{state}", state=state, due_at=now, created_at=now)
        )


def all_set(town: Town, owner: Person, table: type[Connection | CustomerInvitation], **columns: object) -> None:
    """An organisation with an invitation, and every row of the table as given."""
    shop = open_shop(town, owner)
    shop.sent(shop.customer(email=address()))
    with town.app.app_context(), tenancy.system("a test changes every organisation's"), writing():
        db.session.execute(update(table).values(**columns).execution_options(synchronize_session=False))


def queue_is_late(town: Town, _owner: Person) -> None:
    row(town, "ready")
    town.later(minutes=11)


def forged_webhooks(town: Town, _owner: Person) -> None:
    for _ in range(metrics.FORGED + 1):
        town.visitor().client.post("/webhooks/xero", data=b"{}", base_url=town.app.config["BASE_URL"])


def wrong_passwords(town: Town, _owner: Person) -> None:
    for _ in range(3):
        town.visitor().post("/sign-in", {"email": "nobody@harbour.example", "password": WRONG})


def wrong_codes(town: Town, owner: Person) -> None:
    owner.set_up_codes()
    owner.sign_in()
    for _ in range(3):
        owner.type_code("000000")


def wrong_confirmations(_town: Town, owner: Person) -> None:
    for _ in range(3):
        owner.post("/confirm-it-is-you", {"password": WRONG})


def foreign_in_a_job(town: Town, owner: Person) -> None:
    def work(_: outbox.Job) -> None:
        raise ForeignOrganisation

    outbox.handles("accounts.watched", work)
    with town.app.app_context(), writing():
        outbox.add("accounts.watched", "1", organisation_id=owner.organisation_id)
    town.work()
    registry._handlers.pop("accounts.watched")


def pages_of_others(town: Town, owner: Person) -> None:
    """Half by the organisation's id, half by a connection's and a customer's."""
    shop = open_shop(town, town.owner("Sam Stranger", "Kauri Point Marine"))
    foreign = f"{shop.base}/customers/{shop.customer()}"
    for _ in range(metrics.FOREIGN_PAGES // 2 + 1):
        assert owner.get(f"/org/{shop.person.organisation_id}/settings/details").status_code == 404
        assert owner.get(foreign).status_code == 404


def no_backup_in_production(town: Town, _owner: Person) -> None:
    town.app.extensions["settings"] = replace(town.app.extensions["settings"], mode="production")


def backup_is_old(town: Town, _owner: Person) -> None:
    marker = marked(town)
    os.utime(marker, (clock.timestamp() - 27 * 3600,) * 2)


def marked(town: Town) -> Path:
    """The file that a backup touches, touched now."""
    settings = town.app.extensions["settings"]
    marker: Path = settings.data_dir / "backed-up"
    marker.touch()
    town.app.extensions["settings"] = replace(settings, backup_marker=marker)
    return marker


TRIGGERS: dict[str, list[Callable[[Town, Person], object]]] = {
    "queue_age_seconds": [queue_is_late],
    "rows_dead": [lambda town, _: row(town, "dead")],
    "rows_unknown": [lambda town, _: row(town, "unknown")],
    "connections_to_reconnect": [lambda town, owner: all_set(town, owner, Connection, state="reconnect")],
    "syncs_failed": [lambda town, owner: all_set(town, owner, Connection, sync_state="failed")],
    "invitations_bounced": [lambda town, owner: all_set(town, owner, CustomerInvitation, state="bounced")],
    "webhooks_refused": [forged_webhooks],
    "answers_failed": [
        lambda town, owner: broken_by(town, owner, RuntimeError(), metrics.FAILURES + 1),
        lambda town, owner: broken_by(town, owner, 503, metrics.FAILURES + 1),
    ],
    "sign_ins_refused": [wrong_passwords, wrong_codes, wrong_confirmations],
    "foreign_organisation_refused": [
        lambda town, owner: broken_by(town, owner, ForeignOrganisation()),
        lambda town, owner: broken_by(town, owner, NoOrganisation()),
        foreign_in_a_job,
        pages_of_others,
    ],
    "backup_age_seconds": [backup_is_old, no_backup_in_production],
}


@on_sqlite
@pytest.mark.parametrize(
    ("key", "trigger"),
    [pytest.param(key, one, id=f"{key}-{number}") for key, many in TRIGGERS.items() for number, one in enumerate(many)],
)
def test_each_number_beyond_its_limit_raises_its_alarm(
    town: Town, key: str, trigger: Callable[[Town, Person], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-194."""
    owner = town.owner()
    for limit, most in (("LOST", 0), ("BOUNCES", 0), ("FAILED_SIGN_INS", 2)):
        monkeypatch.setattr(metrics, limit, most)
    town.work()
    assert alarms(town) == set()
    trigger(town, owner)
    assert key in {alarm.partition(":")[0] for alarm in alarms(town)}


@on_sqlite
def test_no_number_is_without_a_trigger(town: Town) -> None:
    with town.app.app_context():
        assert {it.key.partition(":")[0] for it in metrics.look()} == set(TRIGGERS)


@on_sqlite
def test_failures_while_the_database_is_away_are_counted_once_it_is_back(town: Town) -> None:
    """R-194: counting them must not make people wait for the database a second time."""
    owner = town.owner()
    broken_by(town, owner, OperationalError("", None, Exception()), metrics.FAILURES + 1)
    assert alarms(town) == set()
    owner.get("/organisations")
    assert alarms(town) == {"answers_failed"}


@on_sqlite
def test_a_flood_of_other_events_hides_no_refusals(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-194: a day is looked at, however much happens in it."""
    monkeypatch.setattr(metrics, "FAILED_SIGN_INS", 2)
    wrong_passwords(town, town.visitor())
    with town.app.app_context(), writing():
        last = db.session.scalar(select(func.max(AuditEvent.position)).where(AuditEvent.chain == SYSTEM)) or 0
        event = {"chain": SYSTEM, "at": clock.now(), "action": "account.sign_in", "hash": b""}
        db.session.execute(insert(AuditEvent), [event | {"position": last + 1 + more} for more in range(6000)])
    assert alarms(town) == {"sign_ins_refused"}
    town.later(hours=25)
    assert "sign_ins_refused" not in alarms(town)


@on_sqlite
def test_the_age_of_a_backup_is_that_of_its_marker(town: Town) -> None:
    """R-194: unknown at home is no alarm; a marker that is not there is one everywhere."""

    def shown() -> metrics.Metric:
        with town.app.app_context():
            return next(it for it in metrics.look() if it.key == "backup_age_seconds")

    assert "nobody has said where" in shown().words
    assert "link4web_backup_age_seconds NaN" in town.visitor().get("/metrics").text
    marker = marked(town)
    town.later(hours=3)
    assert shown().words == "3 hours"
    assert 3 * 3600 <= shown().value < 3 * 3600 + 60
    marker.unlink()
    assert shown().is_alarm
    assert "there is none" in shown().words


@on_sqlite
def test_the_console_shows_alarms(town: Town) -> None:
    agent = agent_of(town)
    row(town, "dead")
    shown = agent.get("/support").text
    assert "Rows that are dead" in shown
    assert 'data-tone="bad"' in shown


@on_sqlite
def test_programs_that_watch_read_the_same_numbers(town: Town) -> None:
    """R-194, R-195: with the token, or at home; no versions, no names. A failing page is counted."""
    visitor, owner = town.visitor(), town.owner()

    def broken(*_: object) -> None:
        raise RuntimeError

    kept = town.app.extensions["load_member"]
    town.app.extensions["load_member"] = broken
    assert owner.get(f"/org/{owner.organisation_id}/settings/details").status_code == 500
    town.app.extensions["load_member"] = kept
    text = visitor.get("/metrics").text
    assert "link4web_answers_failed 1.0" in text
    assert 'link4web_alarm{metric="answers_failed"} 0.0' in text
    assert "python" not in text and owner.organisation_id not in text
    settings = town.app.extensions["settings"]
    town.app.extensions["settings"] = replace(settings, metrics_token="watch-me")
    assert visitor.get("/metrics").status_code == 404
    assert visitor.get("/metrics", headers={"Authorization": "Bearer watch-her"}).status_code == 404
    assert visitor.get("/metrics", headers={"Authorization": "Bearer watch-me"}).status_code == 200
    town.app.extensions["settings"] = replace(settings, mode="production")
    assert visitor.get("/metrics").status_code == 404
    town.app.extensions["settings"] = settings


@on_sqlite
def test_pages_that_are_not_there_are_not_counted_and_take_the_same_queries(town: Town) -> None:
    """R-045: who asks for others' pages is seen, and learns nothing by it."""
    owner, shop = town.owner(), open_shop(town, town.owner("Sam Stranger", "Kauri Point Marine"))
    with town.app.app_context():
        engine = db.engine
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def took(path: str) -> tuple[TestResponse, list[str]]:
        asked.clear()
        return owner.get(path), list(asked)

    event.listen(engine, "before_cursor_execute", note)
    for place, foreign in (("/org/{}/settings/details", shop.person.organisation_id), ("/xero/{}", shop.connection)):
        missing, queries = took(place.format(new_id()))
        theirs, same = took(place.format(foreign))
        assert missing.status_code == 404
        assert alike(missing, theirs)
        assert queries == same
        assert any("tally" in statement for statement in queries)
    event.remove(engine, "before_cursor_execute", note)
    with town.app.app_context():
        assert tally.counted("tenancy.foreign") == 2
        assert "foreign_organisation_refused" not in {it.key for it in metrics.look() if it.is_alarm}
    line = "Jobs and requests kept out of another organisation today"
    shown = agent_of(town).get("/support").text
    assert "2 asked for by people, 0 by our fault" in shown.partition(line)[2]
