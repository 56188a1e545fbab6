"""The consent dance: leave for the provider, come back, choose and confirm the ledger file (R-080 to R-083, R-053)."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from link4web import clock, outbox, tenancy
from link4web.audit import record
from link4web.connections import leaving, offers, queries, vault
from link4web.connections.credentials import sealed_tokens
from link4web.connections.models import Connection, LedgerBinding
from link4web.connections.providers import config_of
from link4web.connections.syncing import request_sync
from link4web.connections.troubles import have_passed
from link4web.database import db, end_reading, insert_for, writing
from link4web.providers.base.errors import MustReconnect, PersonMustFix, ProviderError, TryAgainLater
from link4web.providers.base.provider import Provider
from link4web.providers.base.records import LedgerFile
from link4web.web.links import link_to

LIFETIME = timedelta(minutes=10)


class ConsentProblem(Exception):
    """The dance went wrong. `code` is stable; the page has a sentence for each."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Departure:
    """What the session remembers while the person is at the provider; single use, ten minutes."""

    state: str
    verifier: str
    provider: str
    organisation_id: str
    user_id: str
    reconnect_id: str
    began: float


def depart(
    provider: Provider, organisation_id: str, user_id: str, reconnect_id: str = ""
) -> tuple[str, dict[str, Any]]:
    """The address to send the browser to, and what to keep in the session until it comes back."""
    config = config_of(provider.slug)
    verifier = secrets.token_urlsafe(64) if provider.wants_pkce(config) else ""
    departure = Departure(
        secrets.token_urlsafe(32), verifier, provider.slug, organisation_id, user_id, reconnect_id, clock.timestamp()
    )
    address = provider.authorisation(config, redirect_address(provider), departure.state, verifier or None)
    return address, asdict(departure)


def redirect_address(provider: Provider) -> str:
    """Where the provider sends people back to; registered with it to the letter."""
    return link_to(f"{provider.slug}.callback")


def check_return(provider: Provider, kept: dict[str, Any] | None, user_id: str, state: str) -> Departure:
    """The departure this return belongs to.

    Raises:
        ConsentProblem: *not-begun* (no departure in this browser), *state* (of another one), *late*, *person*
            (somebody else signed in), *provider* (left for another provider).
    """
    if not kept:
        raise ConsentProblem("not-begun")
    departure = Departure(**kept)
    if not hmac.compare_digest(departure.state.encode(), state.encode()):
        raise ConsentProblem("state")
    if departure.provider != provider.slug:
        raise ConsentProblem("provider")
    if departure.user_id != user_id:
        raise ConsentProblem("person")
    if clock.timestamp() - departure.began > LIFETIME.total_seconds():
        raise ConsentProblem("late")
    return departure


def arrive(provider: Provider, departure: Departure, returned: Mapping[str, str]) -> str:
    """Exchange the code and keep what it offers, inside the departure's organisation; the new connection's id.

    `returned` is the query that the browser came back with.

    Raises:
        ConsentProblem: *expired-code*, *no-file* (nothing was chosen at the provider), *provider-down*, *refused*, or
            a code of the provider's own `consent_words`.
    """
    config = config_of(provider.slug)
    end_reading()
    try:
        tokens = provider.exchange(
            config, returned.get("code", ""), redirect_address(provider), departure.verifier or None
        )
        files = provider.ledger_files(config, tokens, returned)
    except TryAgainLater:
        raise ConsentProblem("provider-down") from None
    except MustReconnect:
        raise ConsentProblem("expired-code") from None
    except PersonMustFix as error:
        raise ConsentProblem(error.code) from None
    except ProviderError:
        raise ConsentProblem("refused") from None
    if not files:
        raise ConsentProblem("no-file")
    columns = sealed_tokens(tokens, departure.organisation_id, provider.slug)
    return offers.keep(provider.slug, departure.organisation_id, departure.user_id, files, columns)


def confirm(connection_id: str, chosen: LedgerFile, *, reconnect_id: str = "", other_is_fine: bool = False) -> str:
    """Bind the chosen ledger file to the organisation and begin the first sync; the connection's id.

    A file that was connected here before takes up its old connection with everything entered there.

    Raises:
        ConsentProblem: *taken* (another organisation has this file), *other-file* (a reconnect that chose a
            different file, unless `other_is_fine`), *gone* (confirmed, declined or run out already).
    """
    with writing():
        offer = _held_offer(connection_id)
        mark = vault.fingerprint(offer.provider, chosen.file_id)
        if _bind(offer, mark) != offer.organisation_id:
            raise ConsentProblem("taken")
        former = queries.by_fingerprint(offer.provider, mark)
        if reconnect_id and not other_is_fine and (former is None or former.id != reconnect_id):
            raise ConsentProblem("other-file")
        connection = _take_up(former, offer) if former else offer
        _activate(connection, chosen, mark)
        outbox.cancel(leaving.LET_GO, [connection.id])
        request_sync(connection, full=True)
        record(
            "connection.connected",
            chain=connection.organisation_id,
            kind="connection",
            object_id=connection.id,
            provider=connection.provider,
            again=former is not None,
        )
    return connection.id


def _held_offer(connection_id: str) -> Connection:
    key = tenancy.organisation_id(), connection_id
    offer = db.session.get(Connection, key, with_for_update=True, populate_existing=True)
    if offer is None or not offers.is_open(offer):
        raise ConsentProblem("gone")
    return offer


def _bind(offer: Connection, mark: bytes) -> str:
    """Claim the ledger file for the offer's organisation; the organisation that has it, ours or an earlier one."""
    binding = insert_for(LedgerBinding).values(
        provider=offer.provider, file_hmac=mark, organisation_id=offer.organisation_id, connection_id=offer.id
    )
    db.session.execute(binding.on_conflict_do_nothing(index_elements=["provider", "file_hmac"]))
    return db.session.get_one(LedgerBinding, (offer.provider, mark), populate_existing=True).organisation_id


def _take_up(former: Connection, offer: Connection) -> Connection:
    for column in ("access_token", "refresh_token", "access_expires_at", "refreshed_at", "scope", "connected_by"):
        setattr(former, column, getattr(offer, column))
    former.refresh_owner = former.refresh_until = former.farewell = None
    former.refresh_fence += 1
    db.session.delete(offer)
    return former


def _activate(connection: Connection, chosen: LedgerFile, mark: bytes) -> None:
    seal = vault.seal
    organisation_id, provider = connection.organisation_id, connection.provider
    connection.enter("active")
    have_passed(connection.id)
    connection.file_name = chosen.name[:255]
    connection.file_id = seal(chosen.file_id, organisation_id, provider)
    connection.file_hmac = mark
    connection.remote_id = seal(chosen.remote_connection_id, organisation_id, provider)
    connection.offered_files = None
    connection.connected_at = clock.now()
    db.session.flush()
