"""The outbox's sync of a connection: read it (`customers.reading`), and say on its row how that ended."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select

from link4web import clock
from link4web.connections import queries
from link4web.connections.losing import lose
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.connections.syncing import Ended, report
from link4web.customers.gone import TooLittle
from link4web.customers.reading import LEASE_SECONDS, Reading
from link4web.customers.words import CONNECTED_AGAIN, SYNC_SHORT
from link4web.database import db, writing
from link4web.outbox import GiveUp, Job, Later
from link4web.providers.base.errors import MustReconnect, ProviderError, TryAgainLater

__all__ = ["LEASE_SECONDS", "failed", "run"]

TOO_LITTLE = "SYNC-SHORT"
SOON = 2.0


def run(job: Job) -> None:
    """The outbox handler: sync the connection named in the payload."""
    connection = queries.get(job.payload["connection"])
    if connection is None or connection.state != "active":
        return
    provider, consent = provider_of(connection.provider), connection.connected_at
    with suppress(Ended):
        try:
            Reading(job, connection).run()
        except TryAgainLater as error:
            _wait(connection.id, error)
            raise _later(error) from None
        except MustReconnect as error:
            if _has_ended(connection.id, consent, error.code):
                raise GiveUp(error.code) from None
            again = TryAgainLater("CONNECTED-AGAIN", CONNECTED_AGAIN, SOON)
            _wait(connection.id, again)
            raise _later(again) from None
        except ProviderError as error:
            _fail(connection.id, error.code, error.sentence)
            raise GiveUp(error.code) from None
        except TooLittle:
            sentence = SYNC_SHORT.format(provider=provider.name, contact=provider.contact_word)
            _fail(connection.id, TOO_LITTLE, sentence, sync_phase="", sync_page=0, walked_at=None)
            raise GiveUp(TOO_LITTLE) from None


def failed(job: Job, state: str, code: str) -> None:
    """The outbox has given the sync up: say so on the page, keep what an earlier step already said."""
    del state
    connection = queries.get(job.payload["connection"])
    if connection is not None and connection.sync_state != "failed":
        with suppress(Ended):
            _fail(connection.id, code, "")


def _has_ended(connection_id: str, consent: datetime | None, code: str) -> bool:
    """Whether the provider's no is about the connection as it is; not when somebody has connected again meanwhile."""
    with writing():
        lost = lose(connection_id, code, consent=consent)
        state = select(Connection.state).where(Connection.id == connection_id)
        return lost or db.session.scalar(state) != "active"


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
