"""The SMTP side."""

from __future__ import annotations

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP

from sandbox.mail.store import MailStore

REFUSALS = {"4xx": "451 4.3.0 Mailbox busy, try again later", "5xx": "550 5.1.1 No such user here"}
SIZE_LIMIT_BYTES = 32 * 1024 * 1024


class Handler:
    """Takes every letter, unless told to refuse or to be slow."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        store = self._store
        named = not store.reject_recipients or address in store.reject_recipients
        if store.reject and named:
            return REFUSALS[store.reject]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self._store.delay_seconds:
            await asyncio.sleep(self._store.delay_seconds)
        self._store.add(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content)
        return "250 OK, kept"


async def listen(store: MailStore, host: str, port: int) -> asyncio.Server:
    """Start catching; port 0 picks a free one (see ``sockets`` of the returned server)."""
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            Handler(store),
            data_size_limit=SIZE_LIMIT_BYTES,
            enable_SMTPUTF8=True,
            hostname="sandbox",
            loop=loop,
        )

    return await loop.create_server(protocol, host, port)
