"""What the probes of all providers have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from voronka.connectors.base import Finding
from voronka.connectors.http import Reply
from voronka.domain.errors import SourceError

WARN_SKEW_SECONDS = 60.0
WORST_SKEW_SECONDS = 300.0


def failed(check: str, error: SourceError) -> Finding:
    """A finding out of an error."""
    return Finding(check, False, error.message, error.remedy)


def clock_finding(reply: Reply, now: Callable[[], datetime]) -> Finding:
    """Our clock against the server's: windows end "now", so a slow clock loads late and a fast one skips."""
    check = "clocks agree"
    if reply.date is None:
        return Finding(check, True, "the server tells no time")
    skew = (now() - reply.date).total_seconds()
    if abs(skew) <= WARN_SKEW_SECONDS:
        return Finding(check, True, f"our clock differs by {skew:+.0f} s")
    return Finding(
        check,
        False,
        f"our clock differs from the provider's by {skew:+.0f} s.",
        "let this machine keep its time by NTP.",
        "error" if abs(skew) > WORST_SKEW_SECONDS else "warning",
    )
