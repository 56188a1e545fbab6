"""What people have written to support, until the mail has long been sent."""

from datetime import datetime

from sqlalchemy import JSON, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id
from link4web.ids import new_id

MESSAGE_LENGTH = 4000


class ContactMessage(Base):
    """One message. `reference` is what people quote; `digest` makes the same form, sent twice, one message.

    `findings` are the lines attached (what, words), as they were when it was sent. `person_id` is empty for somebody
    who was not signed in; `copied` says that they get the message too.
    """

    __tablename__ = "contact_message"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[str | None] = mapped_column(Id)
    email: Mapped[str] = mapped_column(String(254))
    message: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(String(200))
    findings: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    copied: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(index=True)
