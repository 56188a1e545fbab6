"""How often something has happened on a day: what is to be watched but is nobody's event, such as a forged webhook."""

from datetime import date, timedelta

from sqlalchemy import Date, Integer, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from link4web import clock
from link4web.database import Base, changed_rows, db, insert_for, writing

KEPT = timedelta(days=35)


class Tally(Base):
    """One count of one day (UTC)."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


def count(name: str) -> None:
    """One more today."""
    fresh = insert_for(Tally).values(name=name, day=clock.now().date(), number=1)
    with writing():
        db.session.execute(
            fresh.on_conflict_do_update(index_elements=["name", "day"], set_={"number": Tally.number + 1})
        )


def counted(name: str, *, days: int = 1) -> int:
    """How many in the last `days`, today among them."""
    since = clock.now().date() - timedelta(days=days - 1)
    return db.session.scalar(select(func.sum(Tally.number)).where(Tally.name == name, Tally.day >= since)) or 0


def forget_old() -> int:
    """Delete counts that nobody asks for any more, inside ``writing()``; how many."""
    return changed_rows(db.session.execute(delete(Tally).where(Tally.day < clock.now().date() - KEPT)))
