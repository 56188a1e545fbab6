"""Readings and votes."""

import hashlib

from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from link4web import clock
from link4web.database import db, insert_for, writing
from link4web.help.articles import Article
from link4web.help.models import HelpView, HelpVote
from link4web.help.reader import Reader
from link4web.ids import new_id
from link4web.web import sessions


def note_reading(slug: str, reader: Reader) -> None:
    """Count one reading. Help is read when things are broken, so a database that is busy must not hide it."""
    counted = insert_for(HelpView).values(slug=slug, provider=reader.slug, day=clock.now().date(), number=1)
    counted = counted.on_conflict_do_update(
        index_elements=["slug", "provider", "day"], set_={"number": HelpView.number + 1}
    )
    try:
        with writing():
            db.session.execute(counted)
    except OperationalError:
        db.session.rollback()


def vote(article: Article, reader: Reader, *, helped: bool, code: str, comment: str = "") -> None:
    """Keep this visitor's answer about this version of the article; a second one replaces the first."""
    said = {"helped": helped, "comment": comment, "code": code, "provider": reader.slug}
    fresh = insert_for(HelpVote).values(
        id=new_id(),
        slug=article.slug,
        version=article.updated,
        visitor=_visitor(),
        created_at=clock.now(),
        **said,
    )
    with writing():
        db.session.execute(fresh.on_conflict_do_update(index_elements=["slug", "version", "visitor"], set_=said))


def readings() -> dict[str, int]:
    """How often each article has been read."""
    return dict(db.session.execute(select(HelpView.slug, func.sum(HelpView.number)).group_by(HelpView.slug)).all())


def votes() -> dict[str, tuple[int, int]]:
    """For each article how many it helped, and how many not."""
    found: dict[str, tuple[int, int]] = {}
    counted = select(HelpVote.slug, HelpVote.helped, func.count()).group_by(HelpVote.slug, HelpVote.helped)
    for slug, helped, number in db.session.execute(counted):
        yes, no = found.get(slug, (0, 0))
        found[slug] = (yes + number, no) if helped else (yes, no + number)
    return found


def _visitor() -> bytes:
    """Who votes: the person, or else the browser's session. A hash, so that the table names nobody."""
    who = current_user.id if current_user.is_authenticated else sessions.current().key or sessions.current().token or ""
    return hashlib.sha256(f"help vote {who}".encode()).digest()
