"""An SMTP server that takes every mail and delivers none."""

import asyncio
import threading
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from link4web.simulators.mail import mailbox
from link4web.simulators.mail.trouble import MailFaults
from link4web.simulators.state import NAME, State

MOST_BYTES = 10 * 1024 * 1024


class Sink:
    """The server in its own thread. `port` is the one it got.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._loop = asyncio.new_event_loop()
        handler = Handler(app.extensions[NAME])

        def protocol() -> SMTP:
            return SMTP(handler, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname="mailbox", loop=self._loop)

        try:
            self._server = self._loop.run_until_complete(self._loop.create_server(protocol, host, port))
        except OSError:
            self._loop.close()
            raise
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class Handler:
    """What aiosmtpd asks at each stage."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fault = faults(self.state).take("rcpt", [address])
        if fault:
            await asyncio.sleep(fault.delay)
            return f"{fault.code} {fault.text}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (the same)
        recipients, content = list(envelope.rcpt_tos), _bytes(envelope.content)
        fault = faults(self.state).take("data", recipients)
        if fault:
            await asyncio.sleep(fault.delay)
        if fault is None or (fault.drop and fault.keep):
            mailbox.keep(self.state.store, envelope.mail_from or "", recipients, content)
        if fault is None:
            return "250 Message accepted"
        if fault.drop and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return f"{fault.code} {fault.text}"


def faults(state: State) -> MailFaults:
    """The mail faults of these simulators."""
    kept = state.memory.setdefault("mail faults", MailFaults())
    assert isinstance(kept, MailFaults)
    return kept


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else str(content or "").encode()
