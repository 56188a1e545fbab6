"""Guessing gets slower, per account and per network, and nobody is locked out for good (R-005).

Four counters. *pair*: this account from this network. *account*: this account from anywhere. *network*: this network
for any account; it leaks, since an office shares one address. *known*: a network from which this account has signed
in before, so that an attacker elsewhere can't keep its owner out. After 100 failures in a row only a new password
helps (NIST SP 800-63B-4, 3.2.2). A fifth one, *typed*, is of forms that are kept for a network's visitors.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import ColumnElement, delete, or_, select

from link4web import clock
from link4web.accounts.models import SignInAttempt
from link4web.database import db, insert_for, writing

MOST_KEPT = 20
LEAKING = ("network", "typed")
FREE_TRIES = {"pair": 5, "account": 10, "network": 20}
LONGEST = timedelta(minutes=15)
LEAK = timedelta(minutes=1)
NOTED_EVERY = timedelta(minutes=1)
MOST_IN_A_ROW = 100
NEVER = -1


@dataclass(frozen=True)
class _Keys:
    pair: str
    account: str
    network: str
    known: str


def take_try(email: str, address: str, *, note: Callable[[], object], of_network: bool = True) -> int:
    """Count a try before it is made, so that parallel ones can't slip through.

    0: it may be made. More: the seconds to wait, and nothing was counted. `NEVER`: only a new password helps.
    `note` puts a try that has to wait into the trail, once a minute for each counter: guessing must not fill it.
    `of_network` False: what others in this network guess doesn't count, since this comes after a right password.
    """
    keys = _keys(email, address)
    with writing():
        rows = _locked(keys)
        is_known = db.session.get(SignInAttempt, keys.known) is not None
        network = ("network",) if of_network else ()
        counted = ("pair", *network) if is_known else ("pair", "account", *network)
        waits = {kind: _wait(kind, rows[getattr(keys, kind)]) for kind in counted}
        wait = NEVER if NEVER in waits.values() else max(waits.values())
        if wait:
            _note([rows[getattr(keys, kind)] for kind in counted if waits[kind]], note)
        else:
            for kind in ("pair", "account", *network):
                _count(kind, rows[getattr(keys, kind)])
    return wait


def may_keep(address: str) -> bool:
    """Whether one more form may be kept for a visitor from this network; counted when it may. It leaks as tries do."""
    name = f"typed:{network_of(address)}"
    with writing():
        _insert_missing([name])
        row = db.session.get_one(SignInAttempt, name, with_for_update=True, populate_existing=True)
        may = _standing("typed", row) < MOST_KEPT
        if may:
            _count("typed", row)
    return may


def succeeded(email: str, address: str, *, of_network: bool = True) -> None:
    """Take the try back and remember the network, inside ``writing()``. `of_network`: as it was taken."""
    keys = _keys(email, address)
    counted = [keys.network, keys.known] if of_network else [keys.known]
    forgive(email)
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.key == keys.pair))
    _insert_missing([keys.known])
    for row in db.session.scalars(select(SignInAttempt).where(SignInAttempt.key.in_(counted))):
        row.failures = max(0, row.failures - 1)
        row.last_at = clock.now()


def forgive(email: str) -> None:
    """Start the account's count anew, inside ``writing()``: after a good sign-in or a new password."""
    account = _digest(email)
    db.session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.key.in_([f"account:{account}"]) | SignInAttempt.key.startswith(f"pair:{account}:")
        )
    )


def may_be_forgotten(before: datetime) -> ColumnElement[bool]:
    """Which counts are of no use since nothing was counted after `before`.

    Failures of an account beyond its free tries are not among them: they stand until a good sign-in or a new password.
    """
    counts = [
        SignInAttempt.key.startswith(f"{kind}:") & (SignInAttempt.failures >= FREE_TRIES[kind])
        for kind in ("pair", "account")
    ]
    return (SignInAttempt.last_at < before) & ~or_(*counts)


def _locked(keys: _Keys) -> dict[str, SignInAttempt]:
    names = sorted((keys.pair, keys.account, keys.network))  # one order for all, so that nobody waits in a circle
    _insert_missing(names)
    rows = db.session.scalars(
        select(SignInAttempt).where(SignInAttempt.key.in_(names)).order_by(SignInAttempt.key).with_for_update()
    )
    return {row.key: row for row in rows}


def _insert_missing(names: list[str]) -> None:
    fresh = [{"key": name, "failures": 0, "last_at": clock.now()} for name in names]
    db.session.execute(insert_for(SignInAttempt).on_conflict_do_nothing(), fresh)


def _wait(kind: str, row: SignInAttempt) -> int:
    failures = _standing(kind, row)
    if kind != "network" and failures >= MOST_IN_A_ROW:
        return NEVER
    over = failures - FREE_TRIES[kind]
    if over < 0:
        return 0
    pause = min(LONGEST, timedelta(seconds=2 ** min(over, 20)))
    return max(0, round((row.last_at + pause - clock.now()).total_seconds()))


def _note(slowed: list[SignInAttempt], note: Callable[[], object]) -> None:
    now = clock.now()
    if any(row.noted_at and now - row.noted_at < NOTED_EVERY for row in slowed):
        return
    for row in slowed:
        row.noted_at = now
    note()


def _count(kind: str, row: SignInAttempt) -> None:
    row.failures = _standing(kind, row) + 1
    row.last_at = clock.now()


def _standing(kind: str, row: SignInAttempt) -> int:
    """The failures that still count."""
    leaked = int((clock.now() - row.last_at) / LEAK) if kind in LEAKING else 0
    return max(0, row.failures - leaked)


def _keys(email: str, address: str) -> _Keys:
    account, network = _digest(email), network_of(address)
    there = f"{account}:{_digest(network)}"
    return _Keys(f"pair:{there}", f"account:{account}", f"network:{network}", f"known:{there}")


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 that one IPv6 customer has all of."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:60]
    return str(ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
