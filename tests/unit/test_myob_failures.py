"""Each documented refusal of MYOB leads to its decision, whatever shape its body has."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from link4web import clock
from link4web.http import Answer
from link4web.providers.base import errors
from link4web.providers.myob import failures

FIXTURES = Path(__file__).parent.parent / "fixtures" / "myob"
REFUSALS = json.loads((FIXTURES / "refusals.json").read_text())["refusals"]
JUDGE = Path(os.environ.get("LINK4WEB_JUDGES_DIR", "../shared")) / "reference" / "data" / "myob" / "error-samples.json"


def answered(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    content = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, CaseInsensitiveDict(headers or {}), content.encode())


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: r["name"])
def test_a_documented_refusal(refusal: dict[str, Any]) -> None:
    error = failures.failure(answered(refusal["status"], refusal["body"], refusal.get("headers")))
    assert type(error) is getattr(errors, refusal["decision"])
    assert error.code == refusal["code"]
    assert error.sentence.endswith(".")
    if "retry_after" in refusal:
        assert getattr(error, "retry_after", None) == refusal["retry_after"]


def test_everybody_pauses_for_a_limit_and_for_no_other_403() -> None:
    pausing = {r["name"] for r in REFUSALS if failures.is_limit(answered(r["status"], r["body"]))}
    assert pausing == {"calls a second", "calls a day", "calls, as 429"}


def test_a_newer_token_is_tried_for_a_rejected_one_only() -> None:
    renewing = {r["name"] for r in REFUSALS if failures.may_renew(answered(r["status"], r["body"]))}
    assert renewing == {"token expired"}


def test_how_long_a_limit_lasts() -> None:
    def wait(which: str) -> float:
        body = {"Errors": [{"Name": "RateLimitError", "Message": f"API key has exceeded the {which} rate limit"}]}
        error = failures.failure(answered(403, body))
        assert isinstance(error, errors.TryAgainLater)
        assert error.retry_after is not None
        return error.retry_after

    waits = {wait("per-second") for _ in range(20)}
    assert len(waits) > 1, "all who were refused would come back at the same moment"
    assert all(1 <= seconds <= 2 for seconds in waits)
    until = clock.now() + timedelta(seconds=wait("daily") + 1)
    assert (until.date() - clock.now().date()).days == 1


def test_numbers_that_nobody_should_read_are_taken_out_of_messages() -> None:
    said = "ABN must be 11 digits, not 123 456 782; account 062-000 1234 5678 is kept, code 16000 as well"
    error = failures.failure(answered(400, {"Errors": [{"Name": "ValidationError", "Message": said}]}))
    assert isinstance(error, errors.PersonMustFix)
    assert error.messages == ("ABN must be 11 digits, not …; account … is kept, code 16000 as well",)
    assert "123" not in error.sentence


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{", '{"Errors": null}', '{"Errors": [null, 3]}', "\udcff", "[" * 9000]
)
def test_a_refusal_that_says_nothing_readable(body: str) -> None:
    answer = Answer(400, CaseInsensitiveDict(), body.encode("utf-8", "surrogateescape"))
    assert failures.failure(answer).code == "MYOB-REFUSED"


def test_the_error_bodies_that_the_sdk_is_tested_with() -> None:
    if not JUDGE.exists():
        pytest.skip(f"no error samples to judge by in {JUDGE.parent}")
    decided = [
        failures.failure(answered(one["http"], one["body"])).code for one in json.loads(JUDGE.read_text())["samples"]
    ]
    assert decided == ["MYOB-VALIDATION", "MYOB-VALIDATION", "MYOB-RATE", "MYOB-RATE-DAY", "MYOB-TIMEOUT"]
