"""The last errors of a connection: each is kept for a while after it has passed, so that a person can look back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import Select, delete, select, update

from link4web import clock, tenancy
from link4web.connections.models import Connection, ConnectionTrouble
from link4web.database import db
from link4web.ids import new_id

KEPT = 20  # of one connection
SHOWN = 8
LOOKED_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Trouble:
    """An error as a page shows it: `times` between `at` and `last_at`, over at `passed_at`.

    `about` is the name and the page of the one record that it is about, where it is about one.
    """

    at: datetime
    sentence: str
    code: str
    otherwise: str = "SYNC-FAILED"
    times: int = 1
    last_at: datetime | None = None
    passed_at: datetime | None = None
    about: tuple[str, str] | None = None


#: A feature above this one that knows of more errors: those of the connection since then, newest first.
Source = Callable[[Connection, datetime], Sequence[Trouble]]


def init_troubles(app: Flask, sources: Sequence[Source]) -> None:
    """Say who else knows of errors of a connection."""
    app.extensions["troubles"] = tuple(sources)


def note(connection_id: str, code: str, sentence: str) -> None:
    """Keep an error, inside ``writing()``; one that lasts is one row, however often it is met."""
    now = clock.now()
    lasting = select(ConnectionTrouble).where(
        ConnectionTrouble.connection_id == connection_id,
        ConnectionTrouble.code == code[:64],
        ConnectionTrouble.passed_at.is_(None),
    )
    row = db.session.scalars(lasting.limit(1)).first()
    if row is not None:
        row.times, row.last_at, row.sentence = row.times + 1, now, sentence[:500]
        return
    kept = {"code": code[:64], "sentence": sentence[:500], "began_at": now, "last_at": now, "times": 1}
    where = tenancy.organisation_id()
    db.session.add(ConnectionTrouble(organisation_id=where, id=new_id(), connection_id=connection_id, **kept))
    db.session.flush()
    newest = _of(connection_id).with_only_columns(ConnectionTrouble.id).limit(KEPT)
    db.session.execute(
        delete(ConnectionTrouble)
        .where(
            ConnectionTrouble.connection_id == connection_id,
            ConnectionTrouble.id.not_in(list(db.session.scalars(newest))),
        )
        .execution_options(synchronize_session=False)
    )


def have_passed(connection_id: str) -> None:
    """A sync went through, or somebody has connected again: what was the matter is over; inside ``writing()``."""
    db.session.execute(
        update(ConnectionTrouble)
        .where(ConnectionTrouble.connection_id == connection_id, ConnectionTrouble.passed_at.is_(None))
        .values(passed_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def last_troubles(connection: Connection) -> list[Trouble]:
    """The errors of the last seven days, newest first, at most `SHOWN`."""
    since = clock.now() - LOOKED_BACK
    rows = db.session.scalars(_of(connection.id).where(ConnectionTrouble.last_at > since).limit(SHOWN))
    found = [
        Trouble(row.began_at, row.sentence, row.code, times=row.times, last_at=row.last_at, passed_at=row.passed_at)
        for row in rows
    ]
    sources: tuple[Source, ...] = current_app.extensions["troubles"]
    for source in sources:
        found.extend(source(connection, since))
    return sorted(found, key=lambda one: one.last_at or one.at, reverse=True)[:SHOWN]


def _of(connection_id: str) -> Select[ConnectionTrouble]:
    return (
        select(ConnectionTrouble)
        .where(ConnectionTrouble.connection_id == connection_id)
        .order_by(ConnectionTrouble.last_at.desc(), ConnectionTrouble.id)
    )
