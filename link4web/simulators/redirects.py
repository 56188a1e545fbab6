"""Redirect addresses of OAuth apps: which ones are registered, and the way back to them."""

import re
from urllib.parse import urlencode, urlsplit

from flask import redirect
from werkzeug.wrappers import Response

from link4web.simulators.switches import Switchboard


class AuthoriseError(Exception):
    """The request can't be trusted enough to send anybody back: code and sentence for the service's own error page."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.code, self.sentence = code, sentence


def is_registered(board: Switchboard, redirect_uri: str) -> bool:
    """Exact match against the registered addresses; for home any port of this machine with the app's path is one.

    The board has the switches `extra_redirects` and `loopback_address`.
    """
    if redirect_uri in board["extra_redirects"]:
        return True
    if board["loopback_address"] == "refused" and urlsplit(redirect_uri).hostname == "127.0.0.1":
        return False
    return (
        re.match(rf"^http://(localhost|127\.0\.0\.1)(:\d{{1,5}})?/{board.service}/callback$", redirect_uri) is not None
    )


def back(redirect_uri: str, state: str, **answer: str) -> Response:
    """Send the browser back to the app with an answer; the state comes along as it was given."""
    if state:
        answer["state"] = state
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return redirect(f"{redirect_uri}{joint}{urlencode(answer)}")


def origin(redirect_uri: str) -> str:
    """What a consent page's form may lead to: browsers hold the answer's redirect against form-action, too."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}"
