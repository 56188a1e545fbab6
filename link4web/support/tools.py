"""What staff may do without entering an account: few things, each bounded, with a reason, in the trail (R-190)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update

from link4web import clock, tenancy
from link4web.accounts import services as accounts
from link4web.accounts.models import User
from link4web.audit import record
from link4web.audit.trail import SYSTEM
from link4web.connections.models import Connection, LedgerBinding
from link4web.connections.providers import provider_of
from link4web.connections.syncing import request_sync
from link4web.database import changed_rows, db, writing
from link4web.invitations import caps, stopping, suppressions
from link4web.invitations.models import CustomerInvitation
from link4web.outbox.models import OutboxRow

AN_HOUR = 30


@dataclass(frozen=True)
class Subject:
    """What a tool is used on: its name, and the organisation whose trail tells of it (empty: the system's)."""

    row: Any
    name: str
    organisation_id: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Tool:
    """`find` gives the subject of an id, None where the tool is of no use; `use` acts inside ``writing()`` and says
    whether anything has changed."""

    title: str
    what: str
    button: str
    done: str
    find: Callable[[str], Subject | None]
    use: Callable[[Subject], bool]


def use(tool: str, subject: Subject, agent_id: str, reason: str) -> bool:
    """Use a tool; False when there was nothing left to do.

    Raises:
        invitations.caps.Full: this agent has used tools too often within the hour.
    """
    with writing():
        caps.take_under([caps.Cap("support-tool", agent_id, AN_HOUR, caps.HOUR, f"{AN_HOUR} an hour")])
        if subject.organisation_id:
            with tenancy.acting_for(subject.organisation_id):
                changed = TOOLS[tool].use(subject)
        else:
            changed = TOOLS[tool].use(subject)
        record(
            f"support.tool.{tool}",
            chain=subject.organisation_id or SYSTEM,
            kind=subject.kind,
            object_id=subject.row.id,
            outcome="done" if changed else "nothing",
            reason=reason,
        )
    return changed


def _person(wanted: str) -> Subject | None:
    user = db.session.get(User, wanted)
    return None if user is None or user.verified_at else Subject(user, f"{user.name}, {user.email}", kind="user")


def _send_verification(subject: Subject) -> bool:
    return accounts.send_verification(subject.row.id)


def _connection(wanted: str) -> Connection | None:
    with tenancy.system("support staff choose a connection of any organisation for one of their tools"):
        return db.session.scalars(select(Connection).where(Connection.id == wanted)).first()


def _syncable(wanted: str) -> Subject | None:
    it = _connection(wanted)
    return _of_connection(it) if it is not None and it.state == "active" else None


def _of_connection(it: Connection) -> Subject:
    return Subject(it, f"{provider_of(it.provider).name}, {it.file_name}", it.organisation_id, "connection")


def _sync(subject: Subject) -> bool:
    held = select(Connection).where(Connection.id == subject.row.id, Connection.state == "active").with_for_update()
    connection = db.session.scalars(held.execution_options(populate_existing=True)).first()
    return connection is not None and request_sync(connection)


def _bound(wanted: str) -> Subject | None:
    it = _connection(wanted)
    if it is None or it.state != "disconnected":
        return None
    bound = select(LedgerBinding).where(LedgerBinding.connection_id == it.id)
    return _of_connection(it) if db.session.scalars(bound).first() else None


def _release(subject: Subject) -> bool:
    """Only what is disconnected still: somebody may have connected again meanwhile."""
    held = select(Connection.id).where(Connection.id == subject.row.id, Connection.state == "disconnected")
    if db.session.scalar(held.with_for_update()) is None:
        return False
    gone = delete(LedgerBinding).where(LedgerBinding.connection_id == subject.row.id)
    return bool(changed_rows(db.session.execute(gone.execution_options(synchronize_session=False))))


def _suppressed(wanted: str) -> Subject | None:
    with tenancy.system("support staff choose an invitation of any organisation, whose address wanted no mails"):
        it = db.session.scalars(select(CustomerInvitation).where(CustomerInvitation.id == wanted)).first()
    if it is None:
        return None
    with tenancy.acting_for(it.organisation_id):
        stopped = suppressions.holds(it.email_key)
    return Subject(it, it.email, it.organisation_id, "customer_invitation") if stopped else None


def _lift(subject: Subject) -> bool:
    stopped = suppressions.holds(subject.row.email_key)
    stopping.resume(subject.row.email_key, subject.organisation_id)
    return stopped


def _dead(wanted: str) -> Subject | None:
    row = db.session.get(OutboxRow, wanted)
    if row is None or row.state != "dead":
        return None
    return Subject(row, f"{row.kind} {row.id}", row.organisation_id or "", "outbox")


def _requeue(subject: Subject) -> bool:
    """A dead row only: one that is *unknown* may have had its effect, and a second time would be one too many."""
    again = update(OutboxRow).where(OutboxRow.id == subject.row.id, OutboxRow.state == "dead")
    ready = {"state": "ready", "due_at": clock.now(), "attempts": 0, "error_code": "", "finished_at": None}
    return bool(changed_rows(db.session.execute(again.values(ready).execution_options(synchronize_session=False))))


TOOLS: dict[str, Tool] = {
    "verification": Tool(
        "Send the confirmation again",
        "They get a new mail with a new link; the older one stops working. At most one a minute.",
        "Send it",
        "The mail is on its way.",
        _person,
        _send_verification,
    ),
    "sync": Tool(
        "Retry the sync",
        "Contacts are read again from where it stopped. Nothing is written there.",
        "Retry it",
        "The sync has started.",
        _syncable,
        _sync,
    ),
    "release": Tool(
        "Release the file",
        "The connection is ended here and stays so; the file may be connected anywhere from then on.",
        "Release it",
        "The file is released.",
        _bound,
        _release,
    ),
    "lift": Tool(
        "Lift a stop",
        "This address gets invitations again. Do it only when its owner has asked for it.",
        "Lift it",
        "The stop is lifted.",
        _suppressed,
        _lift,
    ),
    "requeue": Tool(
        "Put a dead row back",
        "It is tried once more from the beginning. A row that may have had its effect already is never offered.",
        "Put it back",
        "It is waiting again.",
        _dead,
        _requeue,
    ),
}
