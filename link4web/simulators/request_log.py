"""What was asked of each service: method, path, query, status and time. Never headers or bodies, so never a secret."""

import threading
from collections import deque
from typing import Any
from urllib.parse import parse_qsl, urlencode

KEPT = 5_000
SECRET_PARAMETERS = frozenset({"guid", "code", "state", "code_verifier", "code_challenge", "client_secret", "token"})


class RequestLog:
    """The last requests in memory; a restart forgets them."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, service: str, **entry: Any) -> None:
        with self._lock:
            self._entries.append({"service": service, **entry})

    def of(self, service: str) -> list[dict[str, Any]]:
        """This service's requests, oldest first."""
        with self._lock:
            return [entry for entry in self._entries if entry["service"] == service]

    def clear(self, service: str) -> None:
        with self._lock:
            kept = [entry for entry in self._entries if entry["service"] != service]
            self._entries.clear()
            self._entries.extend(kept)


def without_secrets(query: str) -> str:
    """The query string with the values of secret parameters replaced by an ellipsis."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, "…" if name.lower() in SECRET_PARAMETERS else value) for name, value in pairs], safe="…")
