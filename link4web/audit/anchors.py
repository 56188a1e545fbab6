"""How far each chain has got, written into the system's chain: who cuts or replaces one must rewrite that as well.

The end of the system's own chain goes into the log, which leaves this machine: only there is it safe from whoever can
rewrite the whole database (R-191).
"""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import select, tuple_

from link4web.audit.models import AuditEvent, AuditHead
from link4web.audit.trail import SYSTEM, record
from link4web.database import db, writing

ANCHORED = "audit.anchored"  # as it is recorded below
#: How many chains one event holds.
EACH = 100
#: How long before it is committed an event may have been written, with clocks that differ.
OVERLAP = timedelta(hours=1)
Anchor = tuple[str, int, str]
log = structlog.get_logger("audit")


def anchor() -> None:
    """Write down name, position and hash of every chain that has grown since its last anchor; say it in the log."""
    grown = _grown()
    for first in range(0, len(grown), EACH):
        some = grown[first : first + EACH]
        with writing():
            position = record("audit.anchored", kind="chains", chains=[list(one) for one in some])
            end = _hash_at(SYSTEM, position)
        log.info(ANCHORED, chains=len(some), position=position, hash=end)
    last = db.session.scalar(select(AuditHead.position).where(AuditHead.chain == SYSTEM))
    if last is not None:
        log.info("audit.end", position=last, hash=_hash_at(SYSTEM, last))


def misfits(only: str = "") -> Iterator[tuple[int, str, int]]:
    """Anchors that their chains do not fit any more: where the anchor stands, the chain, and the position in it.

    `only`: of this chain alone. A chain that is gone fits none of its anchors: nobody may delete one.
    """
    for position, anchors in _anchors(0):
        asked = [one for one in anchors if only in ("", one[0])]
        found = _hashes(asked)
        for chain, at, end in asked:
            if found.get((chain, at)) != end:
                yield position, chain, at


def _grown() -> list[Anchor]:
    """The ends of all chains with events of this time: since the last anchor, and some before, as far as not in one."""
    ends = (
        select(AuditHead.chain, AuditHead.position, AuditHead.hash)
        .join(AuditEvent, (AuditEvent.chain == AuditHead.chain) & (AuditEvent.position == AuditHead.position))
        .where(AuditHead.chain != SYSTEM)
    )
    anchored = AuditEvent.chain == SYSTEM, AuditEvent.action == ANCHORED
    last = db.session.scalar(select(AuditEvent.at).where(*anchored).order_by(AuditEvent.position.desc()).limit(1))
    known: set[Anchor] = set()
    if last is not None:
        ends = ends.where(AuditEvent.at > last - OVERLAP)
        recent = select(AuditEvent.position).where(*anchored, AuditEvent.at > last - 2 * OVERLAP)
        first = db.session.scalar(recent.order_by(AuditEvent.position).limit(1)) or 0
        known = {one for _, anchors in _anchors(first) for one in anchors}
    found = db.session.execute(ends.order_by(AuditHead.chain))
    grown = ((chain, position, end.hex()) for chain, position, end in found if isinstance(end, bytes))
    return [one for one in grown if one not in known]


def _anchors(first: int) -> Iterator[tuple[int, list[Anchor]]]:
    """Each anchor's position and what it holds; one that nobody can read is the system chain's own misfit."""
    position = first - 1
    anchors = select(AuditEvent.position, AuditEvent.details).where(
        AuditEvent.chain == SYSTEM, AuditEvent.action == ANCHORED
    )
    while some := db.session.execute(
        anchors.where(AuditEvent.position > position).order_by(AuditEvent.position).limit(EACH)
    ).all():
        for position, details in some:
            try:
                yield position, [(str(chain), int(at), str(end)) for chain, at, end in json.loads(details)["chains"]]
            except (ValueError, TypeError, KeyError):
                continue


def _hashes(anchors: Sequence[Anchor]) -> dict[tuple[str, int], str]:
    """What the chains have at these positions; nothing for those that have none."""
    places = [(chain, position) for chain, position, _ in anchors]
    found = db.session.execute(
        select(AuditEvent.chain, AuditEvent.position, AuditEvent.hash).where(
            tuple_(AuditEvent.chain, AuditEvent.position).in_(places)
        )
    )
    return {(chain, position): end.hex() for chain, position, end in found if isinstance(end, bytes)}


def _hash_at(chain: str, position: int) -> str:
    return _hashes([(chain, position, "")]).get((chain, position), "")


def is_at(position: int, end: str) -> bool:
    """Whether the system's chain has this hash there, as a line of the log says."""
    return _hash_at(SYSTEM, position) == end.lower()
