"""How often anything of an organisation has changed: one number, raised in the transaction that makes the change.

What was built at one number still holds while the number is the same, whichever process built it. Only the gate
(`tenancy`) tells what is touched, so that nothing that changes a tenant's row can forget to.
"""

from functools import lru_cache

from sqlalchemy import BigInteger, ForeignKey, Insert, event
from sqlalchemy.orm import Mapped, Session, mapped_column

from link4web.database import Base, Id, db, insert_for, is_writing

_TOUCHED = "touched organisations"
_RAISED = "has raised a revision"


class Revision(Base):
    """The number of one organisation. No row: nothing has changed yet, which reads as None."""

    __tablename__ = "revision"

    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(BigInteger)


def touch(session: Session, organisation_id: str) -> None:
    """Something of this organisation changes in the running transaction."""
    session.info.setdefault(_TOUCHED, set()).add(organisation_id)


def has_changed_something() -> bool:
    """Whether this request or job has changed any organisation."""
    return _RAISED in db.session.info


@event.listens_for(Session, "before_commit")
def _raise(session: Session) -> None:
    if not is_writing():
        return
    session.flush()  # what it writes is touched as well
    touched: set[str] = session.info.pop(_TOUCHED, set())
    if touched:
        # last in its transaction, and always in one order: the row is held for a moment, and writers can't deadlock
        rows = [{"organisation_id": organisation_id, "number": 1} for organisation_id in sorted(touched)]
        session.connection().execute(_raising(db.engine.dialect.name), rows)
        session.info[_RAISED] = True


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_TOUCHED, None)


@lru_cache
def _raising(_: str) -> Insert:
    """Built once for each kind of database, since nearly every change runs it."""
    first = insert_for(Revision)
    return first.on_conflict_do_update(
        index_elements=["organisation_id"], set_={"number": Revision.number + first.excluded.number}
    )
