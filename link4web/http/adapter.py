"""Lets a library that wants a `requests` session go through our HttpClient, with its limits, breaker and log."""

from collections.abc import Mapping
from io import BytesIO

import requests
from requests.adapters import BaseAdapter

from link4web.http.client import Answer, HttpClient


class ThroughClient(BaseAdapter):
    """Mount it on a session in place of the usual adapter. Network trouble surfaces as Unreachable."""

    def __init__(self, client: HttpClient) -> None:
        super().__init__()
        self._client = client

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a prepared request; the session's own transport options have no say here."""
        del stream, verify, cert, proxies
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = self._client.send(
            request.method or "GET",
            request.url or "",
            headers={str(name): str(value) for name, value in request.headers.items()},
            body=body if isinstance(body, bytes) else None,
            timeout=timeout if isinstance(timeout, float) else None,
        )
        return _as_response(answer, request)

    def close(self) -> None:
        """The client outlives the session."""


def _as_response(answer: Answer, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response.raw = BytesIO(answer.body)
    response.url = request.url or ""
    response.request = request
    return response
