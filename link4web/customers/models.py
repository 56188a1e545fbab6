"""Customers as the ledger and the people here know them, and what is counted and selected of them."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id, bytewise
from link4web.ids import new_id
from link4web.tenancy import TenantMixin


class Customer(TenantMixin, Base):
    """Somebody the organisation invoices, or a contact that may become one.

    The ledger_* columns repeat what the ledger said last; `number` and `email` are what we use, each with its origin
    (*ledger*, *typed*, *register*, *customer*): only an origin of *ledger* follows the ledger. `ledger_number_ending`
    is all that some ledgers show of a number. `state` is decided by `customers.states.decide` and never set by hand.
    """

    __tablename__ = "customer"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    connection_id: Mapped[str] = mapped_column(Id)
    external_id: Mapped[str] = mapped_column(bytewise(64))

    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = mapped_column(bytewise(255))
    search_text: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(String(255), default="")
    country: Mapped[str] = mapped_column(String(50), default="")
    place: Mapped[str] = mapped_column(String(255), default="")

    email: Mapped[str] = mapped_column(String(255), default="")
    email_key: Mapped[str] = mapped_column(bytewise(255), default="")
    email_origin: Mapped[str] = mapped_column(String(10), default="ledger")
    number_scheme: Mapped[str] = mapped_column(String(4), default="")
    number: Mapped[str] = mapped_column(String(13), default="")
    number_origin: Mapped[str] = mapped_column(String(10), default="ledger")
    number_status: Mapped[str] = mapped_column(String(16), default="unchecked")
    register_name: Mapped[str] = mapped_column(String(255), default="")

    ledger_email: Mapped[str] = mapped_column(String(255), default="")
    ledger_number: Mapped[str] = mapped_column(String(50), default="")
    ledger_number_ending: Mapped[str] = mapped_column(String(5), default="")
    ledger_status: Mapped[str] = mapped_column(String(10), default="active")
    ledger_updated_at: Mapped[datetime | None]
    merged_into: Mapped[str] = mapped_column(String(64), default="")
    is_customer: Mapped[bool] = mapped_column(Boolean, default=False)
    invite_anyway: Mapped[bool] = mapped_column(Boolean, default=False)

    state: Mapped[str] = mapped_column(bytewise(24))
    state_since: Mapped[datetime]
    invitation_state: Mapped[str] = mapped_column(String(16), default="")

    sync_serial: Mapped[int] = mapped_column(Integer, default=0)
    sync_change: Mapped[str] = mapped_column(String(8), default="")
    walk_serial: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "connection_id"], ["connection.organisation_id", "connection.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("organisation_id", "connection_id", "external_id"),
        CheckConstraint("ledger_status in ('active', 'archived', 'merged', 'erased', 'gone')", name="ledger_status"),
        Index("ix_customer_name", "organisation_id", "connection_id", "name_key", "id"),
        Index("ix_customer_state_name", "organisation_id", "connection_id", "state", "name_key", "id"),
        Index("ix_customer_since", "organisation_id", "connection_id", "state_since", "id"),
        Index("ix_customer_state_since", "organisation_id", "connection_id", "state", "state_since", "id"),
        Index(
            "ix_customer_number",
            "organisation_id",
            "connection_id",
            "number",
            sqlite_where=text("number != ''"),
            postgresql_where=text("number != ''"),
        ),
        Index("ix_customer_sync", "organisation_id", "connection_id", "sync_serial", "sync_change"),
    )


class CustomerCount(TenantMixin, Base):
    """How many customers of a connection are in a state; changed in the transaction that changes the customer."""

    __tablename__ = "customer_count"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "connection_id"], ["connection.organisation_id", "connection.id"], ondelete="CASCADE"
        ),
    )

    connection_id: Mapped[str] = mapped_column(Id, primary_key=True)
    state: Mapped[str] = mapped_column(bytewise(24), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


class SkippedContact(TenantMixin, Base):
    """A contact the ledger sent that we could not read, and why."""

    __tablename__ = "skipped_contact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "connection_id"], ["connection.organisation_id", "connection.id"], ondelete="CASCADE"
        ),
    )

    connection_id: Mapped[str] = mapped_column(Id, primary_key=True)
    external_id: Mapped[str] = mapped_column(bytewise(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(300))
    sync_serial: Mapped[int]


class Selection(TenantMixin, Base):
    """What one browser session has ticked on one connection's page.

    `mode` *include*: `ids` are chosen. *exclude*: all that match `queue` and `search` are chosen but `ids`, and so are
    those `kept` that matched until what they lacked was filled in on the way to inviting them.
    """

    __tablename__ = "selection"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "connection_id"], ["connection.organisation_id", "connection.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("organisation_id", "connection_id", "session_key"),
        CheckConstraint("mode in ('include', 'exclude')", name="mode"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    connection_id: Mapped[str] = mapped_column(Id)
    session_key: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str] = mapped_column(String(24), default="")
    search: Mapped[str] = mapped_column(String(200), default="")
    mode: Mapped[str] = mapped_column(String(8), default="include")
    ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    kept: Mapped[list[str]] = mapped_column(JSON, default=list)
    seen_count: Mapped[int] = mapped_column(Integer, default=0)
    updated_at: Mapped[datetime]


class LedgerDraft(TenantMixin, Base):
    """A draft invoice made so that the ledger calls a contact a customer; removed again once it has noticed."""

    __tablename__ = "ledger_draft"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "customer_id"], ["customer.organisation_id", "customer.id"], ondelete="CASCADE"
        ),
        CheckConstraint("state in ('asked', 'made', 'removed', 'failed')", name="state"),
        Index(
            "uq_ledger_draft_open",
            "organisation_id",
            "customer_id",
            unique=True,
            sqlite_where=text("state in ('asked', 'made')"),
            postgresql_where=text("state in ('asked', 'made')"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(Id)
    external_id: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(10))
    message: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
