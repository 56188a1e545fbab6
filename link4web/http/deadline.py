"""An end to a call as a whole: the time limits of sockets are for one piece of it, and pieces may trickle for ever."""

import socket
import threading
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_here = threading.local()


class Deadline:
    """While it is entered, it cuts off what this thread is connected to once so many seconds are over."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        _here.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        _here.deadline = None
        self._timer.cancel()
        with self._lock:
            self._socket = None  # it may serve another call from now on

    def watch(self, connected: socket.socket) -> None:
        """Cut this one off when time is over, which it may be already."""
        with self._lock:
            self._socket = connected
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                with suppress(OSError):
                    # past TLS, which would say good-bye first and wait for an answer
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _watch(connected: socket.socket | None) -> None:
    deadline: Deadline | None = getattr(_here, "deadline", None)
    if deadline is not None and connected is not None:
        deadline.watch(connected)


# requests and urllib3 pass options of several types through; the signatures are theirs
class PlainConnection(HTTPConnection):
    """Shows its socket to the deadline of the running call, whether it is new or was used before."""

    def connect(self) -> None:
        super().connect()
        _watch(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch(self.sock)
        super().request(*args, **kwargs)


class SecureConnection(HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        super().connect()
        _watch(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch(self.sock)
        super().request(*args, **kwargs)


class WatchedAdapter(HTTPAdapter):
    """Opens connections that a deadline can cut off. It never retries, since repeating is the caller's decision."""

    plain: type[HTTPConnection] = PlainConnection
    secure: type[HTTPSConnection] = SecureConnection

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = self.plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = self.secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
