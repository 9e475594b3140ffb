"""Calls and checks of accounts in different zones, and the telephony's points."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.contract.cases import (
    CASES,
    ZONES,
    Make,
    account,
    everything,
    read,
)
from tests.support.doubles import CountingLimiter, SleepBook
from tests.support.sandbox import SandboxProcess
from voronka.connectors import build
from voronka.domain.errors import SourceError
from voronka.domain.windows import Window


@pytest.mark.parametrize("slug", ["sever", "altai"])
def test_calls_have_their_moment_in_utc(make: Make, sandbox: SandboxProcess, slug: str) -> None:
    connector = make(CASES[1], slug)
    got = read(connector, "calls", everything(sandbox))
    zone = ZoneInfo(ZONES[slug])
    for record in got.records.values():
        local = record.updated_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        assert local == record.payload["start_time"]
    assert got.source_total == len(got.records)
    [zone_name] = [f.message for f in connector.probe() if f.check == "time zone is known"]
    assert zone_name == ZONES[slug]


@pytest.mark.parametrize("slug", ["sever", "altai"])
def test_checks_belong_to_the_local_day(make: Make, sandbox: SandboxProcess, slug: str) -> None:
    zone = ZoneInfo(ZONES[slug])
    local = datetime(2026, 10, 20, tzinfo=zone)
    got = read(make(CASES[2], slug), "positions", Window(local, local + timedelta(hours=1)))
    assert {record.payload["date"] for record in got.records.values()} == {"2026-10-20"}
    assert {record.updated_at for record in got.records.values()} == {local.astimezone(UTC)}


def test_uis_minute_is_waited_for(
    make: Make, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(CASES[1])
    sandbox.limits(uis_per_minute=1)
    source, sleep = CASES[1].source(sandbox, "sever", attempts=1), SleepBook()
    connector = build(account("sever", source), "telephony", source, CountingLimiter(), sleep=sleep)
    with pytest.raises(SourceError, match="limit"):
        read(connector, "calls", everything(sandbox))
    assert all(0 < seconds <= 60 for seconds in sleep.seconds)


@pytest.mark.parametrize("hours", [0, 3])
def test_mango_legs_have_one_moment_whichever_time_is_stamped(
    make: Make, sandbox: SandboxProcess, hours: int
) -> None:
    mango, extended = (case for case in CASES if case.provider == "mango")
    sandbox.mango(offset_hours=hours)
    window = Window(sandbox.as_of - timedelta(days=40), sandbox.as_of - timedelta(days=3, hours=2))
    got = read(make(mango, options={"time_offset_hours": hours}), "legs", window)
    starts: dict[str, datetime] = {}
    for record in got.records.values():
        assert int(record.payload["start"]) == int(record.updated_at.timestamp()) + hours * 3600
        entry = record.payload["entry_id"]
        starts[entry] = min(starts.get(entry, record.updated_at), record.updated_at)
    calls = read(make(extended), "contexts", window)
    assert starts.items() >= {entry: record.updated_at for entry, record in calls.records.items()}.items()
    assert len(starts) > 50
