"""The controls every simulator has under `/<service>/_control`: list, fail, switch, log, reset."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from link4web.simulators.faults import KINDS, Fault
from link4web.simulators.request_log import without_secrets
from link4web.simulators.state import state
from link4web.simulators.switches import Switchboard

PREFIX = "/_control"


class ControlError(Exception):
    """A control was called with something it can't use; the words say what."""


def asked(**defaults: Any) -> dict[str, Any]:
    """The JSON object of a control call over `defaults`; unknown names are refused.

    Raises:
        ControlError: not an object, or a name that the control doesn't know.
    """
    given = request.get_json(force=True, silent=True) if request.data else {}
    if not isinstance(given, dict):
        raise ControlError("Send a JSON object.")
    if unknown := set(given) - set(defaults):
        raise ControlError(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(defaults) or 'nothing'}.")
    return {**defaults, **given}


def answer(value: object, status: int = 200) -> Response:
    """`value` as indented JSON, for people and scripts."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    return Response(text + b"\n", status, content_type="application/json")


def add_controls(
    blueprint: Blueprint,
    board: Switchboard,
    describe: Callable[[], Mapping[str, Any]],
    reset: Callable[[], None],
    *,
    over_http: bool = True,
) -> None:
    """Give a service its common controls. `describe` adds what only this service has; `reset` restores its data.

    A service whose trouble isn't about HTTP answers (`over_http` false) brings its own `fail`.
    """
    service = board.service

    @blueprint.errorhandler(ControlError)
    def refused(error: ControlError) -> Response:
        return answer({"error": str(error)}, 400)

    @blueprint.get(PREFIX)
    def controls() -> Response:
        root = request.host_url.rstrip("/") + f"/{service}"
        common: dict[str, Any] = {"fail": FAIL_EXAMPLES} if over_http else {}
        common |= {"switch": {"example": {"<name>": "<value>"}}, "log": "GET", "reset": "POST {}"}
        own = describe()
        calls = {**common, **own.get("controls", {})}
        calls["fail"] = [*calls["fail"], *CALLED_OFF]
        return answer({"service": service, "address": root, **own, "controls": calls, "switches": board.describe()})

    if over_http:
        _add_fail(blueprint, service)

    @blueprint.route(f"{PREFIX}/switch", methods=["GET", "POST"])
    def switch() -> Response:
        if request.method == "POST":
            try:
                board.change(request.get_json(force=True))
            except (ValueError, AttributeError) as error:
                raise ControlError(str(error)) from error
        return answer(board.values())

    @blueprint.get(f"{PREFIX}/log")
    def log() -> Response:
        return answer({"requests": state().log.of(service)})

    @blueprint.delete(f"{PREFIX}/log")
    def clear_log() -> Response:
        state().log.clear(service)
        return answer({"ok": True})

    @blueprint.post(f"{PREFIX}/reset")
    def start_over() -> Response:
        state().faults.clear(service)
        state().log.clear(service)
        state().store.forget_settings(service)
        reset()
        return answer({"ok": True})


def _add_fail(blueprint: Blueprint, service: str) -> None:
    @blueprint.post(f"{PREFIX}/fail")
    def fail() -> Response:
        if is_called_off():
            return stop_failing()
        state().faults.add(service, wanted_fault())
        return answer({"ok": True})

    @blueprint.delete(f"{PREFIX}/fail")
    def stop_failing() -> Response:
        state().faults.clear(service)
        return answer({"ok": True})


def is_called_off() -> bool:
    """Whether a call of `fail` takes back every failure that is planned: `off`, or a count of 0."""
    given = request.get_json(force=True, silent=True)
    return isinstance(given, dict) and (given.get("off") is True or given.get("count") == 0)


def wanted_fault() -> Fault:
    """The fault that a control call describes.

    Raises:
        ControlError: a field of the wrong kind.
    """
    given = asked(
        kind="status",
        count=1,
        status=503,
        body="",
        content_type="",
        headers={},
        delay=0.0,
        path="",
        method="",
        off=False,
    )
    del given["off"]
    if not isinstance(given["body"], str):
        given["body"] = msgspec.json.encode(given["body"]).decode()
    try:
        fault = msgspec.convert(given, Fault)
    except msgspec.ValidationError as error:
        raise ControlError(str(error)) from error
    if fault.kind not in KINDS or fault.count < 1:
        raise ControlError(f"kind is one of {', '.join(KINDS)}; count is 1 or more, or 0 to call all failures off.")
    return fault


def failing_answer(service: str) -> ResponseReturnValue | None:
    """What to say instead of the real answer, if a fault waits for this request."""
    path = g.asked_path.removeprefix(f"/{service}")
    if path.startswith(PREFIX):
        return None
    fault = state().faults.take(service, request.method, path)
    return fault.answer() if fault else None


def log_request(service: str, status: int, milliseconds: int, at: str) -> None:
    """Remember this request, unless it was about the controls themselves."""
    if not g.asked_path.startswith(f"/{service}{PREFIX}"):
        query = without_secrets(request.query_string.decode("utf-8", "replace"))
        facts = {"at": at, "method": request.method, "path": g.asked_path, "query": query}
        state().log.add(service, **facts, status=status, ms=milliseconds)


CALLED_OFF = [{"off": True}, {"count": 0}]
FAIL_EXAMPLES = [
    {"count": 2, "status": 503, "body": "The Organisation is offline"},
    {"count": 1, "status": 429, "headers": {"Retry-After": "30", "X-Rate-Limit-Problem": "minute"}},
    {"kind": "html", "status": 502, "path": "/api.xro/2.0/Contacts"},
    {"kind": "reset"},
    {"kind": "half"},
    {"kind": "slow", "delay": 2.5, "count": 3},
]
