"""Why no usable answer came back."""


class Unreachable(Exception):
    """No complete answer arrived. `reason` is one stable word: connect, timeout, reset, short, too-large, …"""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class CircuitOpen(Unreachable):
    """Not even tried: the last calls failed in a row. `retry_after` is the number of seconds until the next try.

    `of_part`: it was one part that failed, such as a ledger file; the service itself answers.
    """

    def __init__(self, retry_after: float, *, of_part: bool = False) -> None:
        super().__init__("resting", f"next try in {retry_after:.0f} s")
        self.retry_after = retry_after
        self.of_part = of_part


class AddressRefused(Unreachable):
    """The address is not one we may call. Never retried, and not counted against the service."""

    def __init__(self, detail: str) -> None:
        super().__init__("refused", detail)
