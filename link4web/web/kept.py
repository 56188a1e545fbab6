"""What somebody typed while their session ended: kept in the browser's next session and offered after the sign-in."""

from dataclasses import dataclass

from flask import request, session

from link4web.web import sessions
from link4web.web.origin import comes_from_here
from link4web.web.responses import is_local_path

MOST = 20_000
_NAME = "typed"


@dataclass(frozen=True)
class Typed:
    """A form that did not go through: where it was sent, and its fields without tokens and passwords."""

    path: str
    fields: list[tuple[str, str]]


def of_request(*, bare: bool = False) -> Typed | None:
    """The form of this request when it came from one of our own pages and is not too big to keep.

    `bare`: also one without fields, a button alone.
    """
    if request.method != "POST" or not comes_from_here() or not is_local_path(request.path):
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if _may_be_kept(name)]
    if not (fields or bare) or sum(len(name) + len(value) for name, value in fields) > MOST:
        return None
    return Typed(request.path, fields)


def keep() -> None:
    """Remember the form of this request, which nobody signed in has sent."""
    if (typed := of_request()) is not None:
        whose = sessions.current().expired_user_id
        session[_NAME] = {"path": typed.path, "fields": [list(pair) for pair in typed.fields], "whose": whose}


def keep_until_confirmed() -> None:
    """Remember the form of this request while its person is asked to prove that it is them."""
    typed = of_request(bare=True)
    if typed is None:
        drop()
        return
    whose = sessions.current().person.id
    session[_NAME] = {"path": typed.path, "fields": [list(pair) for pair in typed.fields], "whose": whose}


def drop_when_sent() -> None:
    """Forget what was kept once it is sent."""
    if request.method == "POST" and _NAME in session and session[_NAME]["path"] == request.path:
        drop()


def carry_over(user_id: str) -> dict[str, object]:
    """What the session that begins for `user_id` takes over; nothing that somebody else has typed."""
    held = session.get(_NAME)
    return {_NAME: held} if held and held["whose"] in (None, user_id) else {}


def held() -> Typed | None:
    """What is kept for the person signed in."""
    kept = session.get(_NAME)
    return Typed(kept["path"], [(name, value) for name, value in kept["fields"]]) if kept else None


def drop() -> None:
    """Forget it."""
    session.pop(_NAME, None)


def _may_be_kept(name: str) -> bool:
    return name != "csrf_token" and "password" not in name
