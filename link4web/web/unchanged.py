"""A page that is shown again to the same browser, while nothing of its organisation has changed, is not built again.

People go back and forth between a list and its pages, and each time the list is asked for anew: nothing may be kept by
the browser. What is kept here never outlives a change (`revision`), a minute (words about time), the browser's session
or anything that session holds, nor the person's name and rights.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import Response, g, request

from link4web import clock, revision
from link4web.web import sessions
from link4web.web.access import member
from link4web.web.responses import wants_fragment

MOST_PAGES = 200  # about 60 kB each


class _Pages:
    """The pages shown last, by what they were built from."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def keep(self, key: Hashable, body: bytes) -> None:
        with self._lock:
            self._pages[key] = body
            if len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


_PAGES = _Pages()


def unless_changed(make: Callable[[], Response]) -> Response:
    """What `make` answers to this request, or what it answered to the same one before; for pages of a connection."""
    key = _key()
    if key is None:
        return make()
    body = _PAGES.get(key)
    if body is not None:
        return Response(body, mimetype="text/html")
    response = make()
    if response.status_code == 200 and not revision.has_changed_something():
        _PAGES.keep(key, response.get_data())
    return response


def _key() -> Hashable | None:
    """Everything a page is made of; None when that can't be told."""
    who, here = sessions.current().stored, member()
    if who is None or g.on_behalf or here.revision is None or request.method != "GET" or wants_fragment():
        return None
    minute = int(clock.now().timestamp()) // 60
    return who.token_hash, who.data, who.user.name, here.rights, here.revision, minute, request.full_path
