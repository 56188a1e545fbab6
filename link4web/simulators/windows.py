"""Counting calls in fixed windows of time, as the services' limits do."""

import math
from dataclasses import dataclass


@dataclass
class Window:
    """A count that starts again at fixed moments, `length` seconds apart; `shift` moves those moments."""

    length: int
    shift: int = 0
    number: int = 0
    used: int = 0

    def turn(self, now: float) -> None:
        """Begin the window that `now` (seconds since the epoch) lies in, if it is another one."""
        number = int((now + self.shift) // self.length)
        if number != self.number:
            self.number, self.used = number, 0

    def seconds_left(self, now: float) -> int:
        return max(1, math.ceil((self.number + 1) * self.length - self.shift - now))
