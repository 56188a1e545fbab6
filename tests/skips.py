"""Says what was not tested and why, and, where everything must be there, makes a skipped test a failed run.

`.ci/run` sets LINK4WEB_REQUIRE_ALL=1. The one thing that may still be missing is the judges' folder, which belongs to
nobody's checkout.
"""

import os
from collections import Counter

import pytest

REQUIRE_ALL = "LINK4WEB_REQUIRE_ALL"
MAY_BE_ABSENT = "judges"


def _reasons(reports: list[pytest.TestReport]) -> Counter[str]:
    """How many tests were skipped for each reason; expected failures are no skips."""
    return Counter(_reason(report) for report in reports if not hasattr(report, "wasxfail"))


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def _counted(session: pytest.Session) -> Counter[str]:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    return _reasons(reporter.stats.get("skipped", [])) if reporter else Counter()


def _refused(reasons: Counter[str]) -> list[str]:
    return [reason for reason in reasons if MAY_BE_ABSENT not in reason.lower()]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With LINK4WEB_REQUIRE_ALL=1 a run that left something out has failed."""
    if os.environ.get(REQUIRE_ALL) == "1" and _refused(_counted(session)) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = _reasons(terminalreporter.stats.get("skipped", []))
    terminalreporter.section("what was not tested")
    if not reasons:
        terminalreporter.write_line("Nothing was left out.")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:>5}  {reason}")
    if os.environ.get(REQUIRE_ALL) == "1" and _refused(reasons):
        terminalreporter.write_line(
            "LINK4WEB_REQUIRE_ALL=1 allows none of these to be missing but the judges.", red=True
        )
