"""How many invitation mails may leave (R-106): a person, an organisation, a domain and all of us have a cap each.

A cap counts in a window that begins with its first mail. What is over it waits for the next window; nothing is lost.
An organisation's is lower while it is new, and lower still while its invitations are met badly (`standing`). One
address has limits of its own, in `eligibility`.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import case, delete, or_, select

from link4web import clock
from link4web.accounts.models import Organisation
from link4web.database import changed_rows, db, insert_for
from link4web.invitations.models import MailCount
from link4web.invitations.standing import standing
from link4web.settings import Settings
from link4web.web.filters import number

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: So long an organisation counts as new, and may send less.
NEW_FOR = timedelta(days=14)
#: One whose invitations are met badly may send this part of what a new one may.
SLOWED_TO = 10


class Full(Exception):
    """A cap is reached: nothing more of its `kind` leaves before `until`; `words` say which cap that is."""

    def __init__(self, kind: str, words: str, until: datetime) -> None:
        super().__init__(kind)
        self.kind = kind
        self.words = words
        self.until = until


class Cap(NamedTuple):
    """At most so many of a `kind` in a window, counted for `whom`; `words` say so."""

    kind: str
    whom: str
    most: int
    window: timedelta
    words: str

    @property
    def scope(self) -> str:
        return f"{self.kind}:{self.whom}"


def take(organisation: Organisation, person_id: str, email_key: str) -> None:
    """Count one mail under all its caps, inside the ``writing()`` that lets it go.

    Raises:
        Full: a cap is reached; roll back, or the mail counts under the others.
    """
    take_under(_caps(organisation, person_id, email_key.rpartition("@")[2]))


def take_under(caps: list[Cap]) -> None:
    """Count one under each of these caps, inside ``writing()``; `take` is this for invitations.

    Raises:
        Full: one of them is reached; roll back, or it counts under the others.
    """
    counted = _count(caps)
    full = [cap for cap in caps if cap.scope not in counted]
    if full:
        ends = dict(
            db.session.execute(
                select(MailCount.scope, MailCount.ends_at).where(MailCount.scope.in_([cap.scope for cap in full]))
            ).all()
        )
        last = max(full, key=lambda cap: ends[cap.scope])
        raise Full(last.kind, last.words, ends[last.scope])


def forecast(organisation: Organisation, person_id: str, wanted: int) -> str:
    """What to know before sending so many now: which cap will hold some of them back; empty when none of ours does."""
    daily = [cap for cap in _caps(organisation, person_id, "") if cap.kind in ("person", "organisation")]
    sent = dict(
        db.session.execute(
            select(MailCount.scope, MailCount.mails).where(
                MailCount.scope.in_([cap.scope for cap in daily]), MailCount.ends_at > clock.now()
            )
        ).all()
    )
    room, words = min((max(0, cap.most - sent.get(cap.scope, 0)), cap.words) for cap in daily)
    if wanted <= room:
        return ""
    return f"We send at most {words}: {number(room)} can leave now, the rest follows by itself within days."


def _caps(organisation: Organisation, person_id: str, domain: str) -> list[Cap]:
    """In one order for all mails, so that two never wait for each other; the one all share is held shortest."""
    settings: Settings = current_app.extensions["settings"]
    most = settings.mail_caps
    is_new = organisation.created_at > clock.now() - NEW_FOR
    of_organisation = most.per_new_organisation if is_new else most.per_organisation
    which = "for a new organisation" if is_new else "for one organisation"
    if why := standing(organisation.id).why:
        slowed = max(1, most.per_new_organisation // SLOWED_TO)
        of_organisation, which = min(of_organisation, slowed), why
    return [
        Cap("person", person_id, most.per_person, DAY, f"{number(most.per_person)} invitations a day for one person"),
        Cap(
            "organisation",
            organisation.id,
            of_organisation,
            DAY,
            f"{number(of_organisation)} invitations a day {which}",
        ),
        Cap("domain", domain, most.per_domain, HOUR, f"{number(most.per_domain)} invitations an hour to {domain}"),
        Cap("all", "", most.in_all, HOUR, f"{number(most.in_all)} invitations an hour in all"),
    ]


def _count(caps: list[Cap]) -> set[str]:
    """Add one to each count that has room, in one statement; the scopes of these."""
    now = clock.now()
    rows = [{"scope": cap.scope, "ends_at": now + cap.window, "mails": 1, "most": cap.most} for cap in caps]
    fresh = insert_for(MailCount)
    is_over = MailCount.ends_at <= now
    statement = fresh.on_conflict_do_update(
        index_elements=["scope"],
        set_={
            "ends_at": case((is_over, fresh.excluded.ends_at), else_=MailCount.ends_at),
            "mails": case((is_over, 1), else_=MailCount.mails + 1),
            "most": fresh.excluded.most,
        },
        where=or_(is_over, MailCount.mails < fresh.excluded.most),
    )
    return set(db.session.scalars(statement.returning(MailCount.scope), rows))


def forget_ended() -> int:
    """Delete the counts whose window is over, inside ``writing()``; how many."""
    return changed_rows(db.session.execute(delete(MailCount).where(MailCount.ends_at <= clock.now())))
