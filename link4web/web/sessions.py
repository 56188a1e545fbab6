"""Server-side sessions: the browser holds a random token, the database only its hash (R-020).

One interface, used unchanged by Flask-Login, Flask-WTF and our own code. A row exists once a form has been shown or
somebody signs in; crawlers, webhooks and static files never make one.

A browser sends several requests at once. Each is saved as what it changed, onto the row as it is by then: a page must
not take back what another has stored meanwhile.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, Response, current_app, request, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import CallbackDict

from link4web import clock
from link4web.ids import new_id
from link4web.settings import Settings

SESSIONLESS = ("/static/", "/webhooks/", "/help", "/healthz", "/readyz", "/metrics")
TOUCH_EVERY = timedelta(seconds=60)
#: How long a proof of the password (and the code) opens what `fresh` rules guard (R-009).
FRESH_FOR = timedelta(minutes=10)
_serializer = TaggedJSONSerializer()


@dataclass(frozen=True)
class Proof:
    """What was proved in a session: when the password last (with the code, for whoever has codes), and when a code."""

    proved_at: datetime | None = None
    second_factor_at: datetime | None = None


@dataclass
class Stored:
    """A session as the store keeps it; `user` is whatever the store loaded beside it.

    `id` names the session and outlives a change of its token.
    """

    id: str
    token_hash: bytes
    user_id: str | None
    data: str
    created_at: datetime
    seen_at: datetime
    proof: Proof = Proof()
    user: Any = None


@dataclass(frozen=True)
class Change:
    """What a request did to its session: keys it set, keys it removed. `anew`: everything else goes as well.

    `proof`: what was proved in it, None when nothing was.
    """

    given: dict[str, Any]
    taken: frozenset[str]
    anew: bool
    proof: Proof | None = None

    def onto(self, stored: Stored, data: str | None) -> Stored:
        """The session as it is to be stored, over the `data` of its row now; None when there is no row any more."""
        others = _serializer.loads(data) if data and not self.anew else {}
        merged = {name: value for name, value in others.items() if name not in self.taken} | self.given
        return replace(stored, user_id=merged.get("_user_id"), data=_serializer.dumps(merged))


@dataclass(frozen=True)
class Store:
    """Where sessions live; `app.py` plugs in the table. `load` may raise OperationalError.

    `save` takes the session, the request, what was there before (None for a new one) and the change, which it applies
    in the transaction that writes; it answers False when that has been ended meanwhile. `has_room` counts what visitors
    of a network address have kept, and says whether this may be, too.
    """

    load: Callable[[bytes], Stored | None]
    save: Callable[[Stored, Request, Stored | None, Change], bool]
    touch: Callable[[bytes, datetime], None]
    delete: Callable[[bytes], None]
    has_room: Callable[[str], bool]


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The session of one request.

    `kept` False: nothing of it will be stored. `unreadable`: the store did not answer. `expired_user_id`: whose
    session this was until it ran out.
    """

    def __init__(self, stored: Stored | None, token: str | None, *, kept: bool = True) -> None:
        def changed(_: object) -> None:
            self.modified = True

        super().__init__(_serializer.loads(stored.data) if stored else {}, changed)
        self.stored = stored
        self.token = token
        self.kept = kept
        self.unreadable = False
        self.expired_user_id: str | None = None
        self.proof = stored.proof if stored else Proof()
        self.modified = False
        self.rotating = False
        self.ended = False
        self.moved_to = ""
        self.new = stored is None
        self._anew = False
        self._assigned: set[str] = set()

    def __setitem__(self, name: str, value: Any) -> None:
        self._assigned.add(name)
        super().__setitem__(name, value)

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, *given: Any, **named: Any) -> None:
        for name, value in dict(*given, **named).items():
            self[name] = value

    def clear(self) -> None:
        self._anew = True
        super().clear()

    def change(self) -> Change:
        """What has been done to it in this request, inside its values too."""
        before = _serializer.loads(self.stored.data) if self.stored else {}
        given = {
            name: value
            for name, value in self.items()
            if name in self._assigned or name not in before or before[name] != value
        }
        proof = None if self.stored and self.proof == self.stored.proof else self.proof
        return Change(given, frozenset(before.keys() - self.keys()), self._anew, proof)

    @property
    def key(self) -> str:
        """A stable name for this session in other tables; empty while no row of it exists."""
        return self.stored.id if self.stored else ""

    @property
    def person(self) -> Any:
        """Whoever was signed in when the request came, None for nobody; what Flask-Login's `current_user` leads to.

        Somebody with security codes is nobody as long as none was typed in this session (R-006).
        """
        user = self.stored.user if self.stored else None
        return user if user and (self.proof.second_factor_at or not user.has_codes) else None

    @property
    def is_fresh(self) -> bool:
        """Whether the person has proved within the last minutes that it is them (R-009)."""
        return self.proof.proved_at is not None and clock.now() - self.proof.proved_at <= FRESH_FOR


def current() -> ServerSession:
    """The session of the running request."""
    return cast(ServerSession, session._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 (werkzeug's documented way to the object behind its proxy)


def rotate() -> None:
    """Give this browser a new token and start its hours anew; the old token is dead. At every sign-in (R-021)."""
    current().rotating = True
    current().modified = True


def change_token() -> None:
    """Give this browser a new token; the session and its hours stay. When it proves more than before (R-021)."""
    current().token = None
    current().modified = True


def prove(*, code: bool) -> None:
    """Note that the person has just typed the password here, and a `code`. The caller gives a new token (R-021)."""
    now = clock.now()
    current().proof = Proof(now, now if code else None)
    current().modified = True


def move_to(token: str) -> None:
    """From its next request on this browser is in another session, which has this token; nothing of the running one is
    stored any more."""
    current().moved_to = token


def has_room() -> bool:
    """Whether one more thing that a visitor has typed may be kept; it counts as kept."""
    return cast(DatabaseSessions, current_app.session_interface).store.has_room(request.remote_addr or "")


def packed(data: dict[str, Any]) -> str:
    """What a session holds, as the store keeps it."""
    return str(_serializer.dumps(data))


def end() -> None:
    """Sign out: the row is deleted, the cookie taken back."""
    current().clear()
    current().ended = True


class DatabaseSessions(SessionInterface):
    """Flask's session interface over a `Store`."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.name = settings.cookie_name
        self.secure = settings.is_https
        self.idle = timedelta(minutes=settings.session_idle_minutes)
        self.absolute = timedelta(hours=settings.session_hours)

    def open_session(self, app: Flask, request: Request) -> ServerSession:  # noqa: ARG002 (Flask's signature)
        if request.path.startswith(SESSIONLESS):
            return ServerSession(None, None, kept=False)
        token = request.cookies.get(self.name, "")
        try:
            stored = self.store.load(_hash(token)) if 20 <= len(token) <= 100 else None
            return self._opened(stored, token)
        except OperationalError:
            # raised here, it would escape the error pages; web.access answers 503 instead
            unreadable = ServerSession(None, None, kept=False)
            unreadable.unreadable = True
            return unreadable

    def _opened(self, stored: Stored | None, token: str) -> ServerSession:
        if stored is None:
            return ServerSession(None, None)
        if self._has_expired(stored):
            self.store.delete(stored.token_hash)
            anew = ServerSession(None, None)
            anew.expired_user_id = stored.user_id
            return anew
        return ServerSession(stored, token)

    def _has_expired(self, stored: Stored) -> bool:
        now = clock.now()
        return now - stored.seen_at > self.idle or now - stored.created_at > self.absolute

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002 (Flask's signature)
        held = cast(ServerSession, session)
        if not held.kept:
            return
        if held.moved_to:
            self._set_cookie(held.moved_to, response)
        elif held.ended:
            self._end(held, response)
        elif held.modified and (held or held.stored):
            self._keep(held, response)
        elif held.stored and clock.now() - held.stored.seen_at > TOUCH_EVERY:
            self.store.touch(held.stored.token_hash, clock.now())

    def _end(self, held: ServerSession, response: Response) -> None:
        if held.stored:
            self.store.delete(held.stored.token_hash)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="Lax")

    def _keep(self, held: ServerSession, response: Response) -> None:
        before, now = held.stored, clock.now()
        if held.token is None or held.rotating:
            held.token = secrets.token_urlsafe(32)
        goes_on = before if before and not held.rotating else None
        saved = Stored(
            id=goes_on.id if goes_on else new_id(),
            token_hash=_hash(held.token),
            user_id=held.get("_user_id"),
            data="",
            created_at=goes_on.created_at if goes_on else now,
            seen_at=now,
            proof=held.proof,
        )
        kept = self.store.save(saved, request, before, held.change())
        if kept and (before is None or before.token_hash != saved.token_hash):
            self._set_cookie(held.token, response)

    def _set_cookie(self, token: str, response: Response) -> None:
        response.set_cookie(self.name, token, path="/", secure=self.secure, httponly=True, samesite="Lax")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
