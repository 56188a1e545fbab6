"""Rounds over several peers in turn, so that a noisy moment strikes all of them, and the medians."""

from collections.abc import Callable, Mapping
from statistics import median

ROUNDS = 5
CPU_PATH = "/.cpu"  # where a served peer tells its CPU time


def medians(peers: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Measure every peer once in each round, in turn; the median of each, in what it returns."""
    seen: dict[str, list[float]] = {name: [] for name in peers}
    for round_number in range(rounds):
        # every other round the other way about, so that no peer always follows the same one
        order = list(peers) if round_number % 2 == 0 else list(peers)[::-1]
        for name in order:
            seen[name].append(peers[name]())
    return {name: median(values) for name, values in seen.items()}
