"""`python -m benchmarks`: every goal in one run, results to results.md. `--quick` is for trying and writes nothing."""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import alike, pages, results, sync
from benchmarks.results import Line


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller numbers, no results file")
    parser.add_argument("--only", choices=["peers", "growth", "sync", "alike"], help="one part, no results file")
    chosen = parser.parse_args()
    began = time.monotonic()
    sections = {}
    for name, title, part in _parts(quick=chosen.quick):
        if chosen.only in (None, name):
            sections[title] = _run(title, part)
    if not chosen.quick and not chosen.only:
        results.write(sections, seconds=time.monotonic() - began)


def _parts(*, quick: bool) -> list[tuple[str, str, Callable[[Path], list[Line]]]]:
    size, contacts = (pages.QUICK, sync.QUICK) if quick else (pages.FULL, sync.FULL)
    return [
        ("peers", "A page beside others", lambda folder: pages.beside_peers(folder, size)),
        ("growth", "A page as customers grow in number", lambda folder: pages.as_it_grows(folder, size)),
        ("sync", "Reading all contacts", lambda folder: sync.beside_official_client(folder, contacts)),
        ("alike", "Answers that nobody may tell apart", alike.answers),
    ]


def _run(title: str, part: Callable[[Path], list[Line]]) -> list[Line]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="link4web-bench-") as folder:
        lines = part(Path(folder))
    print(f"{title} ({time.monotonic() - began:.0f} s)", flush=True)
    for line in lines:
        print(f"  {line.what}: {line.measured}, {line.goal}: {line.verdict}", flush=True)
    return lines


main()
