"""Alert mails to staff: plain text, the same one not twice a day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from voronka.config import Settings
from voronka.delivery import ledger, mime, smtp
from voronka.domain.errors import DeliveryError


def alert(
    connection: Connection[Any],
    settings: Settings,
    *,
    key: str,
    subject: str,
    lines: Sequence[str],
    recipients: Sequence[str] = (),
    once_for_all: bool = False,
) -> int:
    """Tell the alert addresses; how many mails went out. One key is told once a day (UTC) to each address.

    Args:
        connection: under role ``app``, without an open transaction.
        key: what is wrong, without what changes from attempt to attempt.
        recipients: whom to tell in the place of the alert addresses.
        once_for_all: never tell the same key to the same address again, on no later day either.

    Raises:
        DeliveryError: the server is out of reach or refuses an address; the others were still tried.
        ConfigurationError: an address is none, or the login or the sender is refused.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()
    period = "-" if once_for_all else datetime.now(UTC).date().isoformat()
    own = mime.address(settings.mail.sender)
    sent, failures = 0, []
    for recipient in recipients or settings.alerts.recipients:
        to = mime.address(recipient).addr_spec.lower()
        claimed = ledger.claim(connection, ledger.Key("alert", "-", digest[:16], period, "en", to, digest))
        if not isinstance(claimed, ledger.Claim):
            continue
        message = mime.headed(f"[Voronka] {subject}", to, settings.mail.sender, str(claimed.delivery_id))
        message.set_content("\n".join(lines) + "\n", cte="base64")
        try:
            smtp.hand_over(message, own.addr_spec, to, settings.mail)
        except (DeliveryError, smtp.Refused, smtp.Unknown) as error:
            ledger.mark(connection, claimed.delivery_id, "failed", error=str(error))
            failures.append(f"{to}: {error}")
        else:
            ledger.mark(connection, claimed.delivery_id, "sent", message_id=message["Message-ID"])
            sent += 1
    if failures:
        raise DeliveryError(
            f"The alert {subject!r} did not reach {'; '.join(failures)}.",
            remedy="see mail and alerts in voronka.yml.",
        )
    return sent
