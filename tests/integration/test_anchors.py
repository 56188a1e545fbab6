"""The trail is anchored every hour: whoever cuts a chain, or takes one away, is found by the command (R-191)."""

import re
from collections.abc import Callable

import pytest
from click.testing import Result
from sqlalchemy import func, select, text

from link4web.audit import anchors
from link4web.audit.models import AuditEvent
from link4web.database import db, writing
from link4web.schedule import run_schedule
from tests.people import Person, Town

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def tick(town: Town) -> None:
    with town.app.app_context():
        run_schedule()
    town.work()


def verify(town: Town, *more: str) -> Result:
    return town.app.test_cli_runner().invoke(args=["audit", "verify", *more])


def busy(owner: Person, times: int = 4) -> None:
    """Events in the organisation's chain."""
    for number in range(times):
        details = {"name": f"Wattle & Wharf {number}", "timezone": "Australia/Perth"}
        assert owner.post(f"/org/{owner.organisation_id}/settings/details", details).status_code == 303


def length(town: Town, chain: str) -> int:
    with town.app.app_context():
        return db.session.scalar(select(func.count()).where(AuditEvent.chain == chain)) or 0


def by_hand(town: Town, statements: str, **values: object) -> None:
    """As somebody with the keys to the database would, who has dropped the triggers first."""
    with town.app.app_context():
        on = " ON {}" if db.engine.dialect.name == "postgresql" else ""
        names = ["audit_event_no_update", "audit_event_no_delete", "audit_head_forward", "audit_head_no_delete"]
        with writing():
            for name in [*names, *(["audit_event_append_only"] if on else [])]:
                table = "audit_head" if "head" in name else "audit_event"
                db.session.execute(text(f"DROP TRIGGER IF EXISTS {name}{on.format(table)}"))
            for statement in statements.split(";"):
                used = {key: value for key, value in values.items() if f":{key}" in statement}
                db.session.execute(text(statement), used)


def taken_away(town: Town, chain: str) -> None:
    by_hand(
        town, "DELETE FROM audit_event WHERE chain = :chain; DELETE FROM audit_head WHERE chain = :chain", chain=chain
    )


def cut(town: Town, chain: str, many: int = 2) -> None:
    """The last events deleted, and the end set back to the one before them."""
    by_hand(
        town,
        "DELETE FROM audit_event WHERE chain = :chain AND position > :left;"
        "UPDATE audit_head SET position = :left, hash = (SELECT hash FROM audit_event WHERE audit_event.chain = :chain"
        " AND audit_event.position = :left) WHERE chain = :chain",
        chain=chain,
        left=length(town, chain) - many,
    )


@pytest.mark.parametrize("tampering", [taken_away, cut])
def test_a_chain_that_is_shorter_than_its_anchor_is_found(town: Town, tampering: Callable[[Town, str], None]) -> None:
    owner, other = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")
    busy(owner)
    tick(town)
    whole = verify(town)
    assert (whole.exit_code, "3 chains" in whole.output, "0 broken" in whole.output) == (0, True, True)
    end = length(town, owner.organisation_id)
    tampering(town, owner.organisation_id)
    for more in ((), ("--chain", owner.organisation_id)):
        found = verify(town, *more)
        assert found.exit_code == 1
        assert f"chain {owner.organisation_id}: the event at position {end} is missing" in found.output
        assert "1 broken" in found.output
    assert verify(town, "--chain", other.organisation_id).exit_code == 0
    # whoever goes on as before, and lets the next anchor be written, is found by the one before
    busy(town.owner("Nell New", "Saltbush Plumbing"))
    town.later(hours=1)
    tick(town)
    assert verify(town).exit_code == 1


def test_the_log_tells_what_cutting_the_system_chain_would_hide(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    owner = town.owner()
    busy(owner)
    tick(town)
    line = re.search(r"event='audit.anchored'.* position=(\d+) hash='([0-9a-f]{64})'", capsys.readouterr().out)
    assert line
    anchored = ("--against", f"{line[1]}:{line[2]}")
    assert verify(town, *anchored).exit_code == 0
    cut(town, owner.organisation_id)
    cut(town, "system", length(town, "system") - int(line[1]) + 1)
    assert "0 broken" in verify(town).output
    found = verify(town, *anchored)
    assert found.exit_code == 1
    assert f"chain system: the event at position {line[1]} is missing or another than the log says" in found.output
    assert verify(town, "--against", "5:abc").exit_code == 1


@on_sqlite
def test_only_chains_that_have_grown_are_anchored_some_to_an_event(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "EACH", 2)
    owners = [town.owner(f"Olive Owner {number}", f"Harbour {number}") for number in range(3)]
    for expected in (2, 2):  # three chains need two events; a quiet hour none
        tick(town)
        assert anchored(town) == expected
        town.later(hours=1)
    owners[1].sign_in()
    busy(owners[1], 1)
    tick(town)
    assert anchored(town) == 3
    assert "0 broken" in verify(town).output
    assert "how far each" not in owners[1].get(f"/org/{owners[1].organisation_id}/settings/activity").text


def anchored(town: Town) -> int:
    with town.app.app_context():
        return db.session.scalar(select(func.count()).where(AuditEvent.action == "audit.anchored")) or 0


@on_sqlite
@pytest.mark.parametrize("value", ["at = 'zz'", "details = x'00'", "reason = CAST(x'ff' AS TEXT)", "hash = 'zz'"])
def test_an_event_that_nobody_can_read_is_a_finding(town: Town, value: str) -> None:
    owner = town.owner()
    busy(owner)
    by_hand(town, f"UPDATE audit_event SET {value} WHERE chain = :chain AND position = 3", chain=owner.organisation_id)
    found = verify(town)
    assert found.exit_code == 1
    assert f"chain {owner.organisation_id}: the event at position 3 does not fit" in found.output
    assert "3 chains" not in found.output and "2 chains" in found.output
