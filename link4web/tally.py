"""How often something has happened on a day: what is to be watched but is nobody's event, such as a forged webhook."""

import threading
from collections import Counter
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import Date, Integer, String, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from link4web import clock
from link4web.database import Base, changed_rows, db, insert_for, writing

KEPT = timedelta(days=35)
_owing = threading.Lock()


class Tally(Base):
    """One count of one day (UTC)."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


def count(name: str, many: int = 1) -> None:
    """So many more today."""
    fresh = insert_for(Tally).values(name=name, day=clock.now().date(), number=many)
    with writing():
        db.session.execute(
            fresh.on_conflict_do_update(index_elements=["name", "day"], set_={"number": Tally.number + many})
        )


def owe(name: str) -> None:
    """One more, to be written by `settle` when the database is there; until then this process alone knows of it."""
    with _owing:
        _owed()[name] += 1


def settle() -> None:
    """Write what is owed, at the end of a request: changes that nobody has committed are dropped. Never fails."""
    if not _owed():
        return
    with _owing:
        taken = Counter(_owed())
        _owed().clear()
    try:
        db.session.rollback()
        with writing():
            for name, many in taken.items():
                count(name, many)
    except SQLAlchemyError:
        db.session.rollback()
        with _owing:
            _owed().update(taken)


def _owed() -> Counter[str]:
    owed: Counter[str] = current_app.extensions.setdefault("tally_owed", Counter())
    return owed


def counted(name: str, *, days: int = 1) -> int:
    """How many in the last `days`, today among them."""
    since = clock.now().date() - timedelta(days=days - 1)
    return db.session.scalar(select(func.sum(Tally.number)).where(Tally.name == name, Tally.day >= since)) or 0


def forget_old() -> int:
    """Delete counts that nobody asks for any more, inside ``writing()``; how many."""
    return changed_rows(db.session.execute(delete(Tally).where(Tally.day < clock.now().date() - KEPT)))
