"""A request for access that nobody uses, or nobody answers, ends by itself."""

import pytest

from tests.people import Town
from tests.supporters import Case, case_of

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def signed_in_again(case: Case) -> Case:
    """Days later, both sign in anew."""
    case.agent.sign_in()
    case.agent.type_code()
    case.owner.sign_in()
    return case


@on_sqlite
@pytest.mark.parametrize(("hours", "status"), [(23, 303), (25, 422)])
def test_an_approval_is_good_for_a_day(town: Town, hours: int, status: int) -> None:
    """R-061."""
    case = case_of(town)
    case.ask()
    case.allow()
    town.later(hours=hours)
    signed_in_again(case)
    assert case.start().status_code == status
    assert case.row().state == ("started" if status == 303 else "ready")


@on_sqlite
@pytest.mark.parametrize(("days", "state"), [(4, "ready"), (6, "waiting")])
def test_a_request_can_be_answered_for_five_days(town: Town, days: int, state: str) -> None:
    """R-061: a late yes opens nothing."""
    case = case_of(town)
    case.ask()
    town.later(days=days)
    signed_in_again(case)
    case.allow()
    assert case.row().state == state
    assert (case.start().status_code == 303) == (state == "ready")
