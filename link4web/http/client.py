"""One HTTP client for a service: pinned origins, no redirects, limits in time and size, a breaker, quiet logs."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
import structlog
import urllib3
from requests.adapters import HTTPAdapter

from link4web.http.breaker import Breakers
from link4web.http.deadline import Deadline, WatchedAdapter
from link4web.http.failures import AddressRefused, Unreachable
from link4web.http.origins import origin_of

MEBIBYTE = 1024 * 1024
_CHUNK = 64 * 1024
LONGEST_CALL = 20.0  # seconds; a worker that is told to stop has 25
_LOGGED_PATH = 200
# which ledger file or record a path is about is nobody's business who reads logs
_WHOSE = re.compile(r"(?<=/)(?:\d{8,}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})(?![^/])")

_log = structlog.get_logger("link4web.http")


@dataclass(frozen=True)
class Answer:
    """A complete answer. `headers` is looked up without regard to case; `body` is uncompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """Calls one service, from any number of threads.

    Only URLs of `origins` are called, redirects come back as answers, cookies are dropped, and proxy or netrc
    settings of the machine are not used. Reading stops at `max_bytes`; a call as a whole, from connecting to the last
    byte, ends after `LONGEST_CALL` at the latest, in whatever small pieces its answer may come.
    """

    def __init__(
        self,
        name: str,
        origins: frozenset[str],
        *,
        connect_timeout: float = 3.05,
        read_timeout: float = 15.0,
        max_bytes: int = 32 * MEBIBYTE,
    ) -> None:
        self.name = name
        self._origins = origins
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._max_bytes = max_bytes
        self._breakers = Breakers()
        self._session = _new_session(self.adapter())

    def adapter(self) -> HTTPAdapter:
        """What opens the connections."""
        return WatchedAdapter(pool_maxsize=16, max_retries=0)

    def permit(self, url: str) -> None:
        """Refuse a URL that is not of this service.

        Raises:
            AddressRefused: it leads elsewhere.
        """
        if origin_of(url) not in self._origins:
            raise AddressRefused(f"{self.name} may not call this address")

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
        part: str = "",
    ) -> Answer:
        """Send one request and read the whole answer, whatever its status.

        `timeout` shortens waiting for a piece of the answer and for the whole call, in seconds. `part` names the part
        of the service that the call is about, such as a ledger file: one that is broken keeps nobody from the others.

        Raises:
            Unreachable: no complete answer; CircuitOpen and AddressRefused: the call was not made.
        """
        self.permit(url)
        self._breakers.enter(part)
        started = time.monotonic()
        try:
            answer = self._answer(method, url, headers or {}, params or {}, body, timeout or LONGEST_CALL)
        except Unreachable as failure:
            if failure.reason == "timeout":
                self._breakers.broken(part)  # somebody is there, but not done in time
            elif not isinstance(failure, AddressRefused):
                self._breakers.unreachable(part)
            self._note(method, url, failure.reason, started)
            raise
        if answer.status >= 500:
            self._breakers.broken(part)
        else:
            self._breakers.succeeded(part)
        self._note(method, url, answer.status, started)
        return answer

    def _answer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None,
        wanted: float,
    ) -> Answer:
        longest = min(wanted, LONGEST_CALL)
        read_timeout = min(self._read_timeout, longest)
        with Deadline(longest) as deadline:
            try:
                with self._session.request(
                    method,
                    url,
                    headers=dict(headers),
                    params=dict(params),
                    data=body,
                    timeout=(min(self._connect_timeout, read_timeout), read_timeout),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    content = self._read(response.raw)
                    answer = Answer(response.status_code, response.headers, content)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                # the library's message quotes the URL with its query, and any credential in that: no traceback needs it
                reason = "timeout" if deadline.is_over else _reason(error)
                raise Unreachable(reason, type(error).__name__) from None
            if deadline.is_over:  # where an answer does not say how long it is, being cut off looks like its end
                raise Unreachable("timeout", "the whole answer took too long")
            return answer

    def _read(self, raw: urllib3.response.BaseHTTPResponse) -> bytes:
        content = bytearray()
        for piece in _pieces(raw):
            content += piece
            if len(content) > self._max_bytes:
                raise Unreachable("too-large", f"more than {self._max_bytes} bytes")
        return bytes(content)

    def _note(self, method: str, url: str, outcome: int | str, started: float) -> None:
        _log.info(
            "http.sent",
            client=self.name,
            method=method,
            path=_WHOSE.sub("…", urlsplit(url).path)[:_LOGGED_PATH],
            outcome=outcome,
            ms=round((time.monotonic() - started) * 1000),
        )


def _new_session(adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = "Link4web"
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _pieces(raw: urllib3.response.BaseHTTPResponse) -> Iterator[bytes]:
    # read1 hands over what has arrived; read would wait for a whole chunk
    while piece := raw.read1(_CHUNK, decode_content=True):
        yield piece


def _reason(error: Exception) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return "connect"
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return "timeout"
    text = repr(error)
    if "IncompleteRead" in text or "InvalidChunkLength" in text or "DecodeError" in text:
        return "short"
    if "NewConnectionError" in text or "NameResolutionError" in text or "SSLError" in text:
        return "connect"
    return "reset"


_shared: dict[tuple[str, frozenset[str]], HttpClient] = {}
_shared_lock = threading.Lock()


def shared_client(
    name: str, origins: frozenset[str], *, read_timeout: float = 15.0, max_bytes: int = 32 * MEBIBYTE
) -> HttpClient:
    """The process's client for a service, so that connections are reused and its breaker sees every call.

    The first caller's limits stay.
    """
    with _shared_lock:
        key = (name, origins)
        if key not in _shared:
            _shared[key] = HttpClient(name, origins, read_timeout=read_timeout, max_bytes=max_bytes)
        return _shared[key]


def forget_clients() -> None:
    """Start afresh, breakers included; for tests that share a simulator."""
    with _shared_lock:
        _shared.clear()
