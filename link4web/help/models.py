"""How often an article was read and whether it helped; public things, so no organisation owns them."""

from datetime import date, datetime

from sqlalchemy import Boolean, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id
from link4web.ids import new_id

COMMENT_LENGTH = 1000


class HelpView(Base):
    """Readings of an article on one day, by the accounting system it was read for (empty: unknown)."""

    __tablename__ = "help_view"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    provider: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


class HelpVote(Base):
    """One visitor's answer to *Did this help?* about a version of an article; `code` is the problem that led there."""

    __tablename__ = "help_vote"
    __table_args__ = (Index("uq_help_vote_slug_version_visitor", "slug", "version", "visitor", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(64))
    version: Mapped[date]
    visitor: Mapped[bytes] = mapped_column(LargeBinary(32))
    helped: Mapped[bool] = mapped_column(Boolean)
    comment: Mapped[str] = mapped_column(String(COMMENT_LENGTH), default="")
    code: Mapped[str] = mapped_column(String(64), default="")
    provider: Mapped[str] = mapped_column(String(16), default="")
    created_at: Mapped[datetime]
