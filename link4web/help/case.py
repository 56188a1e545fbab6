"""What somebody was looking at when they asked for help: ids that addresses of help carry along.

Nobody has checked whose they are. Whoever uses one asks as the person who is signed in, and to them a foreign id is
one that does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flask import g, request

from link4web.ids import is_id

PARTS = ("connection", "customer", "batch")


@dataclass(frozen=True)
class Case:
    """The connection, and the customer or batch of invitations in it; empty where there is none."""

    connection: str = ""
    customer: str = ""
    batch: str = ""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> "Case":
        """From the parameters of an address or a form; what has not the shape of an id is left out."""
        return cls(**{part: value for part in PARTS if is_id(value := args.get(part, ""))})

    @classmethod
    def here(cls) -> "Case":
        """What this page is about, where it is somebody's own."""
        member = g.get("member")
        if member is None or not member.connection_id:
            return cls()
        return cls.from_args({**(request.view_args or {}), "connection": member.connection_id})

    @cached_property
    def args(self) -> dict[str, str]:
        """The parameters of an address that say the same."""
        return {part: value for part in PARTS if (value := getattr(self, part))}
