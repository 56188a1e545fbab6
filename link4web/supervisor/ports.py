"""Which ports a run wants, whether they are free, and which to take instead."""

import errno
import socket
from collections.abc import Mapping

from link4web.supervisor.problems import CannotRun

LOOPBACK = "127.0.0.1"
HIGHEST = 65535
PRIVILEGED = 1024


def read_port(environ: Mapping[str, str], name: str, default: int) -> int:
    """The port that `name` asks for.

    Raises:
        CannotRun: it is no port number.
    """
    text = environ.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= HIGHEST):
        raise CannotRun(f"{name} must be a number from 1 to {HIGHEST}, not {text!r}.")
    return int(text)


def check_ports(wanted: Mapping[str, int]) -> None:
    """Make sure that each port can be had.

    Args:
        wanted: port by the name of its variable, as in `make run NAME=port`.

    Raises:
        CannotRun: one is wanted twice, taken, or not allowed; names all of them and a command that would work.
    """
    said: list[str] = []
    instead: dict[str, int] = {}
    for name, port in wanted.items():
        problem = _problem(name, port, wanted)
        if problem:
            said.append(problem)
            instead[name] = _free_port(port, {*wanted.values(), *instead.values()})
    if said:
        settings = " ".join(f"{name}={port}" for name, port in instead.items())
        raise CannotRun("\n".join([*said, f"Try: make run {settings}"]))


def _problem(name: str, port: int, wanted: Mapping[str, int]) -> str:
    earlier = next(other for other, its in wanted.items() if its == port)
    if earlier != name:
        return f"{name} and {earlier} are both {port}; each needs a port of its own."
    match _trouble(port):
        case None:
            return ""
        case errno.EACCES:
            return f"Port {port} ({name}) is one that this computer keeps for its administrator."
        case _:
            return f"Port {port} is taken by another program."


def _trouble(port: int) -> int | None:
    """The error number that stands in the way of listening here, or None."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
            probe.listen()
    except OSError as error:
        return error.errno
    # browsers may try the other loopback address of "localhost" first, where somebody else could answer
    return errno.EADDRINUSE if _answers_on_ipv6(port) else None


def _answers_on_ipv6(port: int) -> bool:
    try:
        with socket.create_connection(("::1", port), timeout=0.2):
            return True
    except OSError:
        return False


def _free_port(after: int, avoid: set[int]) -> int:
    start = max(after, PRIVILEGED) if after < HIGHEST else PRIVILEGED
    return next(port for port in range(start + 1, HIGHEST) if port not in avoid and _trouble(port) is None)


def any_free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
