"""The organisation gate: nothing of another organisation is read, changed or written, whatever the query looks like."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table, delete, exists, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import aliased

from link4web import clock, tenancy
from link4web.accounts import organisations
from link4web.accounts.models import Organisation, User
from link4web.connections.models import Connection
from link4web.customers.models import Customer, CustomerCount
from link4web.database import Base, changed_rows, db, insert_for, writing
from link4web.ids import new_id
from link4web.tenancy import ForeignOrganisation, NoOrganisation, TenantMixin
from tests.people import Town
from tests.telling_apart import alike

ROOT = Path(__file__).resolve().parents[2]
# where the code crosses organisations on purpose, and the only places that may
CROSSINGS = {
    "accounts/bank.py",
    "closing/export.py",
    "colleagues/accepting.py",
    "colleagues/keeping.py",
    "colleagues/stopping.py",
    "connections/due.py",
    "connections/leaving.py",
    "connections/membership.py",
    "connections/reseal.py",
    "connections/webhooks.py",
    "connections/services.py",
    "customers/overview.py",
    "customers/selection.py",
    "invitations/expiry.py",
    "support/finding.py",
    "support/keeping.py",
    "support/metrics.py",
    "support/queries.py",
    "support/report.py",
    "support/sessions.py",
    "support/tools.py",
    "support/waiting.py",
}


def organisation(name: str) -> str:
    with writing():
        user = User(email=f"{new_id()}@harbour.example", name="Olive", password_hash="", created_at=clock.now())
        db.session.add(user)
        db.session.flush()
    return organisations.create_organisation(user.id, name, "AU", None).id


def connection(organisation_id: str) -> dict[str, object]:
    return {
        "organisation_id": organisation_id,
        "id": new_id(),
        "provider": "xero",
        "state": "active",
        "created_at": clock.now(),
    }


@pytest.fixture
def ours(town: Town) -> Iterator[tuple[str, str]]:
    """Two organisations with a connection each; the test acts for the first."""
    with town.app.app_context():
        own, other = organisation("Wattle & Wharf Coffee"), organisation("Kauri Point Marine")
        for mine in (own, other):
            with tenancy.acting_for(mine), writing():
                db.session.add(Connection(**connection(mine), file_name=mine))
        with tenancy.acting_for(own):
            yield own, other


READS: dict[str, Callable[[], object]] = {
    "entity": lambda: [row.organisation_id for row in db.session.scalars(select(Connection))],
    "column": lambda: db.session.scalars(select(Connection.organisation_id)).all(),
    "alias": lambda: db.session.scalars(select(aliased(Connection).organisation_id)).all(),
    "count": lambda: ["x"] * (db.session.scalar(select(func.count()).select_from(Connection)) or 0),
    "subquery": lambda: db.session.scalars(select(select(Connection.file_name).subquery().c.file_name)).all(),
    "cte": lambda: db.session.scalars(select(select(Connection.file_name).cte().c.file_name)).all(),
    "scalar": lambda: [db.session.scalar(select(select(func.max(Connection.file_name)).scalar_subquery()))],
    "exists": lambda: db.session.scalars(
        select(Organisation.id).where(exists().where(Connection.file_name == Organisation.id))
    ).all(),
    "in": lambda: db.session.scalars(
        select(Organisation.id).where(Organisation.id.in_(select(Connection.organisation_id)))
    ).all(),
    "join": lambda: db.session.scalars(
        select(Organisation.id).join(Connection, Connection.organisation_id == Organisation.id)
    ).all(),
    "union": lambda: db.session.scalars(
        select(Connection.file_name).union_all(select(Connection.file_name).where(Connection.id == "x"))
    ).all(),
    "query": lambda: [row.organisation_id for row in db.session.query(Connection)],
}


def test_reads_stay_inside(ours: tuple[str, str]) -> None:
    """R-042."""
    for name, read in READS.items():
        found = read()
        assert isinstance(found, list)
        assert len(found) == 1, name
        assert ours[1] not in found, name


def test_reads_without_an_organisation_are_refused(ours: tuple[str, str]) -> None:
    tenancy.enter(None)
    for read in READS.values():
        with pytest.raises(NoOrganisation):
            read()
    tenancy.enter(ours[0])


def test_the_filter_is_not_cached_with_the_statement(ours: tuple[str, str]) -> None:
    question = select(Connection.file_name)
    for mine in (*ours, *ours):
        with tenancy.acting_for(mine):
            assert db.session.scalars(question).all() == [mine]


def test_a_foreign_id_finds_nothing(ours: tuple[str, str]) -> None:
    with tenancy.acting_for(ours[1]):
        foreign = db.session.scalars(select(Connection.id)).one()
    db.session.commit()
    db.session.expunge_all()
    assert db.session.get(Connection, (ours[1], foreign)) is None
    assert db.session.get(Connection, (ours[0], foreign)) is None


def test_changes_stay_inside(ours: tuple[str, str]) -> None:
    with writing():
        assert changed_rows(db.session.execute(update(Connection).values(file_name="changed"))) == 1
        assert changed_rows(db.session.execute(delete(Connection))) == 1
    with tenancy.acting_for(ours[1]):
        assert db.session.scalars(select(Connection.file_name)).all() == [ours[1]]


def _add(other: str) -> None:
    db.session.add(Connection(**connection(other)))
    db.session.flush()


def _hand_over(other: str) -> None:
    db.session.scalars(select(Connection)).one().organisation_id = other
    db.session.flush()


WRITES: dict[str, Callable[[str], object]] = {
    "add": _add,
    "insert": lambda other: db.session.execute(insert(Connection).values(connection(other))),
    "insert many": lambda other: db.session.execute(insert(Connection), [connection(other)]),
    "values many": lambda other: db.session.execute(insert(Connection).values([connection(other)])),
    "upsert": lambda other: db.session.execute(
        insert_for(Connection).values(connection(other)).on_conflict_do_nothing()
    ),
    "hand over": lambda other: db.session.execute(update(Connection).values(organisation_id=other)),
    "hand over by key": lambda other: db.session.execute(
        update(Connection), [{"organisation_id": other, "id": "x" * 22, "file_name": "y"}]
    ),
    "own row": _hand_over,
}


def test_nothing_is_written_for_another_organisation(ours: tuple[str, str]) -> None:
    for name, write in WRITES.items():
        with pytest.raises(ForeignOrganisation), writing():
            write(ours[1])
            pytest.fail(name)


def test_tables_are_reached_through_their_classes_only(ours: tuple[str, str]) -> None:
    del ours
    table: Table = Base.metadata.tables["connection"]
    for statement in (select(table), table.update().values(file_name="x"), table.delete()):
        with pytest.raises(NoOrganisation):
            db.session.execute(statement)


def test_tenant_tables_are_built_alike() -> None:
    """R-041: the key begins with the organisation; references between tenant tables are composite, never SET NULL."""
    tenants = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    tenant_tables = {table for table, kind in tenants.items() if issubclass(kind, TenantMixin)}
    assert len(tenant_tables) >= 6
    for table in Base.metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            assert constraint.ondelete in ("CASCADE", "RESTRICT"), f"{table.name}: {constraint.ondelete}"
            if constraint.referred_table in tenant_tables:
                assert constraint.column_keys[0] == "organisation_id", table.name
        if table in tenant_tables:
            assert table.primary_key.columns.keys()[0] == "organisation_id", table.name
            assert not table.c.organisation_id.nullable


def test_the_database_refuses_references_across(ours: tuple[str, str]) -> None:
    """R-041, past the gate: a customer of ours on a connection of theirs."""
    with tenancy.acting_for(ours[1]):
        theirs = db.session.scalars(select(Connection.id)).one()
    with pytest.raises(IntegrityError), writing():
        db.session.add(CustomerCount(organisation_id=ours[0], connection_id=theirs, state="invited", number=1))
        db.session.flush()
    with pytest.raises(IntegrityError), writing(), tenancy.system("a test of the foreign key"):
        now = clock.now()
        row = {"external_id": "x", "name": "x", "name_key": "x", "search_text": "x", "state": "archived"}
        row |= {"organisation_id": ours[0], "connection_id": theirs}
        db.session.add(Customer(**row, state_since=now, created_at=now, updated_at=now))
        db.session.flush()


def test_reading_code_cannot_write(ours: tuple[str, str]) -> None:
    """Outside `writing()` both databases refuse a change."""
    for statement in (update(Organisation).values(name="x"), delete(Connection)):
        with pytest.raises(DBAPIError):
            db.session.execute(statement)
        db.session.rollback()
    assert db.session.get_one(Organisation, ours[0]).name == "Wattle & Wharf Coffee"


def test_crossings_are_few_and_say_why() -> None:
    """`tenancy.system("…")` stands only where this list says."""
    found = {}
    for path in (ROOT / "link4web").rglob("*.py"):
        reasons = re.findall(r'tenancy\.system\(\s*"([^"]*)"', path.read_text())
        calls = path.read_text().count("tenancy.system(")
        if calls and path.name != "tenancy.py":
            found[path.relative_to(ROOT / "link4web").as_posix()] = (calls, reasons)
    assert set(found) <= CROSSINGS
    for place, (calls, reasons) in found.items():
        assert len(reasons) == calls, place
        assert all(len(reason) > 20 for reason in reasons), place


def test_statements_below_the_gate_are_few() -> None:
    """What runs on the connection itself is not narrowed to an organisation; each place was read with that in mind."""
    root = ROOT / "link4web"
    found = {
        path.relative_to(root).as_posix() for path in root.rglob("*.py") if "session.connection()" in path.read_text()
    }
    assert found == {
        "accounts/sessions.py",
        "connections/membership.py",
        "database.py",
        "doctor.py",
        "revision.py",
        "web/health.py",
    }


def test_a_foreign_organisation_looks_like_none(town: Town) -> None:
    """R-040, R-045: wherever the id is put."""
    owner, stranger = town.owner(), town.owner("Sam Stranger", "Kauri Point Marine")
    for place in ("/org/{}/settings/business", "/org/{}/connections", "/xero/connect?organisation={}", "/xero/{}"):
        foreign = owner.get(place.format(stranger.organisation_id))
        missing = owner.get(place.format(new_id()))
        assert foreign.status_code == 404, place
        assert alike(foreign, missing), place
    forged = {"X-Organisation": stranger.organisation_id, "X-Tenant-Id": stranger.organisation_id}
    page = owner.get(f"/org/{owner.organisation_id}/settings/business", headers=forged)
    assert "Kauri Point Marine" not in page.text
    own = f"/org/{owner.organisation_id}/settings/details"
    form = {"name": "Mine", "timezone": "Australia/Perth", "organisation": stranger.organisation_id}
    assert owner.post(own, form).status_code == 303
    assert owner.get("/xero/connect?organisation=not%00an-id").status_code == 404
    with town.app.app_context():
        assert db.session.get_one(Organisation, stranger.organisation_id).name == "Kauri Point Marine"
