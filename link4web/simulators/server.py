"""Starting the simulators: blocking for the command line, in the background for tests and benches."""

import atexit
import contextlib
import functools
import shutil
import signal
import tempfile
import threading
from pathlib import Path

from link4web.simulators import webhooks
from link4web.simulators.app import create_app
from link4web.simulators.mail.sink import Sink
from link4web.simulators.state import NAME
from link4web.simulators.wire import Server


class Running:
    """Simulators at work. `base_url` has no slash at its end; `close()` stops them and forgets temporary state."""

    def __init__(self, host: str, port: int, smtp_port: int, state_path: Path | None) -> None:
        self._temporary = None if state_path else Path(tempfile.mkdtemp(prefix="simulators-"))
        path = state_path or self._temporary_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.app = create_app(path)
        self.state = self.app.extensions[NAME]
        try:
            self._server = Server(host, port, self.app)
            self._sink = self._mail_sink(host, smtp_port)
        except OSError:
            self._forget()
            raise
        self.port = int(self._server.server_address[1])
        self.smtp_port = self._sink.port
        self.base_url = f"http://localhost:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def _temporary_file(self) -> Path:
        assert self._temporary is not None
        return Path(shutil.copy(_filled_file(), self._temporary))

    def _mail_sink(self, host: str, port: int) -> Sink:
        try:
            return Sink(self.app, host, port)
        except OSError:
            self._server.server_close()
            raise

    def _forget(self) -> None:
        webhooks.close(self.state)
        self.state.store.close()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def wait(self) -> None:
        """Block until the server thread ends."""
        self._thread.join()

    def close(self) -> None:
        self._sink.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        self._forget()


@functools.cache
def _filled_file() -> Path:
    """A state file with the demo data, made once for each process: tests start many simulators."""
    folder = Path(tempfile.mkdtemp(prefix="simulators-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "simulators.db"
    create_app(path).extensions[NAME].store.close()
    return path


def start(port: int = 0, smtp_port: int = 0, state_path: Path | None = None) -> Running:
    """Start in background threads on this machine's loopback; port 0 takes a free one.

    Args:
        state_path: the SQLite file to keep state in; None for a temporary one, removed by `close()`.

    Raises:
        OSError: a port is taken.
    """
    return Running("127.0.0.1", port, smtp_port, state_path)


def run(host: str, port: int, smtp_port: int, state_path: Path) -> None:
    """Serve until interrupted or terminated; for the main thread of a process.

    Raises:
        OSError: a port is taken.
    """
    running = Running(host, port, smtp_port, state_path)
    # asked to stop politely is asked to stop: both ways close the state file
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        running.wait()
    running.close()
