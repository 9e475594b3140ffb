"""A letter to a recipient, once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock
from typing import Any

from psycopg import Connection

from voronka.config import MailSettings
from voronka.delivery import ledger, mime, smtp
from voronka.delivery.foreign import assert_only
from voronka.domain.errors import ConfigurationError, DeliveryError
from voronka.domain.letters import Letter


class _Pace:
    """Spaces the letters of this process to a rate."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next = 0.0

    def wait(self, per_second: float | None) -> None:
        if per_second is None:
            return
        with self._lock:
            now = time.monotonic()
            pause, self._next = max(0.0, self._next - now), max(now, self._next) + 1 / per_second
        time.sleep(pause)


_pace = _Pace()


def send(
    connection: Connection[Any],
    letter: Letter,
    recipient: str,
    mail: MailSettings,
    *,
    forbidden: Iterable[str] = (),
    resend: bool = False,
    run_id: str | None = None,
) -> ledger.Outcome:
    """Send a letter to one recipient unless the ledger knows that it went.

    Args:
        connection: under role ``app``, without an open transaction.
        forbidden: names and sites that must not stand in the letter.
        resend: send although it (or other figures of the same period) went out before.

    Returns:
        ``sent``; ``already_sent``; ``superseded_content`` (other figures of this period went out before: noted, not
        sent); ``refused`` (5xx, noted, not tried again); ``uncertain`` (handed over, never confirmed: not tried
        again); ``in_progress`` (another process is at it).

    Raises:
        DeliveryError: the letter holds another client's name or site (nothing is sent), or the server is out of reach
            or answers 4xx (noted as failed; the next attempt sends it).
        ConfigurationError: the recipient is no address, or the login or the sender is refused.
    """
    assert_only(letter, forbidden)
    own, to = mime.address(mail.sender), mime.address(recipient).addr_spec.lower()
    key = ledger.Key(
        letter.report,
        letter.account_id,
        letter.subject_id,
        letter.period,
        letter.language,
        to,
        letter.content_hash,
    )
    claimed = ledger.claim(connection, key, run_id=run_id, resend=resend)
    if not isinstance(claimed, ledger.Claim):
        return claimed
    name = f"{claimed.delivery_id}" + (f".{claimed.attempt}" if resend and claimed.attempt > 1 else "")
    message = mime.compose(letter, to, mail.sender, name)
    _pace.wait(mail.rate_per_second)
    try:
        smtp.hand_over(message, own.addr_spec, to, mail)
    except smtp.Refused as refusal:
        ledger.mark(connection, claimed.delivery_id, "refused", error=str(refusal))
        return "refused"
    except smtp.Unknown as unknown:
        ledger.mark(
            connection, claimed.delivery_id, "uncertain", message_id=message["Message-ID"], error=str(unknown)
        )
        return "uncertain"
    except (DeliveryError, ConfigurationError) as error:
        ledger.mark(connection, claimed.delivery_id, "failed", error=str(error))
        raise
    ledger.mark(connection, claimed.delivery_id, "sent", message_id=message["Message-ID"])
    return "sent"
