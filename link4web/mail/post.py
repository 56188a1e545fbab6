"""Hand mails to an SMTP server, one connection for a run of them, and say honestly how it ended."""

import smtplib
import ssl
import threading
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT = 15.0


class MailRefused(Exception):
    """The server said no. `permanent` when trying again is pointless; `code` is its three digits (0: no answer)."""

    def __init__(self, code: int, *, permanent: bool) -> None:
        super().__init__(f"mail server answered {code}" if code else "mail server not reachable")
        self.code = code
        self.permanent = permanent


class MailUnknown(Exception):
    """The connection was lost after the mail had been handed over: it may or may not have been accepted."""


class Post:
    """Sends through one server; each thread keeps its connection open between mails."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self._local = threading.local()

    def send(self, message: EmailMessage) -> None:
        """Send one mail.

        Raises:
            MailRefused: the server did not take it; nothing was sent.
            MailUnknown: it may have been sent.
        """
        server = self._server()
        try:
            server.ehlo_or_helo_if_needed()
            self._hand_over(server, message)
        except smtplib.SMTPResponseException as answer:
            self.close()
            raise MailRefused(answer.smtp_code, permanent=500 <= answer.smtp_code < 600) from None
        except (smtplib.SMTPServerDisconnected, OSError):
            self.close()
            raise MailRefused(0, permanent=False) from None

    def greet(self) -> None:
        """See whether the server answers and lets us in.

        Raises:
            MailRefused: it does not.
        """
        self._server().noop()

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        """MAIL, RCPT and DATA by hand: only from the final dot on is the outcome uncertain."""
        sender = message["From"].addresses[0].addr_spec
        recipient = message["To"].addresses[0].addr_spec
        for code, text in (server.mail(sender), server.rcpt(recipient)):
            if code >= 300:
                raise smtplib.SMTPResponseException(code, text)
        try:
            code, text = server.data(message.as_bytes(policy=message.policy.clone(linesep="\r\n", cte_type="7bit")))
        except smtplib.SMTPDataError:
            raise
        except (smtplib.SMTPServerDisconnected, OSError):
            self.close()
            raise MailUnknown("connection lost while the mail was being handed over") from None
        if code >= 300:
            raise smtplib.SMTPResponseException(code, text)

    def _server(self) -> smtplib.SMTP:
        server: smtplib.SMTP | None = getattr(self._local, "server", None)
        if server is not None and self._is_alive(server):
            return server
        self.close()
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError):
            raise MailRefused(0, permanent=False) from None
        self._local.server = server
        return server

    def _is_alive(self, server: smtplib.SMTP) -> bool:
        try:
            return server.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _connect(self) -> smtplib.SMTP:
        host, port = self.url.hostname or "localhost", self.url.port or (465 if self.url.scheme == "smtps" else 25)
        if self.url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT)
            if self.url.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
        if self.url.username:
            server.login(unquote(self.url.username), unquote(self.url.password or ""))
        return server

    def close(self) -> None:
        """Let the connection of this thread go."""
        server: smtplib.SMTP | None = getattr(self._local, "server", None)
        self._local.server = None
        if server is not None:
            server.close()
