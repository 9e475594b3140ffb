"""What a gate's queries are told about the moment and the schedule, as settings of their database session.

Queries read them with ``current_setting('voronka.as_of')::timestamptz`` and the like:

    voronka.as_of        the moment that counts as now
    voronka.sources      JSON: account_id, provider and usual_hours (the longest pause of its schedule; null when it
                         is loaded by hand only) of every configured source
    voronka.fresh_hours  the age at which published data is too old
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]

from voronka.config import Settings

LOOK_BACK = timedelta(days=8)


def usual_hours(cron: str | None, time_zone: str, now: datetime) -> float | None:
    """The longest pause between two starts of a schedule over the last 8 days, in hours; None without a schedule."""
    if cron is None:
        return None
    end = now.astimezone(ZoneInfo(time_zone))
    starts = croniter(cron, end - LOOK_BACK)
    longest, previous = 0.0, starts.get_next(datetime)
    while previous <= end:
        following = starts.get_next(datetime)
        longest = max(longest, (following - previous).total_seconds() / 3600)
        previous = following
    # A schedule rarer than the look-back has no pair of starts in it.
    return longest or (starts.get_next(datetime) - previous).total_seconds() / 3600


def session_settings(settings: Settings, now: datetime) -> dict[str, str]:
    """The session's settings by name."""
    schedules = settings.schedules
    crons = {
        "crm": schedules.ingest_crm,
        "telephony": schedules.ingest_telephony,
        "positions": schedules.ingest_positions,
        "sheets": schedules.ingest_sheets,
        "money": schedules.ingest_money,
        "ads": schedules.ingest_ads,
    }
    usual = {kind: usual_hours(cron, schedules.time_zone, now) for kind, cron in crons.items()}
    sources = [
        {"account_id": account.id, "provider": source.provider, "usual_hours": usual[kind]}
        for account in settings.accounts
        for kind, source in account.sources
    ]
    return {
        "voronka.as_of": now.isoformat(),
        "voronka.sources": json.dumps(sources, separators=(",", ":")),
        "voronka.fresh_hours": str(settings.publishing.fresh_hours),
    }


def libpq_options(values: dict[str, str]) -> str:
    """Session settings as the ``options`` of a Postgres connection."""
    escaped = {
        name: value.replace("\\", "\\\\").replace(" ", "\\ ")
        for name, value in {"timezone": "UTC", **values}.items()
    }
    return " ".join(f"-c {name}={value}" for name, value in escaped.items())
