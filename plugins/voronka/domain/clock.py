"""The one place that knows what time it is.

``VORONKA_AS_OF`` (ISO 8601 with zone) freezes it: the demo and the tests run a made-up agency whose last day
is not today, and "open for 12 days" or "fresh" must mean the agency's day.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime


def now() -> datetime:
    """The current moment, aware, in UTC; the frozen one when ``VORONKA_AS_OF`` is set.

    Raises:
        ValueError: when ``VORONKA_AS_OF`` is not ISO 8601 with a zone.
    """
    frozen = os.environ.get("VORONKA_AS_OF")
    if not frozen:
        return datetime.now(UTC)
    moment = datetime.fromisoformat(frozen)
    if moment.tzinfo is None:
        raise ValueError(
            f"VORONKA_AS_OF must carry a zone, as in 2026-11-01T00:00:00+00:00; it is {frozen!r}."
        )
    return moment.astimezone(UTC)
