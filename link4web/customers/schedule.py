"""Work that is due by the clock."""


def run_schedule() -> None:
    """Queue what has become due; cheap when nothing has."""
