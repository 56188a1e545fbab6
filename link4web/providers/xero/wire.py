"""The two lower layers of the client: send one request, and put a token on it."""

from collections.abc import Mapping

import msgspec

from link4web.http import Answer, HttpClient, Unreachable
from link4web.providers.base.provider import Credentials
from link4web.providers.xero import failures

_json = msgspec.json.Encoder()


class Wire:
    """Sends one request below `base_url` and returns what Xero says, or raises TryAgainLater."""

    def __init__(self, http: HttpClient, base_url: str) -> None:
        self._http = http
        self._base_url = base_url

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str,
        file_id: str | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: object = None,
    ) -> Answer:
        """One request and its answer, whatever the status. `content` becomes a JSON body."""
        # without Accept the answer would be XML
        sent = {"Accept": "application/json", "Authorization": f"Bearer {token}", **(headers or {})}
        if file_id:
            sent["xero-tenant-id"] = file_id
        body = None
        if content is not None:
            sent["Content-Type"] = "application/json"
            body = _json.encode(content)
        try:
            return self._http.send(method, self._base_url + path, headers=sent, params=params, body=body)
        except Unreachable as failure:
            raise failures.unreachable(failure) from failure


class SignedWire:
    """Adds the token and answers only with successes; an expired token is renewed once."""

    def __init__(self, wire: Wire, credentials: Credentials, file_id: str | None = None) -> None:
        self._wire = wire
        self._credentials = credentials
        self._file_id = file_id

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: object = None,
    ) -> bytes:
        """The body of a successful answer.

        Raises:
            ProviderError: one of the four decisions.
        """
        token = self._credentials.access_token()
        answer = self._send(method, path, token, params, headers, content)
        if answer.status == 401 and not failures.lacks_scope(answer) and not failures.is_html(answer):
            # a renewed token is tried once; refreshing again and again helps nobody
            answer = self._send(method, path, self._credentials.renew(token), params, headers, content)
        if not 200 <= answer.status < 300:
            raise failures.failure(answer)
        if failures.is_html(answer):
            raise failures.garbled()
        return answer.body

    def _send(
        self,
        method: str,
        path: str,
        token: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        content: object,
    ) -> Answer:
        return self._wire.send(
            method, path, token=token, file_id=self._file_id, params=params, headers=headers, content=content
        )
