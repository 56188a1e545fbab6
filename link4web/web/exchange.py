"""A secret in an address is exchanged for a clean address: the session keeps its hash (R-030)."""

from flask import Response, request, session
from flask_login import current_user

from link4web.web import sessions
from link4web.web.responses import go_to


def exchange(name: str, hashed: bytes, clean: str, *, opens_account: bool) -> Response:
    """Keep the hash of a link's secret as `name` in the session and lead to `clean`.

    The session gets a new token and keeps its hours: whoever knew this browser's cookie before must not find the
    secret behind it (R-021). Somebody who is signed in keeps theirs, and with it what they have ticked, unless the
    secret `opens_account`. A HEAD, as link scanners send it, changes nothing.
    """
    if request.method != "HEAD":
        session[name] = hashed.hex()
        if opens_account or not current_user.is_authenticated:
            sessions.change_token()
    return go_to(clean, 302)
