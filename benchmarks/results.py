"""What was measured against what was promised, as lines of a table."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")


@dataclass(frozen=True)
class Line:
    """One goal. `measured` and `goal` in the words of the table; `is_met` None: told for comparison only."""

    what: str
    goal: str
    measured: str
    is_met: bool | None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "not met", None: ""}[self.is_met]


def at_most(what: str, value: float, limit: float, *, unit: str = "×", detail: str = "") -> Line:
    """A goal that is met from `limit` down."""
    return Line(what, f"at most {limit:g} {unit}", _measured(value, unit, detail), value <= limit)


def at_least(what: str, value: float, limit: float, *, unit: str = "×", detail: str = "") -> Line:
    """A goal that is met from `limit` up."""
    return Line(what, f"at least {limit:g} {unit}", _measured(value, unit, detail), value >= limit)


def for_comparison(what: str, value: float, *, unit: str = "×", detail: str = "") -> Line:
    """What nobody has promised, told beside what was."""
    return Line(what, "", _measured(value, unit, detail), None)


def _measured(value: float, unit: str, detail: str) -> str:
    return f"{value:.2f} {unit}" + (f" ({detail})" if detail else "")


def table(lines: list[Line]) -> str:
    """The lines as a Markdown table."""
    rows = [f"| {line.what} | {line.goal} | {line.measured} | {line.verdict} |" for line in lines]
    return "\n".join(["| What | Goal | Measured | |", "| --- | --- | --- | --- |", *rows])


def write(sections: dict[str, list[Line]], *, seconds: float, path: Path = RESULTS) -> None:
    """Write the results file, over the last one."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    head = (
        "# What it costs\n\n"
        f"Written by `make bench`, {when}, in {seconds:.0f} s on {os.cpu_count()} cores, "
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}.\n"
        "Peers ran in one go, in turn; figures are medians of five rounds and CPU time of the process that did the "
        "work, not time on the clock unless a line says so.\n"
        "Ratios are comparable between machines; milliseconds are not.\n"
    )
    body = "\n".join(f"\n## {title}\n\n{table(lines)}\n" for title, lines in sections.items())
    path.write_text(head + body, encoding="utf-8")
