"""What somebody typed while their session ended: kept in the browser's next session and offered after the sign-in.

Passwords and codes are never kept. All else is sealed: bank accounts and other people's details are among it, and
nobody who reads the database should read them there.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, request, session

from link4web.sealing import Undecryptable, seal, unseal
from link4web.web import sessions
from link4web.web.origin import comes_from_here
from link4web.web.responses import is_local_path

MOST = 20_000
_NAME = "kept"
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Typed:
    """A form that did not go through: where it was sent, and its fields. `left_out`: a password or code was in it."""

    path: str
    fields: list[tuple[str, str]]
    left_out: bool = False


def code_names_a_problem(view: View) -> View:
    """Say that this view's field `code` is no secret: it names a problem that help tells of."""
    view.code_names_a_problem = True  # type: ignore[attr-defined]  # a mark on the function, read by _is_secret
    return view


def of_request(*, bare: bool = False) -> Typed | None:
    """The form of this request when it came from one of our own pages and is not too big to keep.

    `bare`: also one without fields, a button alone.
    """
    if request.method != "POST" or not comes_from_here() or not is_local_path(request.path):
        return None
    sent = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    fields = [(name, value) for name, value in sent if not _is_secret(name)]
    if not (fields or bare) or sum(len(name) + len(value) for name, value in fields) > MOST:
        return None
    return Typed(request.path, fields, left_out=len(fields) < len(sent))


def keep() -> None:
    """Remember the form of this request, which nobody signed in has sent.

    Whose session has just run out is known. Anybody else may be a program that fills our tables, so what is kept for
    a network is limited.
    """
    typed, whose = of_request(), sessions.current().expired_user_id
    if typed is not None and (whose or sessions.has_room()):
        _remember(typed, whose)


def keep_until_confirmed() -> None:
    """Remember the form of this request while its person is asked to prove that it is them.

    A form for a password or code has a page of its own, which comes after the proof and asks for it again.
    """
    typed = of_request(bare=True)
    has_page = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    if typed is None or (typed.left_out and has_page):
        drop()
    else:
        _remember(typed, sessions.current().person.id)


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
    if not kept:
        return None
    try:
        opened = json.loads(unseal(kept["sealed"], _bound_to(kept["path"], kept["whose"])))
    except Undecryptable:  # the key has been taken away meanwhile
        return None
    return Typed(kept["path"], [(name, value) for name, value in opened["fields"]], opened["left_out"])


def drop() -> None:
    """Forget it."""
    session.pop(_NAME, None)


def _remember(typed: Typed, whose: str | None) -> None:
    text = json.dumps({"fields": typed.fields, "left_out": typed.left_out})
    session[_NAME] = {"path": typed.path, "whose": whose, "sealed": seal(text, _bound_to(typed.path, whose))}


def _bound_to(path: str, whose: str | None) -> str:
    return f"a form for {path} that {whose or 'a visitor'} has typed"


def _is_secret(name: str) -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    is_code = name == "code" and not getattr(view, "code_names_a_problem", False)
    return is_code or "password" in name
