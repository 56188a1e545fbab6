"""What the simulators hold besides their tables, reachable from any request."""

from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app

from link4web.simulators.faults import Faults
from link4web.simulators.request_log import RequestLog
from link4web.simulators.store import Store

NAME = "simulators"


@dataclass(kw_only=True)
class State:
    store: Store
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    memory: dict[str, object] = field(default_factory=dict)


def keep(app: Flask, state: State) -> None:
    app.extensions[NAME] = state


def state() -> State:
    """The running simulators' state; only inside a request."""
    return cast(State, current_app.extensions[NAME])
