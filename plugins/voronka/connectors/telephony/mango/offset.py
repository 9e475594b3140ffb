"""Whether an account's stamps are UTC or run three hours ahead: the sources contradict each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from voronka.connectors.base import Finding

OFFSETS = (0, 3)
TOLERANCE = timedelta(minutes=5)
CHECK = "call times fit the clock"


def offset_finding(newest: datetime | None, now: datetime, offset_hours: int) -> Finding:
    """What the newest call of the last day tells.

    Args:
        newest: its stamp as received, read as UTC.
        offset_hours: what the settings say.
    """
    if newest is None:
        return Finding(
            CHECK, True, f"no call in the last day; time_offset_hours stays {offset_hours} untested"
        )
    said = f"the newest call is stamped {newest:%H:%M:%S}, it is {now:%H:%M:%S} UTC"
    shown = next((hours for hours in OFFSETS if newest - timedelta(hours=hours) <= now + TOLERANCE), None)
    if shown is None:
        return Finding(CHECK, False, f"{said}: more than three hours ahead.", "compare this machine's clock.")
    if shown > offset_hours:
        return Finding(
            CHECK,
            False,
            f"{said}: the service stamps UTC+{shown}.",
            f"set time_offset_hours: {shown} in the options of this source in accounts.yml.",
        )
    if shown < offset_hours:
        return Finding(
            CHECK,
            False,
            f"{said}: nothing shows that the service stamps UTC+{offset_hours}.",
            "make a test call and ask again within three hours; if the stamp is not ahead of the clock,"
            " set time_offset_hours: 0.",
            "warning",
        )
    return Finding(CHECK, True, f"{said}: time_offset_hours {offset_hours} fits")
