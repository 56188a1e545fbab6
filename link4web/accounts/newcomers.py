"""Somebody who comes in by a mailed invitation, of a customer or a colleague, and has no sign-in yet."""

from dataclasses import dataclass


class HasAccount(Exception):
    """The invited address has a sign-in here already: its owner signs in first."""


@dataclass(frozen=True)
class NewPerson:
    """Who comes in without a sign-in; the address is the invited one, which the link proves."""

    name: str
    password: str
