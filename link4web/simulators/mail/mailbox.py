"""Every mail that arrived: stored raw, read apart when somebody looks."""

import re
import sqlite3
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec

from link4web.simulators import clock
from link4web.simulators.store import Store

SCHEMA = """
create table if not exists mail_message (
  id integer primary key autoincrement, at_ms integer not null, sender text not null, recipients text not null,
  subject text not null, raw blob not null
)
"""
LINK = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:!?]")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message as read; `recipients` are the envelope's."""

    id: int
    at_ms: int
    sender: str
    recipients: list[str]
    subject: str
    headers: list[tuple[str, str]]
    text: str
    html: str
    raw: bytes

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "at": self.at_ms / 1000,
            "from": self.sender,
            "to": self.recipients,
            "subject": self.subject,
            "headers": dict(self.headers),
            "text": self.text,
            "html": self.html,
            "links": list(dict.fromkeys(LINK.findall(self.text or self.html))),
        }


def keep(store: Store, sender: str, recipients: list[str], raw: bytes) -> None:
    """File a message that was accepted."""
    subject = str(_parsed(raw).get("Subject", ""))
    with store.write() as db:
        db.execute(
            "insert into mail_message (at_ms, sender, recipients, subject, raw) values (?, ?, ?, ?, ?)",
            (clock.milliseconds(), sender, " ".join(recipients), subject, raw),
        )


def listed(db: sqlite3.Connection, to: str, most: int, before: int = 2**62) -> list[sqlite3.Row]:
    """Newest first: id, at_ms, sender, recipients, subject; `to` is part of a recipient's address."""
    pattern = "%" + to.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return db.execute(
        "select id, at_ms, sender, recipients, subject from mail_message"
        " where recipients like ? escape '\\' and id < ? order by id desc limit ?",
        (pattern, before, most),
    ).fetchall()


def one(db: sqlite3.Connection, mail_id: int) -> Mail | None:
    row = db.execute("select * from mail_message where id = ?", (mail_id,)).fetchone()
    if row is None:
        return None
    message = _parsed(row["raw"])
    headers = [(name, str(value)) for name, value in message.items()]
    return Mail(id=row["id"], at_ms=row["at_ms"], sender=row["sender"], recipients=row["recipients"].split(),
                subject=row["subject"], headers=headers, text=_part(message, "plain"), html=_part(message, "html"),
                raw=row["raw"])  # fmt: skip


def clear(store: Store) -> None:
    with store.write() as db:
        db.execute("delete from mail_message")


def encoded(mails: list[Mail]) -> bytes:
    return msgspec.json.encode({"messages": [mail.as_json() for mail in mails]})


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    try:
        return str(body.get_content()) if body else ""
    except (LookupError, ValueError):
        return "(This part can't be read.)"
