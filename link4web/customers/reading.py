"""Bring a connection's customers up to date: page by page, resumable, never deleting on a short or failed answer.

A full sync walks over every contact by id, then reads what has changed since the walk began; an incremental one reads
only changes. Both may then look at sales documents, because becoming a customer does not change a contact in every
ledger (`marks_customers_itself`): whenever somebody asked for the sync, and a few times a day. Each page is committed
with its position, so a stopped sync goes on where it was. When nothing has changed, a sync is one call, and writes
nothing but that it has been.
"""

from datetime import datetime, timedelta
from typing import cast

import structlog
from sqlalchemy import delete, func, select

from link4web import clock, outbox
from link4web.accounts.organisations import country_acted_for
from link4web.connections import queries, services, webhooks
from link4web.connections.allowance import Turns
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.connections.syncing import report
from link4web.customers.comparing import compare
from link4web.customers.gone import ASK_AT_ONCE, Departures, known_among, skipped
from link4web.customers.heartbeat import Heartbeat
from link4web.customers.intake import Intake
from link4web.customers.models import Customer, SkippedContact
from link4web.database import db, end_reading, writing
from link4web.outbox import Job
from link4web.providers.base.errors import PersonMustFix, ProviderError, WillNeverWork
from link4web.providers.base.provider import ProviderClient
from link4web.providers.base.records import ContactPage
from link4web.registers.numbers import Country, abn_or_none, nzbn_or_none

log = structlog.get_logger()
LEASE_SECONDS = 120
SALES_EVERY = timedelta(hours=6)
WALK_EVERY = timedelta(days=7)


class Reading:
    """One sync of one connection, begun or taken up again."""

    def __init__(self, job: Job, connection: Connection) -> None:
        self.job = job
        self.id = connection.id
        provider = provider_of(connection.provider)
        self.overlap = provider.overlap
        self.sales_matter = provider.marks_customers_itself  # elsewhere everybody listed is a customer
        turns = Heartbeat(Turns.of(connection), job, LEASE_SECONDS)
        self.client: ProviderClient = services.client_for(connection, turns)
        self.phase = connection.sync_phase
        self.page = connection.sync_page
        self.first_changes: ContactPage | None = None
        self.removed: dict[str, str] = {}
        self.since = connection.synced_from - self.overlap if connection.synced_from else None
        self.sales_from = connection.sales_from

    def _take_up(self) -> None:
        """Go on with what the connection's row says."""
        row = cast(Connection, queries.get(self.id))
        self.serial = row.sync_serial
        self.started_at = cast(datetime, row.sync_started_at)
        self.total = row.sync_total
        country = row.file_country or country_acted_for()
        self.intake = Intake(self.id, self.serial, cast("Country | None", country or None))
        self.intake.new, self.intake.changed, self.intake.seen = row.last_new, row.last_changed, row.sync_seen
        self.departures = Departures(self.client, self.intake, self._keep_lease)
        end_reading()

    def _begin(self, started_at: datetime) -> None:
        self.page = 0
        with writing():
            report(
                self.id,
                sync_state="running",
                sync_phase=self.phase,
                sync_page=0,
                sync_seen=0,
                sync_total=None,
                sync_serial=Connection.sync_serial + 1,
                sync_started_at=started_at,
                sync_error="",
                sync_message="",
                last_new=0,
                last_changed=0,
                last_gone=0,
                last_skipped=0,
            )

    def run(self) -> None:
        if not self.phase:
            started_at = clock.now()
            self.phase = "walk" if self._walk_is_due() else "changes"
            if self.phase == "changes" and self._nothing_new(started_at):
                return
            self._begin(started_at)
        self._take_up()
        with writing():
            report(self.id, sync_state="running", sync_error="", sync_message="", sync_resumes_at=None)
        if self.phase == "walk":
            self._read_organisation()
            self._walk()
            self._next_phase("catch-up")
        if self.phase in ("catch-up", "changes"):
            since = self.started_at - self.overlap if self.phase == "catch-up" else self.since
            self._read_changes(since)
            self._next_phase("sales-after-walk" if self.phase == "catch-up" else "sales")
        walked = self.phase == "sales-after-walk"
        sales = walked or self._sales_are_due()
        if sales:
            self._read_sales(self.started_at - self.overlap if walked else self._sales_since())
        if walked:
            self.departures.after_walk(self.total)
        self._finish(walked=walked, sales=sales)

    def _walk_is_due(self) -> bool:
        if self.job.payload.get("full"):
            return True
        row = cast(Connection, queries.get(self.id))
        return row.walked_at is None or clock.now() - row.walked_at > WALK_EVERY

    def _sales_are_due(self) -> bool:
        if not self.sales_matter:
            return False
        asked = bool(self.job.payload.get("sales"))
        return asked or self.sales_from is None or clock.now() - self.sales_from > SALES_EVERY

    def _sales_since(self) -> datetime | None:
        return self.sales_from - self.overlap if self.sales_from else self.since

    def _nothing_new(self, started_at: datetime) -> bool:
        """Whether the ledger has no news; what it says otherwise is kept for `_read_changes`."""
        end_reading()
        try:
            page = self.client.contacts(1, modified_since=self.since, order="id")
        except ProviderError:
            with writing():
                report(self.id, sync_started_at=started_at)  # the schedule lets a failed one rest from then on
            raise
        removed = {**dict.fromkeys(page.gone, ""), **webhooks.removed_since(self.id, self.since)}
        if page.contacts or page.skipped or known_among(self.id, removed) or self._sales_are_due():
            self.first_changes = page
            return False
        counted = compare(cast(Connection, queries.get(self.id)), self.client)
        with writing():
            report(
                self.id,
                sync_state="idle",
                sync_error="",
                sync_message="",
                sync_resumes_at=None,
                sync_started_at=started_at,
                synced_at=clock.now(),
                synced_from=started_at,
                last_new=0,
                last_changed=0,
                last_gone=0,
                **counted,
            )
        return True

    def _keep_lease(self) -> None:
        outbox.postpone(self.job, LEASE_SECONDS)

    def _next_phase(self, phase: str) -> None:
        self.phase, self.page = phase, 0
        with writing():
            report(self.id, sync_phase=phase, sync_page=0)

    def _read_organisation(self) -> None:
        """Name, country and our own number as the ledger has them; one that may not say is no reason to stop."""
        try:
            remote = self.client.organisation()
        except (PersonMustFix, WillNeverWork) as error:
            log.info("the ledger doesn't describe its organisation", code=error.code)
            return
        numbers = [abn_or_none(text) or nzbn_or_none(text) for text in remote.number_candidates]
        number = next((number.digits for number in numbers if number), "")
        country = cast("Country", remote.country) if remote.country in ("AU", "NZ") else None
        self.intake.country = country or self.intake.country
        with writing():
            report(
                self.id,
                file_name=remote.name[:255],
                file_short_code=remote.short_code[:32],
                file_country=country or "",
                file_number=number,
            )

    def _walk(self) -> None:
        self.intake.is_walk = True
        while True:
            page = self.client.contacts(self.page + 1, order="id", met=self._has_met)
            self._take(page)
            if page.is_last:
                break

    def _has_met(self, external_id: str) -> bool:
        """Whether this walk has brought the contact already, taken in or skipped."""
        taken = select(Customer.walk_serial).where(
            Customer.connection_id == self.id, Customer.external_id == external_id
        )
        left_out = select(SkippedContact.sync_serial).where(
            SkippedContact.connection_id == self.id, SkippedContact.external_id == external_id
        )
        has = self.serial in (db.session.scalar(taken), db.session.scalar(left_out))
        end_reading()
        return has

    def _read_changes(self, since: datetime | None) -> None:
        self.intake.is_walk = False
        self.removed = webhooks.removed_since(self.id, since)
        while True:
            page, self.first_changes = self.first_changes, None
            page = page or self.client.contacts(self.page + 1, modified_since=since, order="id")
            self._take(page, counts_seen=False)
            if page.is_last:
                break
        self.departures.named(self.removed)

    def _take(self, page: ContactPage, *, counts_seen: bool = True) -> None:
        """Commit one page's contacts, then its position: repeated after a stop, a page changes nothing."""
        self._keep_lease()
        seen = self.intake.seen
        self.intake.take(page.contacts)
        self.intake.skip(page.skipped, page.page)
        self.departures.named({external_id: self.removed.get(external_id, "") for external_id in page.gone})
        if not counts_seen:
            self.intake.seen = seen
        self.page = page.page
        progress: dict[str, object] = {
            "sync_page": self.page,
            "sync_seen": self.intake.seen,
            "last_new": self.intake.new,
            "last_changed": self.intake.changed,
        }
        if counts_seen:
            # what the last page says: somebody may have been deleted since the first
            self.total = page.item_count or self.total
            progress["sync_total"] = self.total
        with writing():
            report(self.id, **progress)

    def _read_sales(self, since: datetime | None) -> None:
        """Contacts that have become customers by a sales document: read those we don't know as customers yet."""
        for ids in self.client.customers_from_sales(since):
            self._keep_lease()
            known = set(
                db.session.scalars(
                    select(Customer.external_id).where(
                        Customer.connection_id == self.id,
                        Customer.external_id.in_(ids),
                        Customer.is_customer.is_(True),
                    )
                )
            )
            end_reading()
            if unknown := sorted(ids - known):
                self.intake.take(self.client.contacts_by_id(unknown))

    def _finish(self, *, walked: bool, sales: bool) -> None:
        counted = {} if walked else compare(cast(Connection, queries.get(self.id)), self.client)
        with writing():
            self._forget_skipped(walked)
            changes = self._changes()
            columns: dict[str, object] = {
                "sync_state": "idle",
                "sync_phase": "",
                "sync_page": 0,
                "synced_at": clock.now(),
                "synced_from": self.started_at,
                "last_new": changes.get("new", 0),
                "last_changed": changes.get("changed", 0),
                "last_gone": changes.get("gone", 0),
                "last_skipped": skipped(self.id),
                **counted,
            }
            if walked:
                columns |= {"walked_at": clock.now(), "counted_at": clock.now(), "count_gap": 0}
            if sales:
                columns["sales_from"] = self.started_at
            report(self.id, **columns)

    def _forget_skipped(self, walked: bool) -> None:
        """Those that could be read this time; after a walk all that it did not meet again."""
        older = delete(SkippedContact).where(
            SkippedContact.connection_id == self.id, SkippedContact.sync_serial != self.serial
        )
        older = older.execution_options(synchronize_session=False)
        if walked or not skipped(self.id):
            db.session.execute(older)
            return
        read = db.session.scalars(
            select(Customer.external_id).where(Customer.connection_id == self.id, Customer.sync_serial == self.serial)
        ).all()
        # in two steps: without statistics PostgreSQL would walk over all customers for each that was skipped
        for start in range(0, len(read), ASK_AT_ONCE):
            db.session.execute(older.where(SkippedContact.external_id.in_(read[start : start + ASK_AT_ONCE])))

    def _changes(self) -> dict[str, int]:
        """What this sync did, counted in the table: also right after a stop in the middle of a page."""
        rows = db.session.execute(
            select(Customer.sync_change, func.count())
            .where(Customer.connection_id == self.id, Customer.sync_serial == self.serial)
            .group_by(Customer.sync_change)
        )
        return dict(rows.all())
