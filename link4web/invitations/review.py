"""The page before anything is sent: who gets a mail, who is left out and why. Counted in the database."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from link4web.customers import lacking, states
from link4web.customers import selection as selections
from link4web.customers import services as customers
from link4web.customers.models import Customer, Selection
from link4web.customers.origins import from_review
from link4web.customers.pages import Place
from link4web.customers.problems import state_code
from link4web.customers.words import state_words
from link4web.database import db
from link4web.invitations import words
from link4web.invitations.eligibility import MOST, OFTEN, RECENTLY, WILL, left_out
from link4web.web.access import member
from link4web.web.filters import number, plural
from link4web.web.rights import Permission

SHARED_SHOWN = 5
PAGE = 50


@dataclass(frozen=True)
class LeftOut:
    """Some who get no invitation: how many, why, and the way to fix it; `fixes` names what a pop-up puts right."""

    count: int
    words: str
    mark: str
    action: str | None
    href: str | None
    fixes: str | None
    code: str


@dataclass(frozen=True)
class Review:
    """What pressing Send would do now; `will` customers by `mails` mails."""

    selected: int
    will: int
    mails: int
    will_href: str | None
    skipped: list[LeftOut]
    shared: list[tuple[str, int]]
    changed: str | None
    first_name: str


def examine(place: Place, selection: Selection, *, seen: int | None = None) -> Review:
    """Count the selection by what would happen. `seen`: what an earlier look at the page said."""
    reason = left_out(number_optional=customers.number_is_optional())
    counted = db.session.execute(
        select(reason.label("why"), func.count()).where(*selections.conditions(selection)).group_by(reason)
    )
    by_reason: dict[str, int] = dict(counted.all())
    will = by_reason.pop(WILL, 0)
    those = (*selections.conditions(selection), reason == WILL)
    mails = db.session.scalar(select(func.count(Customer.email_key.distinct())).where(*those)) or 0
    return Review(
        selected=will + sum(by_reason.values()),
        will=will,
        mails=mails,
        will_href=place.href("invite_list") if will else None,
        skipped=[
            _left_out(place, selection, why, count) for why, count in sorted(by_reason.items(), key=lambda it: -it[1])
        ],
        shared=_shared(those) if mails < will else [],
        changed=_changed(selection, will + sum(by_reason.values()), will, seen),
        first_name=db.session.scalar(select(Customer.name).where(*those).order_by(Customer.id).limit(1)) or "",
    )


def _shared(those: tuple[ColumnElement[bool], ...]) -> list[tuple[str, int]]:
    rows = db.session.execute(
        select(Customer.email_key, func.count())
        .where(*those)
        .group_by(Customer.email_key)
        .having(func.count() > 1)
        .order_by(func.count().desc(), Customer.email_key)
        .limit(SHARED_SHOWN)
    )
    return [(email, count) for email, count in rows]


def _changed(selection: Selection, selected: int, will: int, seen: int | None) -> str | None:
    """A sentence when the numbers are not what was seen before."""
    if seen is not None and seen != will:
        return f"The page said {plural(seen, 'invitation')}; there are {number(will)} now. Look again, then send."
    if selection.mode == "exclude" and selection.seen_count != selected:
        return f"You saw {number(selection.seen_count)} when you selected them; there are {number(selected)} now."
    return None


def _left_out(place: Place, selection: Selection, why: str, count: int) -> LeftOut:
    said, mark = reason_words(place, why)
    action, queue = _fix(place, why, count)
    code = reason_code(why)
    href = f"{place.base}?queue={queue}" if queue else None
    may_fix = why in lacking.FIXABLE and member().may(Permission.EDIT_CUSTOMERS)
    if why in lacking.FIXABLE and not may_fix:
        return LeftOut(count, said, mark, None, None, None, code)
    first = lacking.first_chosen(selection, why) if may_fix else None
    if first is None:
        return LeftOut(count, said, mark, action, href, None, code)
    form = "abn" if why == states.NEEDS_NUMBER else "email"
    return LeftOut(count, said, mark, action, from_review(f"{place.base}/{first.id}/{form}"), why, code)


def reason_words(place: Place, why: str) -> tuple[str, str]:
    """Why somebody is left out, and the mark beside it."""
    if why == RECENTLY:
        return words.RECENTLY, "invited"
    if why == OFTEN:
        return words.OFTEN.format(most=MOST), "expired"
    short = {
        states.NEEDS_NUMBER: f"no {place.scheme}",
        states.NEEDS_EMAIL: "no e-mail address",
        states.INVITED: "invited already",
        states.JOINED: "joined already",
        states.UNSUBSCRIBED: "asked for no more e-mails",
        states.DECLINED: "said no",
        states.NOT_CUSTOMER: f"not a customer in {place.provider.name} yet",
    }
    known = state_words(why, place.terms, place.scheme)
    return short.get(why, known.word[0].lower() + known.word[1:]), known.mark


def reason_code(why: str) -> str:
    """The code of a reason to leave somebody out."""
    return words.left_out_code(why) if why in (RECENTLY, OFTEN) else state_code(why)


def _fix(place: Place, why: str, count: int) -> tuple[str | None, str | None]:
    return {
        states.NEEDS_NUMBER: (f"Add {plural(count, place.scheme)}", "needs-number"),
        states.NEEDS_EMAIL: (f"Add {plural(count, 'address', 'addresses')}", "needs-email"),
        states.BOUNCED: (f"Fix {plural(count, 'address', 'addresses')}", "problems"),
        states.NOT_CUSTOMER: ("See ways", "not-customer"),
        states.INVITED: ("See them", "invited"),
        states.JOINED: ("See them", "joined"),
    }.get(why, (None, None))


def recipients(selection: Selection, after: str) -> tuple[list[Any], bool]:
    """One page of those who will be invited, beginning behind an id; whether there are more."""
    reason = left_out(number_optional=customers.number_is_optional())
    rows = db.session.execute(
        select(Customer.id, Customer.name, Customer.email, Customer.number, Customer.number_scheme)
        .where(*selections.conditions(selection), reason == WILL, Customer.id > after)
        .order_by(Customer.id)
        .limit(PAGE + 1)
    ).all()
    return list(rows[:PAGE]), len(rows) > PAGE


def of_browser(connection_id: str) -> Selection | None:
    """What this browser has selected, if it is anything."""
    selection = selections.of_request(connection_id)
    return selection if selection is not None and selections.count(selection) else None
