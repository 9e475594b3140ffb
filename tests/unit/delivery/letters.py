"""A small letter, and a mail server that does what a test tells it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from voronka.config import MailSettings
from voronka.domain.letters import InlineImage, Letter

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def letter(**changed: Any) -> Letter:
    """A client's letter with one picture."""
    values: dict[str, Any] = {
        "report": "positions",
        "account_id": "sever",
        "subject_id": "sever:topvisor:1",
        "period": "2026-W47",
        "language": "ru",
        "subject": "Позиции okna.example: 16–22 ноября 2026",
        "mail_html": '<html><body><p>Доля 50 %</p><img src="cid:tops-0" alt="Доли"></body></html>',
        "mail_text": "Доля 50 %\n.точка в начале строки\n",
        "page_html": "<html><body>Доля 50 %</body></html>",
        "images": (InlineImage("tops-0", PNG, "Доли"),),
        "facts": {"top10": 0.5},
        "client_ids": ("c1",),
    }
    return Letter(**{**values, **changed})


class Server:
    """Keeps the mails it takes. ``answers`` maps a verb (MAIL, RCPT, DATA) to the reply it gives instead of taking.

    ``ends`` is ``before`` (drop the connection when DATA begins) or ``after`` (take the content, answer nothing, drop).
    ``victim`` is a process that is killed when the content has been taken and before the answer.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: dict[str, str] = {}
        self.ends: str | None = None
        self.delay = 0.0
        self.victim: int | None = None

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" not in self.answers:
            envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        await asyncio.sleep(self.delay)
        message = email.message_from_bytes(cast("bytes", envelope.content), policy=email.policy.default)
        self.taken.append(cast("EmailMessage", message))
        self.recipients += envelope.rcpt_tos
        if self.victim is not None:
            os.kill(self.victim, signal.SIGKILL)
        if self.ends == "after":
            cast("Any", server).transport.abort()
        return "250 OK"


class _Smtp(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        handler = cast("Server", self.event_handler)
        if handler.ends == "before":
            cast("Any", self).transport.abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Smtp(self.handler, **self.SMTP_kwargs)

    @property
    def taken_port(self) -> int:
        return int(cast("Any", self.server).sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        # The base connects to the port asked for, which is 0 here: any free one.
        with socket.create_connection((self.hostname, self.taken_port), timeout=5) as connection:
            connection.recv(1024)


@contextmanager
def mail_server() -> Iterator[tuple[Server, MailSettings]]:
    """A running server on a free port of 127.0.0.1 and the settings that reach it."""
    server = Server()
    controller = _Controller(server, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        port = controller.server.sockets[0].getsockname()[1]
        yield (
            server,
            MailSettings(host="127.0.0.1", port=port, sender="Агентство «Север» <reports@sever.example>"),
        )
    finally:
        controller.stop()
