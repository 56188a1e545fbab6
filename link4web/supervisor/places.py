"""Where one run lives: its ports, its data folder, and the claim on that folder."""

import contextlib
import fcntl
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from link4web.supervisor.ports import read_port
from link4web.supervisor.problems import CannotRun

CHECKOUT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class Places:
    port: int
    simulators_port: int
    smtp_port: int
    data_dir: Path

    @property
    def ports(self) -> dict[str, int]:
        """By the names that `make run NAME=port` knows."""
        return {"PORT": self.port, "SIMULATORS_PORT": self.simulators_port, "SMTP_PORT": self.smtp_port}

    @property
    def shown_data_dir(self) -> str:
        """Short where it lies in the checkout."""
        inside = self.data_dir.is_relative_to(CHECKOUT)
        return str(self.data_dir.relative_to(CHECKOUT) if inside else self.data_dir)

    def log(self, name: str) -> Path:
        return self.data_dir / "log" / f"{name}.log"

    def environ(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """What the children are told: home mode and these places, everything else as it was."""
        return {
            **inherited,
            **{name: str(port) for name, port in self.ports.items()},
            "LINK4WEB_MODE": "home",
            "LINK4WEB_DATA_DIR": str(self.data_dir),
            "PYTHONUNBUFFERED": "1",
        }

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Claim the data folder for this run; the claim ends with the process, however it ends.

        Raises:
            CannotRun: the folder can't be written, or another run has it.
        """
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.data_dir / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotRun(f"The data folder {self.data_dir} can’t be written: {error.strerror}.") from error
        with os.fdopen(handle, "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotRun(self._already_runs(file.read().strip())) from None
            file.truncate()
            file.write(f"http://localhost:{self.port}\n")
            file.flush()
            yield
            file.seek(0)
            file.truncate()

    def _already_runs(self, address: str) -> str:
        beside = {name: port + 10 for name, port in self.ports.items()}
        settings = " ".join(f"{name}={port}" for name, port in beside.items())
        folder = shlex.quote(f"{self.shown_data_dir}/second")
        return (
            f"Link4web already runs with the data in {self.shown_data_dir}{': ' + address if address else ''}\n"
            f"Use that one, stop it with Ctrl-C, or start another beside it:\n"
            f"make run {settings} LINK4WEB_DATA_DIR={folder}"
        )


def places_from(environ: Mapping[str, str]) -> Places:
    """Read the places from the environment.

    Raises:
        CannotRun: a port is no port number.
    """
    return Places(
        port=read_port(environ, "PORT", 8000),
        simulators_port=read_port(environ, "SIMULATORS_PORT", 8100),
        smtp_port=read_port(environ, "SMTP_PORT", 8025),
        data_dir=(CHECKOUT / (environ.get("LINK4WEB_DATA_DIR", "").strip() or "var")).resolve(),
    )
