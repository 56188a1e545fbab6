"""Mail trouble on request: refusals at RCPT or DATA, answers that come late or never."""

import threading
from dataclasses import dataclass

STAGES = ("rcpt", "data")


@dataclass(kw_only=True)
class MailFault:
    """What happens to the next `count` recipients (`rcpt`) or messages (`data`) whose address contains `to`.

    `code` and `text` are the SMTP answer. `drop` cuts the connection after DATA instead of answering; the message is
    then kept or not as `keep` says, and the sender can't know which. `delay` seconds pass first.
    """

    stage: str = "data"
    count: int = 1
    code: int = 451
    text: str = "Try again later"
    to: str = ""
    drop: bool = False
    keep: bool = True
    delay: float = 0.0


class MailFaults:
    """The faults that wait, first come first served."""

    def __init__(self) -> None:
        self._waiting: list[MailFault] = []
        self._lock = threading.Lock()

    def add(self, fault: MailFault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def take(self, stage: str, addresses: list[str]) -> MailFault | None:
        with self._lock:
            for fault in self._waiting:
                if fault.stage == stage and any(fault.to.lower() in address.lower() for address in addresses):
                    fault.count -= 1
                    if fault.count <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
