"""Each documented refusal of Xero leads to its decision."""

import json
from pathlib import Path
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from link4web.http import Answer, CircuitOpen, Unreachable
from link4web.providers.base import errors
from link4web.providers.xero import failures

REFUSALS = json.loads((Path(__file__).parent.parent / "fixtures" / "xero" / "refusals.json").read_text())["refusals"]


def answered(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    content = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, CaseInsensitiveDict(headers or {}), content.encode())


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: r["name"])
def test_a_documented_refusal(refusal: dict[str, Any]) -> None:
    error = failures.failure(answered(refusal["status"], refusal["body"], refusal.get("headers")))
    assert type(error) is getattr(errors, refusal["decision"])
    assert error.code == refusal["code"]
    assert error.sentence.endswith(".")
    if isinstance(error, errors.TryAgainLater):
        assert error.retry_after == refusal.get("retry_after")


def test_messages_of_nested_objects_are_kept_for_the_person() -> None:
    error = failures.failure(answered(400, REFUSALS[0]["body"]))
    assert isinstance(error, errors.PersonMustFix)
    assert error.messages == ("Contact Name cannot be empty.", "The city is too long.")


def test_messages_are_cleaned_and_bounded() -> None:
    elements = [{"ValidationErrors": [{"Message": f"No\r\n{n} " + "x" * 9000} for n in range(99)]}]
    error = failures.failure(answered(400, {"Elements": elements}))
    assert isinstance(error, errors.PersonMustFix)
    assert len(error.messages) == 20
    assert all(len(message) <= 500 and "\n" not in message for message in error.messages)


@pytest.mark.parametrize("body", ["", "null", "[]", "{", '{"Elements": null}', '{"Elements": [null, 3]}', "\udcff"])
def test_a_refusal_that_says_nothing_readable(body: str) -> None:
    answer = Answer(400, CaseInsensitiveDict(), body.encode("utf-8", "surrogateescape"))
    assert failures.failure(answer).code == "XERO-REFUSED"


def test_network_trouble_is_tried_again() -> None:
    assert failures.TROUBLES.unreachable(Unreachable("timeout")).retry_after is None
    assert failures.TROUBLES.unreachable(CircuitOpen(12.0)).retry_after == 12.0


@pytest.mark.parametrize(("asked", "wait"), [("30", 30.0), ("999999999999", 86_400.0), ("9" * 400, 86_400.0)])
def test_a_pause_is_never_longer_than_a_day(asked: str, wait: float) -> None:
    """Longer ones went past the calendar: the sync broke instead of waiting, and the limit stayed closed for good."""
    error = failures.failure(answered(429, "", {"Retry-After": asked, "X-Rate-Limit-Problem": "minute"}))
    assert isinstance(error, errors.TryAgainLater)
    assert error.retry_after == wait


@pytest.mark.parametrize("problem", ["minute", "appminute", "day", "concurrent", ""])
def test_a_pause_of_no_time_is_the_usual_one(problem: str) -> None:
    """Asking again at once, and again, is what the limit was about."""
    headers = {"X-Rate-Limit-Problem": problem}
    usual = failures.failure(answered(429, "", headers))
    error = failures.failure(answered(429, "", {"Retry-After": "0", **headers}))
    assert isinstance(usual, errors.TryAgainLater) and isinstance(error, errors.TryAgainLater)
    assert error.retry_after == usual.retry_after and error.retry_after


@pytest.mark.parametrize(
    ("status", "headers", "left"),
    [
        (200, {"x-daylimit-remaining": "991"}, 991),
        (429, {"X-DayLimit-Remaining": "12", "X-Rate-Limit-Problem": "minute"}, 12),
        (429, {"X-Rate-Limit-Problem": "Day"}, 0),
        (200, {}, None),
        (200, {"X-DayLimit-Remaining": "-1"}, None),
        (200, {"X-DayLimit-Remaining": "9" * 5000}, None),
    ],
)
def test_what_xero_says_of_the_calls_that_are_left(status: int, headers: dict[str, str], left: int | None) -> None:
    """A header that makes no sense must not cost the answer that it came with."""
    assert failures.left_today(answered(status, "", headers)) == left
