"""The web server once it is told to stop: it says so to whoever asks whether it is ready, and answers all the same."""

import http.client
import signal
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from link4web.supervisor.ports import any_free_port
from link4web.supervisor.probes import answers_http
from tests.soak.programs import programs

PATIENCE = 30.0


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode().strip()


def kept_alive(port: int) -> http.client.HTTPConnection:
    """A connection that has been answered once and stays open, as a load balancer holds it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    assert ask(connection, "/readyz") == (200, "ready")
    return connection


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stopping_server_is_alive_and_not_ready(environment: dict[str, str], tmp_path: Path) -> None:
    """R-195."""
    port = any_free_port()
    command = ("gunicorn", f"--bind=127.0.0.1:{port}", "--threads=4", "--keep-alive=15", "--no-control-socket")
    with programs(environment, tmp_path) as started, ExitStack() as stack:
        server = started.start(*command, "wsgi:app")
        until = time.monotonic() + PATIENCE
        while not answers_http(port, "/readyz"):
            assert time.monotonic() < until, started.said()
            time.sleep(0.1)
        held = [stack.enter_context(closing(kept_alive(port))) for _ in range(30)]
        server.send_signal(signal.SIGTERM)
        # a stopping server answers each connection once; the first may be faster than the signal
        while (said := ask(held.pop(), "/readyz")) == (200, "ready"):
            time.sleep(0.1)
        assert said == (503, "stopping"), started.said()
        assert ask(held.pop(), "/healthz") == (200, "ok")
        assert server.wait(PATIENCE) == 0, started.said()
