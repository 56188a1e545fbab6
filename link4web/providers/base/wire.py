"""The two lower layers of every client: send one request, and put a token on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
import structlog

from link4web.http import Answer, HttpClient, Unreachable
from link4web.providers.base.errors import ProviderError, TryAgainLater
from link4web.providers.base.failures import Troubles, is_html, is_success
from link4web.providers.base.provider import Allowance, Credentials

_json = msgspec.json.Encoder(decimal_format="number")
_log = structlog.get_logger("link4web.providers")
_TRACE_LENGTH = 100


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How one provider answers.

    `failure` is the error for an answer that is no success, `is_refusal` whether it is none. `may_renew` says whether
    a newer token could help, `is_limit` whether everybody who shares our allowance has to pause. `left_today` reads how
    many calls the provider says are left of the day, None where it doesn't. `trace_header` names the header by which
    the provider's support finds a call again.
    """

    troubles: Troubles
    failure: Callable[[Answer], ProviderError]
    may_renew: Callable[[Answer], bool]
    is_limit: Callable[[Answer], bool]
    trace_header: str
    is_refusal: Callable[[Answer], bool] = lambda answer: not is_success(answer)
    left_today: Callable[[Answer], int | None] = lambda _: None


class Wire:
    """Sends one request below `base_url` with the provider's `headers` and returns the answer, whatever it is.

    `file_id` is the ledger file that all of them are about: one that is offline must not close the others.
    """

    def __init__(
        self, http: HttpClient, base_url: str, manners: Manners, headers: Mapping[str, str], *, file_id: str = ""
    ) -> None:
        self.manners = manners
        self._http = http
        self._base_url = base_url
        self._headers = headers
        self._file_id = file_id

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: object = None,
    ) -> Answer:
        """One request and its answer, whatever the status. `content` becomes a JSON body.

        Raises:
            TryAgainLater: no complete answer came.
        """
        sent = {
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
            **self._headers,
            **(headers or {}),
        }
        body = None
        if content is not None:
            sent["Content-Type"] = "application/json"
            body = _json.encode(content)
        try:
            return self._http.send(
                method, self._base_url + path, headers=sent, params=params, body=body, part=self._file_id
            )
        except Unreachable as failure:
            raise self.manners.troubles.unreachable(failure) from failure


class SignedWire:
    """Waits for its turn, adds the token and answers only with successes; a rejected token is renewed once."""

    def __init__(self, wire: Wire, credentials: Credentials, allowance: Allowance) -> None:
        self._wire = wire
        self._manners = wire.manners
        self._credentials = credentials
        self._allowance = allowance

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
        return self.answer(method, path, params=params, headers=headers, content=content).body

    def answer(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: object = None,
    ) -> Answer:
        """A successful answer with its headers; raises like `ask`."""
        token = self._credentials.access_token()
        answer = self._send(method, path, token, params, headers, content)
        if self._manners.may_renew(answer):
            # a renewed token is tried once; refreshing again and again helps nobody
            answer = self._send(method, path, self._credentials.renew(token), params, headers, content)
        if self._manners.is_refusal(answer):
            raise self._refused(answer)
        if is_html(answer):
            raise self._noted(self._manners.troubles.garbled(), answer)
        return answer

    def _send(
        self,
        method: str,
        path: str,
        token: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        content: object,
    ) -> Answer:
        self._allowance.take()
        answer = self._wire.send(method, path, token=token, params=params, headers=headers, content=content)
        left = self._manners.left_today(answer)
        if left is not None:
            self._allowance.note_left(left)
        return answer

    def _refused(self, answer: Answer) -> ProviderError:
        failure = self._manners.failure(answer)
        if self._manners.is_limit(answer) and isinstance(failure, TryAgainLater) and failure.retry_after:
            self._allowance.hold(failure.retry_after)
        return self._noted(failure, answer)

    def _noted(self, failure: ProviderError, answer: Answer) -> ProviderError:
        trace = answer.headers.get(self._manners.trace_header, "")[:_TRACE_LENGTH]
        _log.warning("provider.refused", code=failure.code, status=answer.status, trace=trace)
        return failure
