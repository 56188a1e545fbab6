"""Bring a connection's customers up to date: page by page, resumable, never deleting on a short or failed answer.

A full sync walks over every contact by id, then reads what has changed since the walk began; an incremental one reads
only changes. Both then look at sales documents, because becoming a customer does not change a contact in every
ledger (xero.md §3). Each page is committed with its position, so a stopped sync goes on where it was.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

import structlog
from sqlalchemy import delete, func, select

from link4web import clock, outbox, tenancy
from link4web.accounts.models import Organisation
from link4web.connections import queries, services
from link4web.connections.losing import lose
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.connections.syncing import Ended, report
from link4web.customers.counting import counts
from link4web.customers.intake import Intake
from link4web.customers.models import Customer, SkippedContact
from link4web.customers.services import lock, settle
from link4web.database import db, end_reading, writing
from link4web.outbox import GiveUp, Job, Later
from link4web.providers.base.errors import MustReconnect, PersonMustFix, ProviderError, TryAgainLater, WillNeverWork
from link4web.providers.base.provider import ProviderClient
from link4web.providers.base.records import ContactPage
from link4web.registers.numbers import Country, abn_or_none, nzbn_or_none

log = structlog.get_logger()
LEASE_SECONDS = 120
MARGIN = timedelta(minutes=5)
WALK_EVERY = timedelta(days=7)
SUSPICIOUS_SHARE = 5
MAY_BE_MISSING = 10
ASK_AT_ONCE = 500
TOO_LITTLE = "SYNC-SHORT"
SHORT = "{} sent fewer contacts than it has, so nothing was taken away here. Try again in a few minutes."


class TooLittle(Exception):
    """The ledger sent fewer contacts than it must have: nothing may be concluded from what is missing."""


def run(job: Job) -> None:
    """The outbox handler: sync the connection named in the payload."""
    connection = queries.get(job.payload["connection"])
    if connection is None or connection.state != "active":
        return
    name = provider_of(connection.provider).name
    with suppress(Ended):
        try:
            _Sync(job, connection).run()
        except TryAgainLater as error:
            _wait(connection.id, error)
            raise _later(error) from None
        except MustReconnect as error:
            with writing():
                lose(connection.id, error.code)
            raise GiveUp(error.code) from None
        except ProviderError as error:
            _fail(connection.id, error.code, error.sentence)
            raise GiveUp(error.code) from None
        except TooLittle:
            _fail(connection.id, TOO_LITTLE, SHORT.format(name), sync_phase="", sync_page=0, walked_at=None)
            raise GiveUp(TOO_LITTLE) from None


def failed(job: Job, state: str, code: str) -> None:
    """The outbox has given the sync up: say so on the page, keep what an earlier step already said."""
    del state
    connection = queries.get(job.payload["connection"])
    if connection is not None and connection.sync_state != "failed":
        with suppress(Ended):
            _fail(connection.id, code, "")


def _fail(connection_id: str, code: str, sentence: str, **columns: object) -> None:
    with writing():
        report(connection_id, sync_state="failed", sync_error=code[:64], sync_message=sentence[:500], **columns)


def _wait(connection_id: str, error: TryAgainLater) -> None:
    with writing():
        report(
            connection_id,
            sync_state="waiting",
            sync_error=error.code,
            sync_message=error.sentence[:500],
            sync_resumes_at=clock.now() + timedelta(seconds=error.retry_after) if error.retry_after else None,
        )


def _later(error: TryAgainLater) -> Later:
    """A limit that says when it ends is no failure; anything else uses up an attempt."""
    if error.retry_after:
        return Later(error.code, at=clock.now() + timedelta(seconds=error.retry_after), counts=False)
    return Later(error.code)


class _Sync:
    """One sync of one connection, begun or taken up again."""

    def __init__(self, job: Job, connection: Connection) -> None:
        self.job = job
        self.id = connection.id
        self.client: ProviderClient = services.client_for(connection)
        self.phase = connection.sync_phase
        self.page = connection.sync_page
        if not self.phase:
            self._begin(connection)
        row = cast(Connection, queries.get(self.id))
        self.serial = row.sync_serial
        self.started_at = cast(datetime, row.sync_started_at)
        self.since = row.synced_from - MARGIN if row.synced_from else None
        self.total = row.sync_total
        country = row.file_country or _organisation_country()
        self.intake = Intake(self.id, self.serial, cast("Country | None", country or None))
        self.intake.new, self.intake.changed, self.intake.seen = row.last_new, row.last_changed, row.sync_seen
        end_reading()

    def _begin(self, connection: Connection) -> None:
        walk_is_due = connection.walked_at is None or clock.now() - connection.walked_at > WALK_EVERY
        self.phase = "walk" if self.job.payload.get("full") or walk_is_due else "changes"
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
                sync_started_at=clock.now(),
                sync_error="",
                sync_message="",
                last_new=0,
                last_changed=0,
                last_gone=0,
                last_skipped=0,
            )

    def run(self) -> None:
        with writing():
            report(self.id, sync_state="running", sync_error="", sync_message="", sync_resumes_at=None)
        self._read_organisation()
        if self.phase == "walk":
            self._walk()
            self._next_phase("catch-up")
        if self.phase in ("catch-up", "changes"):
            since = self.started_at - MARGIN if self.phase == "catch-up" else self.since
            self._read_changes(since)
            self._next_phase("sales-after-walk" if self.phase == "catch-up" else "sales")
        walked = self.phase == "sales-after-walk"
        self._read_sales(self.started_at - MARGIN if walked else self.since)
        if walked:
            self._find_gone()
        self._finish(walked)

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
            page = self.client.contacts(self.page + 1, order="id")
            self._take(page)
            if page.is_last:
                break

    def _read_changes(self, since: datetime | None) -> None:
        self.intake.is_walk = False
        while True:
            page = self.client.contacts(self.page + 1, modified_since=since, order="id")
            self._take(page, counts_seen=False)
            if page.is_last:
                break

    def _take(self, page: ContactPage, *, counts_seen: bool = True) -> None:
        """Commit one page's contacts, then its position: repeated after a stop, a page changes nothing."""
        outbox.postpone(self.job, LEASE_SECONDS)
        seen = self.intake.seen
        self.intake.take(page.contacts)
        self.intake.skip(page.skipped)
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
            self.total = max(self.total or 0, page.item_count or 0) or None
            progress["sync_total"] = self.total
        with writing():
            report(self.id, **progress)

    def _read_sales(self, since: datetime | None) -> None:
        """Contacts that have become customers by a sales document: read those we don't know as customers yet."""
        for ids in self.client.customers_from_sales(since):
            outbox.postpone(self.job, LEASE_SECONDS)
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

    def _find_gone(self) -> None:
        """Customers the walk did not meet, asked for once more by id: only what is truly absent is marked gone.

        Raises:
            TooLittle: so many are missing that the walk itself must have been short.
        """
        known = sum(counts(self.id).values())
        missing = db.session.execute(
            select(Customer.id, Customer.external_id)
            .where(
                Customer.connection_id == self.id,
                Customer.walk_serial != self.serial,
                Customer.ledger_status != "gone",
            )
            .limit(MAY_BE_MISSING + known // SUSPICIOUS_SHARE + 1)
        ).all()
        promised = (self.total or 0) - self._skipped()
        end_reading()
        too_many = len(missing) > MAY_BE_MISSING + known // SUSPICIOUS_SHARE
        if too_many or known < promised or (missing and not self.intake.seen):
            log.warning(
                "a walk was too short; nothing marked gone", missing=len(missing), known=known, promised=promised
            )
            raise TooLittle
        for start in range(0, len(missing), ASK_AT_ONCE):
            outbox.postpone(self.job, LEASE_SECONDS)
            self._ask_for([(row.id, row.external_id) for row in missing[start : start + ASK_AT_ONCE]])

    def _ask_for(self, missing: list[tuple[str, str]]) -> None:
        there = self.client.contacts_by_id([external_id for _, external_id in missing])
        self.intake.take(there)
        found = {contact.external_id for contact in there}
        if absent := [customer_id for customer_id, external_id in missing if external_id not in found]:
            self._mark_gone(absent)

    def _skipped(self) -> int:
        rows = select(func.count()).select_from(SkippedContact).where(SkippedContact.connection_id == self.id)
        return db.session.scalar(rows) or 0

    def _mark_gone(self, ids: list[str]) -> None:
        with writing():
            customers = lock(ids)
            for customer in customers:
                customer.ledger_status = "gone"
                customer.sync_serial, customer.sync_change = self.serial, "gone"
            settle(customers)

    def _finish(self, walked: bool) -> None:
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
                "last_skipped": self._skipped(),
            }
            if walked:
                columns["walked_at"] = clock.now()
            report(self.id, **columns)

    def _forget_skipped(self, walked: bool) -> None:
        """Those that could be read this time; after a walk all that it did not meet again."""
        older = delete(SkippedContact).where(
            SkippedContact.connection_id == self.id, SkippedContact.sync_serial != self.serial
        )
        if not walked:
            read = select(Customer.external_id).where(
                Customer.connection_id == self.id, Customer.sync_serial == self.serial
            )
            older = older.where(SkippedContact.external_id.in_(read))
        db.session.execute(older.execution_options(synchronize_session=False))

    def _changes(self) -> dict[str, int]:
        """What this sync did, counted in the table: also right after a stop in the middle of a page."""
        rows = db.session.execute(
            select(Customer.sync_change, func.count())
            .where(Customer.connection_id == self.id, Customer.sync_serial == self.serial)
            .group_by(Customer.sync_change)
        )
        return dict(rows.all())


def _organisation_country() -> str:
    organisation = db.session.get(Organisation, tenancy.organisation_id())
    return organisation.country if organisation else ""
