"""Does it answer? Asked of each child while a run starts."""

import http.client
import socket

from link4web.supervisor.ports import LOOPBACK

PATIENCE = 3.0


def answers_http(port: int, path: str) -> bool:
    """Whether GET `path` answers 200 here."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def answers_smtp(port: int) -> bool:
    """Whether a mail server greets here."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            return connection.recv(200).startswith(b"220")
    except OSError:
        return False
