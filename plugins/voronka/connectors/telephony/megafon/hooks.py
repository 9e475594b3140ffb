"""What MegaFon VATS sends by itself: finished calls, states of a call, and questions who a client is.

Pure functions from the received form or JSON to events; who receives it is not said here.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Literal

from voronka.connectors.base import Record, Rejection
from voronka.connectors.rows import REPORT, Unusable
from voronka.connectors.telephony.megafon.calls import parse_call

COMMANDS = ("history", "event", "contact")
FORGED = "compare crm_token in the cabinet with the one in the environment; if they agree, it was not the exchange."
_NAMES = {
    "callid": "uid",
    "phone": "client",
    "diversion": "diversion",
    "type": "type",
    "status": "status",
    "user": "user",
    "ext": "ext",
    "groupRealName": "group_name",
    "start": "start",
    "link": "record",
}
"""Names of the event → names of the history: the client is ``phone`` here and ``client`` there."""


def command(fields: Mapping[str, Any], crm_token: str) -> Literal["history", "event", "contact"]:
    """What the event asks for, once its token is proved.

    Raises:
        Unusable: ``bad_token``, or ``unknown_command``.
    """
    given = fields.get("crm_token")
    if not crm_token or not hmac.compare_digest(str(given).encode(), crm_token.encode()):
        raise Unusable("bad_token", "the token of the event is not the account's", FORGED)
    found = fields.get("cmd")
    for known in COMMANDS:
        if found == known:
            return known  # type: ignore[return-value]
    raise Unusable("unknown_command", f"cmd is {found!r}, expected one of {', '.join(COMMANDS)}", REPORT)


def finished_call(fields: Mapping[str, Any]) -> Record | Rejection:
    """The call of a ``history`` event under the names of the history; the secret is left out of it.

    The status is written with a capital (``Success``) by some and without by others.
    """
    row = {ours: fields[theirs] for theirs, ours in _NAMES.items() if fields.get(theirs) not in (None, "")}
    if "status" in row:
        row["status"] = str(row["status"]).lower()
    duration = str(fields.get("duration") or "")
    row["duration"] = int(duration) if duration.isascii() and duration.isdigit() else duration or None
    return parse_call(row)
