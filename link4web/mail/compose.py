"""Build a mail from a pair of templates, text and HTML."""

import re
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid, parseaddr

from flask import current_app, render_template

from link4web import clock

# what mail programs turn into a link: a scheme, www., or a dot between letters
LOOKS_LIKE_A_LINK = re.compile(r"://|www\.|@|\S\.[^\W\d_]{2,}", re.IGNORECASE)


def compose(
    template: str,
    to: str,
    subject: str,
    *,
    from_name: str = "",
    reply_to: str = "",
    headers: dict[str, str] | None = None,
    **context: object,
) -> EmailMessage:
    """A mail from `email/<template>.txt` and `.html`. Line breaks in headers are refused by the mail library."""
    config = current_app.config
    sender_name, sender = parseaddr(config["MAIL_FROM"])
    message = EmailMessage()
    message["From"] = formataddr((from_name or sender_name, sender))
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate(clock.timestamp())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    if reply_to:
        message["Reply-To"] = reply_to
    for name, value in (headers or {}).items():
        message[name] = value
    context = {"base_url": config["BASE_URL"], "support_email": config["SUPPORT_EMAIL"], "subject": subject, **context}
    message.set_content(render_template(f"email/{template}.txt", **context))
    message.add_alternative(render_template(f"email/{template}.html", **context), subtype="html")
    return message


def stop_headers(link: str) -> dict[str, str]:
    """What lets mail programs stop these mails with one press (RFC 8058, section 3.1); `link` takes a POST for that."""
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def plain_name(name: str, instead: str) -> str:
    """A name somebody gave, or `instead` when it would carry a link into a stranger's mailbox (R-105)."""
    return instead if LOOKS_LIKE_A_LINK.search(name) else name
