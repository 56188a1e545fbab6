"""The session table behind `web.sessions`, and the signed-in person as pages know them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Request, current_app
from flask_login import UserMixin
from sqlalchemy import bindparam, delete, select, update

from link4web import clock
from link4web.accounts import slowing
from link4web.accounts.models import SecondFactor, SessionRow, User
from link4web.accounts.tokens import token_hash
from link4web.database import changed_rows, db, writing
from link4web.settings import Settings
from link4web.web.access import device_of
from link4web.web.sessions import Change, Proof, Store, Stored


@dataclass(frozen=True, eq=False)
class Person(UserMixin):  # type: ignore[misc]  # flask-login publishes no types
    """Who is signed in (`current_user`), as the row says; to change it, load the `User`."""

    id: str
    email: str
    name: str
    verified_at: datetime | None
    has_codes: bool


# built once: every request runs it, and building it costs more than running it
_WITH_PERSON = (
    select(
        SessionRow.id,
        SessionRow.token_hash,
        SessionRow.user_id,
        SessionRow.data,
        SessionRow.created_at,
        SessionRow.seen_at,
        SessionRow.proved_at,
        SessionRow.second_factor_at,
        User.id,
        User.email,
        User.name,
        User.verified_at,
        SecondFactor.user_id.is_not(None),
    )
    .outerjoin(User, (User.id == SessionRow.user_id) & User.disabled_at.is_(None))
    .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
    .where(SessionRow.token_hash == bindparam("token_hash"))
)


def _load(token_hash: bytes) -> Stored | None:
    # below the ORM, which would cost every request several times what the database does; both tables are global
    row = db.session.connection().execute(_WITH_PERSON, {"token_hash": token_hash}).first()
    return Stored(*row[:6], Proof(*row[6:8]), Person(*row[8:]) if row[8] else None) if row else None


def _save(wanted: Stored, request: Request, before: Stored | None, change: Change) -> bool:
    with writing():
        kept = _held(before) if before else None
        if kept is None and before is not None and before.id == wanted.id:
            return False  # ended by somebody else meanwhile: it must not rise again, nor under a new token
        stored = change.onto(wanted, kept.data if kept else None)
        proof = _proof(stored, kept, change)
        if kept is not None and kept.token_hash != stored.token_hash:
            db.session.delete(kept)
            db.session.flush()
            kept = None
        row = kept or SessionRow(token_hash=stored.token_hash, id=stored.id, created_at=stored.created_at)
        row.user_id, row.data, row.seen_at = stored.user_id, stored.data, stored.seen_at
        row.address = (request.remote_addr or "")[:45]
        row.device = device_of(request)
        row.proved_at, row.second_factor_at = proof.proved_at, proof.second_factor_at
        db.session.add(row)
    return True


def _proof(stored: Stored, kept: SessionRow | None, change: Change) -> Proof:
    """What is proved in the session from now on: nothing when nobody is signed in any more."""
    if stored.user_id is None:
        return Proof()
    if change.proof is None and kept is not None:
        return Proof(kept.proved_at, kept.second_factor_at)
    return change.proof or stored.proof


def _held(before: Stored) -> SessionRow | None:
    return db.session.get(SessionRow, before.token_hash, with_for_update=True, populate_existing=True)


def _touch(token_hash: bytes, at: datetime) -> None:
    with writing():
        db.session.execute(update(SessionRow).where(SessionRow.token_hash == token_hash).values(seen_at=at))


def _delete(token_hash: bytes) -> None:
    with writing():
        db.session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))


def end_sessions_of(user_id: str, *, but: bytes = b"") -> None:
    """End every session of a person (`but` one), inside ``writing()``: after a new password, say (R-008, R-024)."""
    db.session.execute(delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.token_hash != but))


def end_session(user_id: str, session_id: str) -> bool:
    """End one of a person's sessions, inside ``writing()``; False when they have no such session (R-025)."""
    mine = delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.id == session_id)
    return bool(changed_rows(db.session.execute(mine)))


def sessions_of(user_id: str) -> list[SessionRow]:
    """Where a person is signed in, the latest first."""
    mine = select(SessionRow).where(SessionRow.user_id == user_id).order_by(SessionRow.seen_at.desc())
    return list(db.session.scalars(mine).all())


def open_beside(home_hash: bytes, session_id: str, data: str) -> str | None:
    """One more session of the same sign-in, with `data` in it; its token. None when the home session has ended, or
    another was opened beside it at the same moment.

    It knows that a code was typed, but is never fresh: what asks for a proof is the home session's alone. That one
    waits without any token until `resume` gives it a new one, so that its old cookie opens nothing meanwhile (R-021).
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    with writing():
        home = db.session.get(SessionRow, home_hash, with_for_update=True, populate_existing=True)
        if home is None:
            return None
        db.session.add(
            SessionRow(
                token_hash=token_hash(token),
                id=session_id,
                user_id=home.user_id,
                data=data,
                created_at=now,
                seen_at=now,
                address=home.address,
                device=home.device,
                second_factor_at=home.second_factor_at,
            )
        )
        _give(home.id, secrets.token_bytes(32))
    return token


def resume(home_id: str, beside_id: str) -> str | None:
    """End the session beside it and go on in the home session under a new token (R-021), inside ``writing()``.

    None when the home session has been ended meanwhile, or its browser has been away for too long.
    """
    beside = db.session.scalars(select(SessionRow).where(SessionRow.id == beside_id)).first()
    seen_at = beside.seen_at if beside else None
    end_support_session(beside_id)
    home = db.session.scalars(select(SessionRow).where(SessionRow.id == home_id)).first()
    settings: Settings = current_app.extensions["settings"]
    last, now = max(filter(None, (seen_at, home.seen_at if home else None)), default=None), clock.now()
    if home is None or last is None or now - last > timedelta(minutes=settings.session_idle_minutes):
        return None
    token = secrets.token_urlsafe(32)
    _give(home_id, token_hash(token), seen_at=now)
    return token


def _give(session_id: str, hashed: bytes, **more: datetime) -> None:
    """Let a session be known by another token, whose hash this is."""
    known = update(SessionRow).where(SessionRow.id == session_id).values(token_hash=hashed, **more)
    # the hash is the row's key, which the ORM can't change in what it has loaded
    db.session.execute(known.execution_options(synchronize_session=False))


def end_support_session(session_id: str) -> None:
    """End a session of support's, inside ``writing()``; nothing when it has ended."""
    db.session.execute(delete(SessionRow).where(SessionRow.id == session_id))


STORE = Store(load=_load, save=_save, touch=_touch, delete=_delete, has_room=slowing.may_keep)
