"""A threaded HTTP/1.1 server with keep-alive around one WSGI application.

The development servers at hand either close every connection or speak HTTP/1.0; clients that keep connections open
(all real ones) would not be exercised by them. It can also misbehave on request: cut a connection before or in the
middle of an answer.
"""

import io
import socket
import sys
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes

MOST_BYTES = 10 * 1024 * 1024
CUT = "sim.cut"
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, app: Application) -> None:
        self.app = app
        self._open: set[socket.socket] = set()
        self._closing = False
        super().__init__((host, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        self._closing = True
        super().server_close()
        for kept in list(self._open):
            _cut(kept)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are ordinary here; anything else is worth a traceback."""
        if not self._closing and not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "simulators"
    sys_version = ""
    timeout = 75
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Say nothing; the services keep their own log."""

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            return
        environ = self._environ(body)
        started: list[Any] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], None]:
            started[:] = [status, headers, exc_info]
            return lambda _chunk: None

        chunks = self.server.app(environ, start_response)
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        self._send(started[0], started[1], content, environ.get(CUT, ""))

    def _body(self) -> bytes | None:
        """The request's bytes, or None when they are more than anyone may send (and the answer is given)."""
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if 0 <= length <= MOST_BYTES and not self.headers.get("Transfer-Encoding"):
            return self.rfile.read(length)
        self.close_connection = True
        status = "413 Request Entity Too Large" if length > MOST_BYTES else "400 Bad Request"
        self._send(status, [("Content-Type", "text/plain")], b"", "")
        return None

    def _environ(self, body: bytes) -> Environ:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ: Environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.protocol_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    def _send(self, status: str, headers: list[tuple[str, str]], content: bytes, cut: str) -> None:
        if cut == "reset":
            self.close_connection = True
            _cut(self.connection, hard=True)
            return
        code = int(status[:3])
        bodyless = code in (204, 304)
        self.send_response_only(code)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        if not bodyless:
            self.send_header("Content-Length", str(len(content)))
        self.send_header("Date", self.date_time_string(time.time()))
        self.end_headers()
        if not bodyless and self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if cut == "half" else content)
        self.wfile.flush()
        if cut == "half":
            self.close_connection = True
            _cut(self.connection)


def _cut(connection: socket.socket, *, hard: bool = False) -> None:
    try:
        if hard:
            # zero linger turns the close into a reset on the wire
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            connection.close()
        else:
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
