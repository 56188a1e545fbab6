"""Peers behind gunicorn, each in a process of its own, and a browser that keeps its connection open."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks.measure import CPU_PATH

HOST = "localhost:8000"
START_SECONDS = 60


@dataclass
class Peer:
    """A server and the page asked of it. `cookie`: what a signed-in browser sends."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    path: str
    cookie: str = ""

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str = "") -> bytes:
        """The body of an answer, which must be 200."""
        headers = {"Host": HOST, "Cookie": self.cookie, "Accept": "text/html", "User-Agent": "Mozilla/5.0 (bench)"}
        self._connection.request("GET", path or self.path, headers=headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self.name} answered {answer.status}: {body[:500]!r}")
        return body

    def cpu(self) -> float:
        """Seconds of CPU that the worker process has used, in all its threads."""
        return float(self.get(CPU_PATH))

    def cost(self, requests: int, path: str = "") -> float:
        """Seconds of CPU for each of so many requests."""
        return self.cost_of([path] * requests)

    def cost_of(self, paths: Iterable[str]) -> float:
        """Seconds of CPU for each of these requests."""
        before, requests = self.cpu(), 0
        for path in paths:
            self.get(path)
            requests += 1
        return (self.cpu() - before) / requests

    def hang_up(self) -> None:
        self._connection.close()

    def close(self) -> None:
        self.hang_up()
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def serving(name: str, path: str, *, cookie: str = "", **environ: str) -> Iterator[Peer]:
    """Start a peer with one gunicorn worker, as at home, and stop it at the end."""
    port = _free_port()
    options = ["--worker-class=gthread", "--workers=1", "--threads=4", f"--bind=127.0.0.1:{port}"]
    # peers wait for their turn with the connection open
    options += ["--keep-alive=120", "--log-level=error"]
    command = [sys.executable, "-m", "gunicorn", *options, "--no-control-socket", "benchmarks.served:app"]
    process = subprocess.Popen(command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL)
    peer = Peer(name, port, process, path, cookie)
    try:
        _wait_for(peer)
        yield peer
    finally:
        peer.close()


def _wait_for(peer: Peer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            peer.cpu()
            return
        except OSError:
            peer.hang_up()
            if time.monotonic() > deadline or peer.process.poll() is not None:
                raise
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
