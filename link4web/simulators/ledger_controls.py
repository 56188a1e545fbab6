"""Controls that every simulated ledger has alike: `throttle`, `expire`, and naming one of its organisations."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response

from link4web.simulators import clock
from link4web.simulators.control import PREFIX, ControlError, answer, asked
from link4web.simulators.state import state


def add_ledger_controls(blueprint: Blueprint, service: str) -> None:
    """Give a ledger its `throttle` and `expire`; it has the tables `<service>_token` and `<service>_code`."""

    @blueprint.post(f"{PREFIX}/throttle", endpoint="control_throttle")
    def throttle() -> Response:
        off = asked(off=True)["off"]
        state().store.set_setting(service, "throttle_off", off is True)
        return answer({"off": off is True})

    @blueprint.post(f"{PREFIX}/expire", endpoint="control_expire")
    def expire() -> Response:
        """Access tokens, refresh tokens or unused codes end now."""
        wanted = asked(access=True, refresh=False, codes=False)
        now = clock.milliseconds()
        token, code = f"{service}_token", f"{service}_code"
        with state().store.write() as db:
            for kind in ("access", "refresh"):
                if wanted[kind]:
                    ended = f"update {token} set expires_ms = min(expires_ms, ?) where kind = ?"  # noqa: S608 (our names)
                    db.execute(ended, (now, kind))
            if wanted["codes"]:
                db.execute(f"update {code} set expires_ms = min(expires_ms, ?)", (now,))  # noqa: S608 (our names)
        return answer({"expired": [kind for kind, chosen in wanted.items() if chosen]})


def throttle_is_off(service: str) -> bool:
    return state().store.setting(service, "throttle_off", default=False) is True


def chosen(rows: Iterable[Mapping[str, Any]], key: str, given: object) -> Mapping[str, Any]:
    """The row that a control call means: by its `key`, its `place` in the list, or the start of its `name`.

    Raises:
        ControlError: none of them.
    """
    text = str(given).strip().lower()
    for row in rows:
        if text and (text in (row[key], str(row["place"])) or row["name"].lower().startswith(text)):
            return row
    raise ControlError(f"There is none called {given!r} here.")


def wanted_size(given: object) -> int:
    """How many contacts a `seed` asks for.

    Raises:
        ControlError: not a whole number in range.
    """
    if type(given) is not int or not 0 <= given <= 2_000_000:
        raise ControlError("contacts is a whole number up to 2,000,000.")
    return given
