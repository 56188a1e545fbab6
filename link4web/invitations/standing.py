"""How an organisation's invitations are met: who annoys more than wins goes slowly until that has changed (R-106).

Two things tell: hardly anybody joins, against those that stay open, or too many addresses refuse the mail or stop it.
Either lowers the day's cap in `caps`; nothing is lost, and it ends by itself as soon as the figures are better.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Integer, and_, case, func, or_, select

from link4web import clock
from link4web.database import db
from link4web.invitations.eligibility import is_suppressed
from link4web.invitations.models import OPEN_STATES, CustomerInvitation
from link4web.web.filters import number, plural

#: Mails of so long ago count no more; an invitation lives as long.
LOOKED_AT = timedelta(days=60)
TIME_TO_ANSWER = timedelta(days=7)
#: Fewer mails say nothing.
ENOUGH_OPEN, ENOUGH_SENT = 500, 100
#: Fewer than one joined for so many that stay open; more than one in so many refused or stopped.
OPEN_FOR_ONE_JOINED, SENT_FOR_ONE_REFUSED = 100, 20
#: Asked once in so many seconds for each organisation: the answer changes slowly, and every mail asks.
ASKED_EVERY = 300


@dataclass(frozen=True)
class Standing:
    """`why` it goes slowly, as the end of a sentence, and `advice` in sentences of their own; empty when it doesn't."""

    why: str = ""
    advice: str = ""


def standing(organisation_id: str) -> Standing:
    """How the present organisation's invitations are met, as of a few minutes ago at most."""
    return _asked(organisation_id, int(clock.timestamp() // ASKED_EVERY))


@lru_cache(1024)
def _asked(organisation_id: str, period: int) -> Standing:
    """Both say what is remembered; the question itself goes through the gate to the present organisation."""
    del organisation_id, period
    return _judged(*_figures())


def _judged(sent: int, refused: int, unanswered: int, joined: int) -> Standing:
    if sent >= ENOUGH_SENT and refused * SENT_FOR_ONE_REFUSED > sent:
        return Standing(
            "while so many of your invitations come back or are stopped",
            f"{number(refused)} of your last {plural(sent, 'invitation')} came back or were stopped."
            " Check the addresses, and invite those who know you.",
        )
    if unanswered >= ENOUGH_OPEN and joined * OPEN_FOR_ONE_JOINED < unanswered:
        return Standing(
            "while so few of your invitations are accepted",
            f"{plural(unanswered, 'invitation')} of yours had a week or longer without an answer,"
            f" and {number(joined)} led to joining. A message of your own, or a call before it, helps.",
        )
    return Standing()


def _figures() -> tuple[int, int, int, int]:
    """How many mails have left, were refused or stopped, are unanswered after some time, and led to joining."""
    now, state = clock.now(), CustomerInvitation.state
    refused = or_(state == "bounced", is_suppressed(CustomerInvitation.email_key))
    is_open = and_(state.in_((*OPEN_STATES, "expired")), CustomerInvitation.sent_at < now - TIME_TO_ANSWER)
    row = db.session.execute(
        select(func.count(), _how_many(refused), _how_many(is_open), _how_many(state == "joined")).where(
            CustomerInvitation.lead_id == CustomerInvitation.id,
            CustomerInvitation.created_at > now - LOOKED_AT,
            or_(CustomerInvitation.sent_at.is_not(None), state == "bounced"),
        )
    ).one()
    return row[0], row[1], row[2], row[3]


def _how_many(these: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((these, 1), else_=0)), 0, type_=Integer)
