"""Behaviours that can be turned either way, because nobody outside knows which one is true (or to try both)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from link4web.simulators.state import state

Value = bool | str | int | float | list[str]


@dataclass(frozen=True, kw_only=True)
class Switch:
    """`choices` empty: any value of the default's type."""

    default: Value
    about: str
    choices: tuple[Value, ...] = ()

    def refuses(self, value: object) -> str | None:
        """Why `value` can't be set, or None."""
        if self.choices and value not in self.choices:
            return f"choose one of {', '.join(map(repr, self.choices))}"
        number = isinstance(self.default, float) and isinstance(value, int) and not isinstance(value, bool)
        if not number and type(value) is not type(self.default):
            return f"give a {type(self.default).__name__}"
        return None


class Switchboard:
    """One service's switches; values are kept in the state file."""

    def __init__(self, service: str, switches: Mapping[str, Switch]) -> None:
        self.service = service
        self.switches = switches

    def __getitem__(self, name: str) -> Any:
        return self.values()[name]

    def values(self) -> dict[str, Value]:
        changed = state().store.setting(self.service, "switches", {})
        assert isinstance(changed, dict)
        return {name: changed.get(name, switch.default) for name, switch in self.switches.items()}

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Set several at once.

        Raises:
            ValueError: an unknown switch or a value of the wrong kind; nothing is changed.
        """
        for name, value in wanted.items():
            if name not in self.switches:
                raise ValueError(f"There is no switch {name!r}. Known: {', '.join(sorted(self.switches))}.")
            if trouble := self.switches[name].refuses(value):
                raise ValueError(f"{name}: {trouble}.")
        state().store.set_setting(self.service, "switches", {**self.values(), **wanted})

    def describe(self) -> dict[str, Any]:
        values = self.values()
        return {
            name: {"value": values[name], "default": one.default, "about": one.about, "choices": list(one.choices)}
            for name, one in self.switches.items()
        }
