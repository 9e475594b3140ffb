"""Local times of an exchange and UTC.

Exchanges write and take ``YYYY-MM-DD hh:mm:ss`` in a zone of their own, without an offset. In the hour that a clock set back
runs through twice such a text means two moments; the later one is taken, always, so that a call has one time
whichever window it was read with, and the same as Postgres reads out of the text.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from voronka.domain.windows import Window

FORMAT = "%Y-%m-%d %H:%M:%S"
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def to_utc(text: str, zone: tzinfo) -> datetime:
    """The moment that a local text means, aware UTC.

    Raises:
        ValueError: it is not of the form ``YYYY-MM-DD hh:mm:ss`` (a fraction of a second is allowed).
    """
    naive = datetime.strptime(text.partition(".")[0], FORMAT)  # noqa: DTZ007 -- the zone is put on next
    return naive.replace(tzinfo=zone, fold=1).astimezone(UTC)


def bounds(window: Window, zone: tzinfo) -> tuple[str, str]:
    """``date_from`` and ``date_till`` (both included) that hold at least every call of the window.

    Where the zone's offset changes near the window, the bounds are widened by the change; the caller keeps only what
    :func:`to_utc` puts into the window.
    """
    offsets = {
        moment.astimezone(zone).utcoffset() or timedelta()
        for moment in (window.start - _DAY, window.start, window.end, window.end + _DAY)
    }
    slack = max(offsets) - min(offsets)
    last = window.end - _SECOND if window.end.microsecond == 0 else window.end
    first_local = window.start.astimezone(zone).replace(tzinfo=None) - slack
    last_local = last.astimezone(zone).replace(tzinfo=None) + slack
    return first_local.strftime(FORMAT), last_local.strftime(FORMAT)
