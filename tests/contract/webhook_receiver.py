"""A small web server that keeps what is posted to it, and answers as a test wishes."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


@dataclass(frozen=True)
class Posted:
    """One request: headers by lower-case name, and the raw bytes."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answer` says the status for each request; the default takes everything."""

    url: str
    answer: Callable[[Posted], int] = lambda _: 200
    posted: list[Posted] = field(default_factory=list)


@pytest.fixture(name="receiver")
def running_receiver() -> Iterator[Receiver]:
    held: list[Receiver] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one = Posted({name.lower(): value for name, value in self.headers.items()}, body)
            held[0].posted.append(one)
            self.send_response(held[0].answer(one))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    held.append(Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook"))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield held[0]
    server.shutdown()
    server.server_close()
    thread.join()
