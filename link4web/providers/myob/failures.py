"""From what MYOB answers to what should happen next (MYOB developer documentation, "Error messages").

A 403 is read before anything is concluded from it: it is the answer to too many calls, to a key that is out of
order, and to somebody who may not. Error bodies come as a list, as one object, as a bare text, or not as JSON at all.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from secrets import SystemRandom
from typing import NamedTuple

from link4web import clock
from link4web.http import Answer
from link4web.providers.base.errors import (
    MustReconnect,
    PersonMustFix,
    ProviderError,
    TryAgainLater,
    WillNeverWork,
)
from link4web.providers.base.failures import Troubles, cleaned_messages, is_html, seconds
from link4web.providers.base.reading import anything
from link4web.providers.base.wire import Manners
from link4web.providers.myob.problems import REFUSALS

TROUBLES = Troubles("MYOB", "MYOB", "business")
said = REFUSALS.said
ACCESS_DENIED, KEY_INACTIVE, FILE_LOGIN = "MYOB-ACCESS-DENIED", "MYOB-KEY-INACTIVE", "MYOB-FILE-LOGIN"
NOT_FOUND, OFFLINE, TIMEOUT, STALE = "MYOB-NOT-FOUND", "MYOB-OFFLINE", "MYOB-TIMEOUT", "MYOB-STALE"
_BACK_OFF = (1.0, 2.0)
# tax file, IRD, bank account and card numbers; in messages nobody needs any of them
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){5,}")
_random = SystemRandom()


class _Problem(NamedTuple):
    """One entry of an error answer; absent parts are empty."""

    name: str
    message: str
    details: str


def failure(answer: Answer) -> ProviderError:
    """The error for any answer that is not a success."""
    problems = list(_problems(anything(answer.body)))
    if _is_limit(answer, problems):
        return _rate_limited(answer, problems)
    if answer.status >= 500:
        return _down(answer, problems)
    if is_html(answer):
        return TROUBLES.garbled()
    if answer.status == 401:
        return _rejected(problems)
    if answer.status == 403:
        return _forbidden(problems)
    if answer.status in (404, 410):
        return WillNeverWork(*said(NOT_FOUND))
    if answer.status == 409 and any(problem.name == "IncorrectRowVersionSupplied" for problem in problems):
        return TryAgainLater(*said(STALE))
    if answer.status in (400, 409):
        return _refused(problems)
    return WillNeverWork(*said("MYOB-REFUSED"))


def is_limit(answer: Answer) -> bool:
    """Whether our key has called too often."""
    return answer.status in (403, 429) and _is_limit(answer, list(_problems(anything(answer.body))))


def may_renew(answer: Answer) -> bool:
    """Whether a newer token could help; it can't where a file asks for its own user name."""
    return answer.status == 401 and not is_html(answer) and not _asks_for_login(_problems(anything(answer.body)))


def _problems(said: object) -> Iterator[_Problem]:
    entries = said.get("Errors") if isinstance(said, dict) else None
    for entry in entries if isinstance(entries, list) else [said]:
        if isinstance(entry, str):
            yield _Problem("", entry, "")
        elif isinstance(entry, dict):
            name = str(entry.get("Name") or entry.get("ErrorCode") or "")
            yield _Problem(name, str(entry.get("Message") or ""), str(entry.get("AdditionalDetails") or ""))


def _is_limit(answer: Answer, problems: list[_Problem]) -> bool:
    return answer.status == 429 or any(problem.name == "RateLimitError" for problem in problems)


def _rate_limited(answer: Answer, problems: list[_Problem]) -> TryAgainLater:
    wait = seconds(answer.headers.get("Retry-After"))
    if any("daily" in problem.message.lower() for problem in problems):
        return TryAgainLater(*said("MYOB-RATE-DAY"), wait or _seconds_to_midnight())
    # MYOB names no wait; everybody coming back at the same moment would only meet again
    return TryAgainLater(*said("MYOB-RATE"), wait or _random.uniform(*_BACK_OFF))


def _seconds_to_midnight() -> float:
    now = clock.now()
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
    return (tomorrow - now).total_seconds()


def _down(answer: Answer, problems: list[_Problem]) -> TryAgainLater:
    wait = seconds(answer.headers.get("Retry-After"))
    if answer.status == 504 or any(problem.name == "GatewayTimeout" for problem in problems):
        return TryAgainLater(*TROUBLES.said("TIMEOUT"), wait)
    if answer.status == 503:
        return TryAgainLater(*said(OFFLINE), wait)
    return TROUBLES.down(wait)


def _rejected(problems: list[_Problem]) -> ProviderError:
    if _asks_for_login(problems):
        return WillNeverWork(*said(FILE_LOGIN))
    return MustReconnect(*said("MYOB-REJECTED"))


def _asks_for_login(problems: Iterator[_Problem] | list[_Problem]) -> bool:
    """Whether it is about the older, second login: the one to the company file."""
    return any("cftoken" in f"{one.details}{one.message}".lower() or "CompanyFile" in one.name for one in problems)


def _forbidden(problems: list[_Problem]) -> ProviderError:
    names = {problem.name for problem in problems}
    if "DeveloperInactive" in names:
        return WillNeverWork(*said(KEY_INACTIVE))
    if "AccessDenied" in names:
        return MustReconnect(*said(ACCESS_DENIED))
    messages = _messages(problems)
    if not messages:
        return TROUBLES.garbled()
    return PersonMustFix(*said("MYOB-FORBIDDEN"), messages)


def _refused(problems: list[_Problem]) -> ProviderError:
    messages = _messages(problems)
    if not messages:
        return WillNeverWork(*said("MYOB-REFUSED"))
    code, sentence = said("MYOB-VALIDATION")
    return PersonMustFix(code, f"{sentence[:-1]}: {messages[0].rstrip('.')}.", messages)


def _messages(problems: list[_Problem]) -> tuple[str, ...]:
    """MYOB's own words, without the numbers that it repeats in them."""
    return cleaned_messages(_LONG_NUMBER.sub("…", problem.message or problem.name) for problem in problems)


MANNERS = Manners(
    troubles=TROUBLES,
    failure=failure,
    may_renew=may_renew,
    is_limit=is_limit,
    trace_header="x-myobapi-requestid",
)
