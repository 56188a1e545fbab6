"""Security codes at sign-in: TOTP (RFC 6238) with ten recovery codes (R-006, R-007).

A code works once: the step it belongs to is stored by compare-and-set, so of two posts at the same moment one wins.
"""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hmac import compare_digest

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, func, select, update

from link4web import clock, sealing
from link4web.accounts import notices, passwords, slowing
from link4web.accounts.models import RecoveryCode, SecondFactor, User
from link4web.accounts.sessions import end_sessions_of
from link4web.audit import record
from link4web.database import changed_rows, db, end_reading, insert_for, writing

ISSUER = "Link4web"
STEP = 30
DIGITS = 6
STEPS_AROUND = (0, -1, 1)
RECOVERY_CODES = 10
# no letters or digits that look like others on paper
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUP = 4
_GROUPS = 3


@dataclass(frozen=True)
class Key:
    """What an authenticator app needs: the key in groups of four, as a link that opens the app, and as a QR picture.

    `picture` is a data address of an image, dark on white in every colour scheme, as scanners want it.
    """

    groups: str
    href: str
    picture: str


@dataclass(frozen=True)
class Standing:
    """Since when somebody has security codes, and how many recovery codes are left."""

    since: datetime
    left: int


class CodeRefused(Exception):
    """`wait`: seconds until the next try, 0 when the code was wrong or used, `slowing.NEVER` for too many."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__(wait)
        self.wait = wait


def standing(user_id: str) -> Standing | None:
    """How it stands with somebody's codes; None when they have none."""
    since = db.session.scalar(select(SecondFactor.created_at).where(SecondFactor.user_id == user_id))
    if since is None:
        return None
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return Standing(since, db.session.scalar(left) or 0)


def new_key(user_id: str) -> str:
    """A fresh key, sealed, for the session that sets codes up; nothing is stored yet."""
    return sealing.seal(secrets.token_bytes(20).hex(), _bound(user_id)).hex()


def shown(sealed: str, user_id: str, email: str) -> Key | None:
    """The key as the page shows it; None when it is not this person's or its sealing key is gone."""
    try:
        secret = _opened(bytes.fromhex(sealed), user_id)
    except (sealing.Undecryptable, ValueError, IndexError):
        return None
    text = base64.b32encode(secret).decode()
    groups = " ".join(text[start : start + 4] for start in range(0, len(text), 4))
    address = _totp(secret).get_provisioning_uri(email, ISSUER)
    picture = segno.make_qr(address, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
    return Key(groups, address, picture)


def set_up(user_id: str, sealed: str, typed: str, *, keep_session: bytes) -> list[str]:
    """Ask codes of this person from now on; the recovery codes, which are shown this once.

    Every other session ends (R-024), a mail says so, and codes set up before give way to these.

    Raises:
        CodeRefused: the code is not one of this key.
    """
    secret = bytes.fromhex(sealed)
    step = next(_fitting(_opened(secret, user_id), typed), None)
    if step is None:
        raise CodeRefused
    made, hashed = _fresh_codes()
    with writing():
        db.session.get_one(User, user_id, with_for_update=True)
        values = {"secret": secret, "last_step": step, "created_at": clock.now()}
        insertion = insert_for(SecondFactor).values(user_id=user_id, **values)
        db.session.execute(insertion.on_conflict_do_update(index_elements=["user_id"], set_=values))
        _store(user_id, hashed)
        slowing.forgive(guessed(user_id))
        end_sessions_of(user_id, but=keep_session)
        notices.tell(user_id, "codes_on")
        record("account.codes_set_up", kind="user", object_id=user_id)
    return made


def check(user_id: str, typed: str, address: str) -> bool:
    """Use a security code or a recovery code up. True when it was a recovery code.

    Guessing gets slower as with passwords, with counters of its own (R-005).

    Raises:
        CodeRefused: alike for a wrong code and for one that was used already.
    """
    guesses = guessed(user_id)
    slowed = partial(record, "account.code", kind="user", object_id=user_id, outcome="slowed")
    if wait := slowing.take_try(guesses, address, note=slowed, of_network=False):
        raise CodeRefused(wait)
    plain = "".join(character for character in typed.lower() if character.isalnum())
    recovers = not plain.isdecimal() and _recovery_fits(user_id, plain)
    with writing():
        used = _use_recovery(user_id, plain) if recovers else _use_step(user_id, plain)
        if used:
            slowing.succeeded(guesses, address, of_network=False)
        if used and recovers:
            notices.tell(user_id, "recovery_used")
        by = "recovery code" if recovers else "code"
        record("account.code", kind="user", object_id=user_id, outcome="done" if used else "refused", by=by)
    if not used:
        raise CodeRefused
    return recovers


def guessed(user_id: str) -> str:
    """The name under which `slowing` counts guesses at somebody's codes."""
    return f"codes of {user_id}"


def renew_recovery(user_id: str) -> list[str]:
    """Ten new recovery codes, shown this once; the old ones stop working. Empty when there are no codes at all."""
    made, hashed = _fresh_codes()
    with writing():
        if db.session.get(SecondFactor, user_id, with_for_update=True) is None:
            return []
        _store(user_id, hashed)
        notices.tell(user_id, "recovery_renewed")
        record("account.recovery_codes", kind="user", object_id=user_id)
    return made


def take_away(user_id: str, *, by: str, keep_session: bytes = b"") -> bool:
    """Ask no more codes of this person; other sessions end. False when there were none.

    `by`: *self*, or *command* for somebody who has lost phone and recovery codes.
    """
    with writing():
        gone = changed_rows(db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id)))
        if not gone:
            return False
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        slowing.forgive(guessed(user_id))
        end_sessions_of(user_id, but=keep_session)
        notices.tell(user_id, "codes_off" if by == "self" else "codes_reset")
        record("account.codes_taken_away", kind="user", object_id=user_id, by=by)
    return True


def give(user_id: str) -> None:
    """Codes for a demo person, who has no phone: `code_now` says what it would show."""
    sealed = bytes.fromhex(new_key(user_id))
    with writing():
        if db.session.get(SecondFactor, user_id) is None:
            db.session.add(SecondFactor(user_id=user_id, secret=sealed, last_step=0, created_at=clock.now()))
            record("account.codes_set_up", kind="user", object_id=user_id, by="command")


def code_now(user_id: str) -> str:
    """What a demo person's phone would show; the next one where that has been used. Empty when they have no codes."""
    row = db.session.get(SecondFactor, user_id)
    if row is None:
        return ""
    step = max(int(clock.timestamp()) // STEP, row.last_step + 1)
    return _totp(_opened(row.secret, user_id)).generate(step * STEP).decode()


def _use_step(user_id: str, typed: str) -> bool:
    """Inside ``writing()``."""
    row = db.session.get(SecondFactor, user_id)
    try:
        secret = _opened(row.secret, user_id) if row else b""
    except sealing.Undecryptable:
        secret = b""  # its key is gone; a recovery code still helps
    for step in _fitting(secret, typed) if secret else ():
        moved = update(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
        # the row as another post has it by now, not as this transaction read it
        if changed_rows(db.session.execute(moved.values(last_step=step).execution_options(synchronize_session=False))):
            return True
    return False


def _fitting(secret: bytes, typed: str) -> Iterator[int]:
    """The steps around now whose code this is."""
    plain = "".join(typed.split())
    if len(plain) != DIGITS or not plain.isascii() or not plain.isdecimal():
        return
    now = int(clock.timestamp()) // STEP
    for around in STEPS_AROUND:
        step = now + around
        if step >= 0 and compare_digest(_totp(secret).generate(step * STEP), plain.encode()):
            yield step


def _recovery_fits(user_id: str, plain: str) -> bool:
    known = db.session.get(RecoveryCode, (user_id, plain[:_GROUP]))
    stored = known.code_hash if known else passwords.decoy()
    end_reading()
    return passwords.password_fits(plain, stored) and known is not None


def _use_recovery(user_id: str, plain: str) -> bool:
    """Inside ``writing()``."""
    mine = delete(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.name == plain[:_GROUP])
    return bool(changed_rows(db.session.execute(mine)))


def _fresh_codes() -> tuple[list[str], dict[str, str]]:
    """Ten codes as people see them, and their hashes by how they begin. Slow, so outside ``writing()``."""
    end_reading()
    made: dict[str, str] = {}
    while len(made) < RECOVERY_CODES:
        plain = "".join(secrets.choice(_LETTERS) for _ in range(_GROUP * _GROUPS))
        if any(character.isalpha() for character in plain):  # digits alone would read as a code of the app
            made[plain[:_GROUP]] = plain
    written = [
        "-".join(plain[start : start + _GROUP] for start in range(0, len(plain), _GROUP)) for plain in made.values()
    ]
    return written, {name: passwords.hash_code(plain) for name, plain in made.items()}


def _store(user_id: str, hashed: dict[str, str]) -> None:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    db.session.add_all(RecoveryCode(user_id=user_id, name=name, code_hash=code) for name, code in hashed.items())


def reseal_all() -> int:
    """Seal with the newest key what older ones have sealed; the number of keys (R-085)."""
    count = 0
    for user_id in db.session.scalars(select(SecondFactor.user_id)).all():
        with writing():
            row = db.session.get(SecondFactor, user_id, with_for_update=True)
            if row is None or sealing.is_sealed_with_newest(row.secret):
                continue
            try:
                row.secret = sealing.seal(sealing.unseal(row.secret, _bound(user_id)), _bound(user_id))
            except sealing.Undecryptable:
                continue  # its key is gone
            count += 1
    return count


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303 (what authenticator apps speak; RFC 6238)


def _opened(sealed: bytes, user_id: str) -> bytes:
    return bytes.fromhex(sealing.unseal(sealed, _bound(user_id)))


def _bound(user_id: str) -> str:
    return f"second factor|{user_id}"
