"""Why a run can't begin or go on, in words for the person at the terminal."""

import sys


class CannotRun(Exception):
    """Nothing can run like this; the text says why and what to try, without a traceback."""


def say(text: str) -> None:
    """Write one line to the terminal at once, also when it is a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
