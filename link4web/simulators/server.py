"""Starting the simulators: blocking for the command line, in the background for tests and benches."""

import contextlib
import shutil
import tempfile
import threading
from pathlib import Path

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
        self._server = Server(host, port, self.app)
        try:
            self._sink = Sink(self.app, host, smtp_port)
        except OSError:
            self._server.server_close()
            raise
        self.port = int(self._server.server_address[1])
        self.smtp_port = self._sink.port
        self.base_url = f"http://localhost:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def _temporary_file(self) -> Path:
        assert self._temporary is not None
        return self._temporary / "simulators.db"

    def wait(self) -> None:
        """Block until the server thread ends."""
        self._thread.join()

    def close(self) -> None:
        self._sink.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        self.state.store.close()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)


def start(port: int = 0, smtp_port: int = 0, state_path: Path | None = None) -> Running:
    """Start in background threads on this machine's loopback; port 0 takes a free one.

    Args:
        state_path: the SQLite file to keep state in; None for a temporary one, removed by `close()`.

    Raises:
        OSError: a port is taken.
    """
    return Running("127.0.0.1", port, smtp_port, state_path)


def run(host: str, port: int, smtp_port: int, state_path: Path) -> None:
    """Serve until interrupted.

    Raises:
        OSError: a port is taken.
    """
    running = Running(host, port, smtp_port, state_path)
    with contextlib.suppress(KeyboardInterrupt):
        running.wait()
    running.close()
