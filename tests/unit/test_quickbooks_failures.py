"""Each documented refusal of QuickBooks, in each of its spellings, leads to its decision."""

import json
from pathlib import Path
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from link4web.http import Answer
from link4web.providers.base import errors
from link4web.providers.quickbooks import failures

REFUSALS = json.loads((Path(__file__).parent.parent / "fixtures" / "quickbooks" / "refusals.json").read_text())[
    "refusals"
]


def answered(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    content = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, CaseInsensitiveDict(headers or {}), content.encode())


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: r["name"])
def test_a_documented_refusal(refusal: dict[str, Any]) -> None:
    answer = answered(refusal["status"], refusal["body"], refusal.get("headers"))
    error = failures.failure(answer)
    assert failures.is_refusal(answer)
    assert isinstance(error, getattr(errors, refusal["decision"]))
    assert error.code == refusal["code"]
    assert error.sentence.endswith(".") or error.code == "QBO-VALIDATION"  # that one ends in QuickBooks' own words
    if isinstance(error, errors.TryAgainLater):
        assert error.retry_after == refusal.get("retry_after")


def test_a_newer_token_helps_only_where_the_token_is_the_trouble() -> None:
    renewable = {
        refusal["name"]
        for refusal in REFUSALS
        if failures.may_renew(answered(refusal["status"], refusal["body"], refusal.get("headers")))
    }
    assert renewable == {"expired token, gateway", "expired token, in XML"}


def test_a_customer_who_is_called_fault_is_no_fault() -> None:
    customers = {"QueryResponse": {"Customer": [{"Id": "1", "DisplayName": "Fault", "CompanyName": '"Fault": {'}]}}
    assert not failures.is_refusal(answered(200, customers))
    assert not failures.is_refusal(answered(200, {"fault": None, "QueryResponse": {}}))


def test_our_question_is_not_shown() -> None:
    [refusal] = [one for one in REFUSALS if one["name"] == "bad query"]
    error = failures.failure(answered(refusal["status"], refusal["body"]))
    assert "Finch" not in str(error)


def test_words_are_cleaned_and_bounded() -> None:
    told = [{"Detail": f"No\r\n{n} " + "x" * 9000, "code": "2010"} for n in range(99)]
    error = failures.failure(answered(400, {"Fault": {"Error": told}}))
    assert isinstance(error, errors.PersonMustFix)
    assert len(error.messages) == 20
    assert all(len(message) <= 500 and "\n" not in message for message in error.messages)
