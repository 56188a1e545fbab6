"""Mails about work, which a person may get at once, together once a day, or not at all.

Mails about one's own sign-in are none of these: nobody, and no thief, can switch them off.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from link4web import clock, outbox
from link4web.accounts.models import Membership, NewsChoice, NewsItem, Organisation, User
from link4web.audit import record
from link4web.database import db, insert_for, writing
from link4web.mail.compose import compose, plain_name
from link4web.mail.delivery import deliver_to
from link4web.outbox import Job
from link4web.web.links import link_to

DIGEST = "accounts.digest"
DIGEST_AT = time(8)
KINDS = {
    "joined": "A customer has joined",
    "asked": "A customer asks for a new invitation",
    "connection_lost": "An accounting system no longer lets us in",
}
AT_ONCE = "at once"
HOW = {AT_ONCE: "At once", "daily": "Once a day, together", "off": "Not at all"}


def choices_of(user_id: str) -> dict[str, str]:
    """How a person wants each kind; at once where they have not chosen."""
    chosen = select(NewsChoice.kind, NewsChoice.how).where(NewsChoice.user_id == user_id)
    return dict.fromkeys(KINDS, AT_ONCE) | {kind: how for kind, how in db.session.execute(chosen) if kind in KINDS}


def choose(user_id: str, choices: dict[str, str]) -> None:
    """Keep how a person wants each kind."""
    with writing():
        for kind, how in choices.items():
            values = {"user_id": user_id, "kind": kind, "how": how}
            insertion = insert_for(NewsChoice).values(values)
            db.session.execute(insertion.on_conflict_do_update(index_elements=["user_id", "kind"], set_={"how": how}))
        record("account.notices", kind="user", object_id=user_id, **choices)


def held_back(job: Job, user_id: str, kind: str, *, organisation_id: str, said: str, link: str) -> bool:
    """Whether the job's mail is not to leave now, inside ``writing()``: it is off, or waits for the daily mail.

    `said` and `link` are what the daily mail says about it, in a line.
    """
    how = db.session.scalar(select(NewsChoice.how).where(NewsChoice.user_id == user_id, NewsChoice.kind == kind))
    if how != "daily":
        return how == "off"
    row = {"id": job.id, "user_id": user_id, "organisation_id": organisation_id, "said": said[:500], "link": link}
    db.session.execute(insert_for(NewsItem).values(**row, at=clock.now()).on_conflict_do_nothing())
    _ask_for_digest(user_id, db.session.get_one(Organisation, organisation_id))
    return True


def _ask_for_digest(user_id: str, organisation: Organisation) -> None:
    """The next daily mail; the one after it when that has just begun without this news."""
    due = _next_digest(organisation.timezone)
    for later in (due, due + timedelta(days=1)):
        key = f"{user_id}:{organisation.id}:{later:%Y-%m-%d}"
        payload = {"user": user_id, "organisation": organisation.id}
        if outbox.add(DIGEST, key, organisation_id=None, payload=payload, due_at=later) or outbox.waiting(
            DIGEST, [key]
        ):
            return


def _next_digest(timezone: str) -> datetime:
    zone = ZoneInfo(timezone)
    here = clock.now().astimezone(zone)
    day = here.date() if here.time() < DIGEST_AT else here.date() + timedelta(days=1)
    return datetime.combine(day, DIGEST_AT, zone).astimezone(UTC)


def choices_link() -> str:
    """Where somebody chooses which of these mails they get, and how often."""
    return f"{link_to('account.show')}#mails"


def send_digest(job: Job) -> None:
    """Mail what has come together for a person in one organisation; nothing to whoever is no longer there."""
    user_id, organisation_id = job.payload["user"], job.payload["organisation"]
    with writing():
        mine = NewsItem.user_id == user_id, NewsItem.organisation_id == organisation_id
        db.session.execute(update(NewsItem).where(*mine, NewsItem.digest.is_(None)).values(digest=job.key))
        items = list(
            db.session.scalars(select(NewsItem).where(*mine, NewsItem.digest == job.key).order_by(NewsItem.at))
        )
        user = db.session.get(User, user_id)
        if (
            not items
            or user is None
            or not user.is_active
            or db.session.get(Membership, (organisation_id, user_id)) is None
        ):
            db.session.execute(delete(NewsItem).where(*mine))
            return
        name = plain_name(db.session.get_one(Organisation, organisation_id).name, "your organisation")
        lines = [(item.said, item.link) for item in items]
        email, whom = user.email, plain_name(user.name, "there")
        outbox.begin_flight(job)
    message = compose(
        "digest",
        email,
        f"News from {name}",
        name=whom,
        organisation=name,
        lines=lines,
        link=choices_link(),
    )
    deliver_to(user_id, "digest", message, chain=organisation_id)
    with writing():
        db.session.execute(delete(NewsItem).where(NewsItem.digest == job.key))
