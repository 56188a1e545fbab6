"""What the page of a batch shows: how far it is, what failed and how to fix it."""

import math
from collections import Counter
from typing import Any

from flask import current_app
from sqlalchemy import Row, func, select

from link4web import clock
from link4web.accounts.models import User
from link4web.customers.models import Customer
from link4web.customers.pages import Place
from link4web.database import db
from link4web.invitations import batches
from link4web.invitations.models import CustomerInvitation, InvitationBatch
from link4web.invitations.words import MAIL_CODES
from link4web.web.access import member
from link4web.web.csv_text import csv_lines
from link4web.web.filters import number, plural
from link4web.web.rights import Permission

FAILED = ("bounced", "unknown", "revoked")
FAILURES_SHOWN = 50
REASONS_SHOWN = 3
#: label, drawing, tone of what is counted on the page
COUNTS = (
    ("queued", "Queued", "unchecked", "rest"),
    ("sent", "Sent", "absent", "wait"),
    ("joined", "Joined", "receives", "done"),
    ("declined", "Declined", "fail", "rest"),
    ("expired", "Expired", "unsure", "rest"),
    ("bounced", "Bounced", "fail", "bad"),
    ("unknown", "Not known whether it arrived", "unsure", "todo"),
    ("revoked", "Not sent", "absent", "rest"),
)
ALWAYS = ("queued", "sent", "joined", "bounced")


def undo_seconds() -> int:
    """How long an invitation waits for a change of mind."""
    return int(current_app.config["UNDO_SECONDS"])


def seconds_left(batch: InvitationBatch) -> int:
    """Whole seconds until the first mail leaves."""
    return max(0, math.ceil((batch.due_at - clock.now()).total_seconds()))


def context(place: Place, batch: InvitationBatch, *, polled: bool) -> dict[str, Any]:
    """Everything the page, or its part that is polled, needs."""
    counts = _counts(batch)
    state = _state(batch, counts)
    total, may_send = batch.queued, member().may(Permission.INVITE)
    done = total - counts["queued"]
    words = _words(batch, state, done, counts)
    failures, more = _failures(place, batch) if state != "undone" else ([], 0)
    return {
        "batch": {
            "state": state,
            "words": words,
            "seconds_left": seconds_left(batch),
            "total": total,
            "done": done,
            "counts": _shown(counts),
            "poll_href": place.href("batch", batch=batch.id),
            "undo_href": place.href("undo_batch", batch=batch.id) if may_send else None,
            "now_href": place.href("send_batch_now", batch=batch.id),
            "announce": words if polled and state in ("done", "undone") else None,
            "held_back": _held_back(batch) if state == "sending" else [],
            "failures": failures,
            "more_failures": more,
            "title": plural(total, "invitation") if batch.state != "preparing" else "Invitations",
            "sent_by": db.session.get_one(User, batch.created_by).name,
            "at": batch.created_at,
            "message": batch.message,
        },
        "places": [("My Customers", place.base), ("Invitations", None)],
        "customers_href": place.base,
        "csv_href": place.href("batch_csv", batch=batch.id),
    }


def tally(batch: InvitationBatch) -> list[tuple[str, int]]:
    """How many of its invitations are in which state, each with its word; states without any are left out."""
    return [(label, count) for label, count, _, _ in _shown(_counts(batch)) if count]


def _counts(batch: InvitationBatch) -> Counter[str]:
    rows = db.session.execute(
        select(CustomerInvitation.state, func.count())
        .where(CustomerInvitation.batch_id == batch.id)
        .group_by(CustomerInvitation.state)
    )
    counts = Counter(dict(rows.all()))
    counts["sent"] += counts.pop("delivered", 0) + counts.pop("opened", 0) + counts.pop("started", 0)
    return counts


def _state(batch: InvitationBatch, counts: Counter[str]) -> str:
    if batch.state == "undone":
        return "undone"
    if batch.state == "ready" and not batch.queued:
        return "done"
    if batches.may_undo(batch):
        return "waiting"
    return "sending" if batch.state == "preparing" or counts["queued"] else "done"


def _words(batch: InvitationBatch, state: str, done: int, counts: Counter[str]) -> str:
    total, many = batch.queued, plural(batch.queued, "invitation")
    if state != "undone" and batch.state == "preparing":
        return f"{number(total)} of about {number(batch.selected)} are written."
    if state == "done" and not total:
        return "Nobody was invited: all of them were invited already, or something stood in the way."
    sent = total - sum(counts[failed] for failed in FAILED)
    return {
        "waiting": f"{many} {'is' if total == 1 else 'are'} ready.",
        "sending": f"{number(done)} of {number(total)} sent",
        "undone": f"You took {many} back.",
        "done": f"{many} {'is' if total == 1 else 'are'} sent." if sent == total else f"{number(sent)} of {many} sent.",
    }[state]


def _held_back(batch: InvitationBatch) -> list[str]:
    """Why some still wait (a cap on mails), the commonest reasons first."""
    rows = db.session.execute(
        select(CustomerInvitation.problem, func.count())
        .where(
            CustomerInvitation.batch_id == batch.id,
            CustomerInvitation.state == "queued",
            CustomerInvitation.problem != "",
        )
        .group_by(CustomerInvitation.problem)
        .order_by(func.count().desc(), CustomerInvitation.problem)
        .limit(REASONS_SHOWN)
    )
    return [f"{number(count)} still to go. {why}" for why, count in rows]


def _shown(counts: Counter[str]) -> list[tuple[str, int, str, str]]:
    return [
        (label, counts[state], mark, tone) for state, label, mark, tone in COUNTS if counts[state] or state in ALWAYS
    ]


def _failures(place: Place, batch: InvitationBatch) -> tuple[list[dict[str, Any]], int]:
    where = (CustomerInvitation.batch_id == batch.id, CustomerInvitation.state.in_(FAILED))
    rows = db.session.execute(
        select(
            CustomerInvitation.state, CustomerInvitation.problem, CustomerInvitation.email, Customer.id, Customer.name
        )
        .join(Customer, Customer.id == CustomerInvitation.customer_id)
        .where(*where)
        .order_by(CustomerInvitation.id)
        .limit(FAILURES_SHOWN)
    ).all()
    total = 0
    if len(rows) == FAILURES_SHOWN:
        total = db.session.scalar(select(func.count()).select_from(CustomerInvitation).where(*where)) or 0
    return [_failure(place, row) for row in rows], max(0, total - len(rows))


def _failure(place: Place, row: Row[str, str, str, str, str]) -> dict[str, Any]:
    href = f"{place.base}/{row.id}"
    bounced = row.state == "bounced"
    return {
        "name": row.name,
        "href": href,
        "email": row.email,
        "why": row.problem,
        "code": MAIL_CODES.get(row.problem, "MAIL-REFUSED"),
        "action": "Fix e-mail" if bounced else None,
        "fix_href": f"{href}/email" if bounced else None,
    }


def csv_text(batch: InvitationBatch) -> str:
    """The batch as CSV: customer, address, state, when it left, what was the matter."""
    rows = db.session.execute(
        select(
            Customer.name,
            CustomerInvitation.email,
            CustomerInvitation.state,
            CustomerInvitation.sent_at,
            CustomerInvitation.problem,
        )
        .join(Customer, Customer.id == CustomerInvitation.customer_id)
        .where(CustomerInvitation.batch_id == batch.id)
        .order_by(Customer.name_key, Customer.id)
    )
    return csv_lines(
        [
            ("Customer", "E-mail", "State", "Sent", "Note"),
            *(
                (name, email, state, sent_at.isoformat(timespec="seconds") if sent_at else "", problem)
                for name, email, state, sent_at, problem in rows
            ),
        ]
    )
