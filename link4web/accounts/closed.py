"""An organisation that an admin has closed: nobody enters any more, and what it holds is deleted some days later."""

from datetime import datetime, timedelta

from link4web import clock
from link4web.accounts.models import Organisation

#: So long an admin may still change their mind.
KEPT = timedelta(days=30)


def deleted_on(organisation: Organisation) -> datetime | None:
    """When the data of a closed organisation is deleted; None while it is open."""
    return organisation.closed_at + KEPT if organisation.closed_at else None


def is_over(organisation: Organisation) -> bool:
    """Whether it was closed so long ago that nobody can take it back."""
    end = deleted_on(organisation)
    return end is not None and clock.now() >= end
