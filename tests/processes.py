"""Processes of this computer, as a test sees them, and an application that others can reach."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler


class OneRequest(WSGIRequestHandler):
    """Without connections that stay open, which nobody could wait for."""

    protocol_version = "HTTP/1.0"


class Patient(ThreadedWSGIServer):
    """Closing waits for those that still answer."""

    daemon_threads = False


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application behind a real address."""
    server = Patient("localhost", 0, app, OneRequest)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def runs(pid: int) -> bool:
    """Whether a process still does anything; one that only waits to be collected does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False
