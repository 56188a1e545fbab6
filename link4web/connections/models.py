"""A live link between an organisation and a ledger file, with its tokens and the progress of its sync."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from link4web import clock
from link4web.database import Base, Id
from link4web.ids import new_id
from link4web.tenancy import TenantMixin


class Connection(TenantMixin, Base):
    """One ledger file connected to one organisation.

    `state`: *choosing* (consented, file not confirmed yet), *active*, *reconnect* (the provider no longer lets us in),
    *disconnected*; since `state_since`, which is why only `enter` changes it. Tokens and file ids are encrypted
    (`connections.vault`); the refresh_* columns are the lease.
    `offered_files` is what a consent offers until one is confirmed; `farewell` the last tokens of a connection that
    has been disconnected here, or of a consent that was declined (it stays *choosing* until the job deletes it),
    readable by nothing but the job that lets go at the provider.
    `count_gap` is how many contacts more the ledger said to have at `counted_at` than there were here.
    `sync_state`: *idle*, *queued*, *running*, *waiting* (asked to slow down, goes on at `sync_resumes_at`), *failed*.
    """

    __tablename__ = "connection"
    __table_args__ = (
        CheckConstraint("state in ('choosing', 'active', 'reconnect', 'disconnected')", name="state"),
        CheckConstraint("sync_state in ('idle', 'queued', 'running', 'waiting', 'failed')", name="sync_state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    provider: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    state_reason: Mapped[str] = mapped_column(String(64), default="")
    state_since: Mapped[datetime] = mapped_column(default=clock.now)
    file_name: Mapped[str] = mapped_column(String(255), default="")
    file_short_code: Mapped[str] = mapped_column(String(32), default="")
    file_country: Mapped[str] = mapped_column(String(2), default="")
    file_number: Mapped[str] = mapped_column(String(13), default="")
    file_id: Mapped[bytes | None] = mapped_column(LargeBinary)
    file_hmac: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    remote_id: Mapped[bytes | None] = mapped_column(LargeBinary)
    scope: Mapped[str] = mapped_column(String(1000), default="")
    offered_files: Mapped[bytes | None] = mapped_column(LargeBinary)
    farewell: Mapped[bytes | None] = mapped_column(LargeBinary)

    access_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    access_expires_at: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    refresh_owner: Mapped[str | None] = mapped_column(String(40))
    refresh_until: Mapped[datetime | None]
    refresh_fence: Mapped[int] = mapped_column(Integer, default=0)

    may_write_back: Mapped[bool] = mapped_column(Boolean, default=False)
    connected_by: Mapped[str | None] = mapped_column(Id)
    connected_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    sync_state: Mapped[str] = mapped_column(String(16), default="idle")
    sync_phase: Mapped[str] = mapped_column(String(16), default="")
    sync_serial: Mapped[int] = mapped_column(Integer, default=0)
    sync_page: Mapped[int] = mapped_column(Integer, default=0)
    sync_seen: Mapped[int] = mapped_column(Integer, default=0)
    sync_total: Mapped[int | None]
    sync_error: Mapped[str] = mapped_column(String(64), default="")
    sync_message: Mapped[str] = mapped_column(String(500), default="")
    sync_started_at: Mapped[datetime | None]
    sync_resumes_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    synced_from: Mapped[datetime | None]
    walked_at: Mapped[datetime | None]
    sales_from: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    count_gap: Mapped[int] = mapped_column(Integer, default=0)
    last_new: Mapped[int] = mapped_column(Integer, default=0)
    last_changed: Mapped[int] = mapped_column(Integer, default=0)
    last_gone: Mapped[int] = mapped_column(Integer, default=0)
    last_skipped: Mapped[int] = mapped_column(Integer, default=0)

    def enter(self, state: str, reason: str = "") -> None:
        """Be in this state from now on, or go on being in it."""
        if self.state != state:
            self.state_since = clock.now()
        self.state, self.state_reason = state, reason


class ConnectionTrouble(TenantMixin, Base):
    """An error of a connection (`connections.troubles`): met `times` from `began_at` to `last_at`, over `passed_at`."""

    __tablename__ = "connection_trouble"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "connection_id"], ["connection.organisation_id", "connection.id"], ondelete="CASCADE"
        ),
        Index(None, "organisation_id", "connection_id", "last_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    connection_id: Mapped[str] = mapped_column(Id)
    code: Mapped[str] = mapped_column(String(64))
    sentence: Mapped[str] = mapped_column(String(500))
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(Integer)
    passed_at: Mapped[datetime | None]


class LedgerBinding(Base):
    """Which organisation a ledger file belongs to; one file is bound to one organisation (R-053)."""

    __tablename__ = "ledger_binding"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "connection_id"], ["connection.organisation_id", "connection.id"], ondelete="CASCADE"
        ),
    )

    provider: Mapped[str] = mapped_column(String(16), primary_key=True)
    file_hmac: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(Id)
    connection_id: Mapped[str] = mapped_column(Id)


class CallLimit(Base):
    """A provider's limit as we use it: when the next call may go (milliseconds since 1970), and the day's calls.

    `told_left` is how many calls the provider itself said at `told_at` were left of the day, which is believed until
    `told_until`. Where an app's calls of a month are limited, a row of its own counts them; `day` is the first of the
    month then.
    """

    __tablename__ = "call_limit"

    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    next_at: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    used: Mapped[int] = mapped_column(Integer)
    told_left: Mapped[int | None]
    told_at: Mapped[datetime | None]
    told_until: Mapped[datetime | None]


class WebhookEvent(Base):
    """A webhook's word about a ledger file, kept until the file has been read again and then for a month.

    `event_id` is the provider's own name for the event, so that a repeat has no effect (R-123, R-125); `is_sale` says
    that the reading has to look at sales documents too. `removed` is the contact that it calls deleted or merged away,
    `merged_into` the one in its place; it is asked for before anything follows from it.
    """

    __tablename__ = "webhook_event"
    __table_args__ = (
        Index(None, "provider", "file_hmac", "done_at"),
        Index(None, "provider", "file_hmac", "received_at"),
        Index(None, "received_at"),
    )

    provider: Mapped[str] = mapped_column(String(16), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    file_hmac: Mapped[bytes] = mapped_column(LargeBinary(32))
    is_sale: Mapped[bool] = mapped_column(Boolean)
    removed: Mapped[str] = mapped_column(String(64), default="")
    merged_into: Mapped[str] = mapped_column(String(64), default="")
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
