"""The mails of invitations. No subject, name or line of them is a user's own but the message (R-105)."""

from dataclasses import dataclass
from email.message import EmailMessage

from link4web.invitations.message import neutral
from link4web.mail.compose import compose, stop_headers
from link4web.web.links import link_to


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What an invitation mail says. Names are as kept; `written` makes them fit for a mail."""

    to: str
    to_name: str
    others: list[str]
    inviter_name: str
    inviter_number: str
    inviter_address: str
    person: str
    reply_to: str
    message: str
    join_token: str
    stop_token: str
    until: str


def subject_of(inviter_name: str) -> str:
    """The one subject there is."""
    return f"{neutral(inviter_name)} would like to send you eInvoices"


def written(letter: Letter) -> EmailMessage:
    """The mail itself, with its way out in the headers (RFC 2369, RFC 8058)."""
    inviter = neutral(letter.inviter_name)
    stop_link = link_to("join.open_stop", token=letter.stop_token)
    return compose(
        "invitation",
        letter.to,
        subject_of(letter.inviter_name),
        from_name=f"{inviter} through Link4web",
        reply_to=letter.reply_to,
        headers=stop_headers(stop_link),
        to_name=neutral(letter.to_name),
        others=[neutral(name) for name in letter.others],
        inviter_name=inviter,
        inviter_number=letter.inviter_number,
        inviter_address=neutral(letter.inviter_address),
        person=neutral(letter.person),
        message=letter.message,
        link=link_to("join.open_link", token=letter.join_token),
        stop_link=stop_link,
        until=letter.until,
    )
