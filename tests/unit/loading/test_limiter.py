"""One rate over processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.postgres import Warehouse
from voronka.domain.errors import AccessBlocked, ConfigurationError
from voronka.loading import PostgresLimiter

PROJECT = Path(__file__).parents[3]
RATE = 20.0
TAKER = f"""
import time
from voronka.loading import PostgresLimiter
limiter = PostgresLimiter("sever", "amocrm", {RATE})
until = time.time() + 2.5
while time.time() < until:
    limiter.acquire()
    print(repr(time.time()), flush=True)
"""


def test_four_processes_share_the_rate(warehouse: Warehouse) -> None:
    environment = {**os.environ, **warehouse.environment}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER], env=environment, cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=60)[0].split() for process in processes]
    moments = sorted(float(moment) for output in outputs for moment in output)
    assert all(len(output) > 2 for output in outputs)
    busiest = max(sum(1 for m in moments if first <= m < first + 1) for first in moments)
    # Waking up late on a crowded machine can bring two requests closer than their slots were.
    assert busiest <= RATE + 2
    given = warehouse.rows(
        "select bucket, next_free_at > clock_timestamp() - interval '1 minute' from ops.rate_limits"
    )
    assert given == [("sever/amocrm", True)]
    assert len(moments) <= RATE * (moments[-1] - moments[0]) + 2


def test_slots_are_apart_and_an_idle_bucket_saves_nothing_up(warehouse: Warehouse) -> None:
    limiter, other = PostgresLimiter("sever", "uis", 50), PostgresLimiter("yug", "uis", 50)
    limiter.acquire()
    time.sleep(0.3)
    started = time.monotonic()
    for _ in range(11):
        limiter.acquire()
    assert time.monotonic() - started >= 10 / 50
    started = time.monotonic()
    other.acquire()
    assert time.monotonic() - started < 10 / 50
    limiter.close()
    limiter.acquire()


def test_reconnects_after_its_connection_was_cut(warehouse: Warehouse) -> None:
    limiter = PostgresLimiter("sever", "uis", 1000)
    limiter.acquire()
    with warehouse.connect("loader", autocommit=True) as loader:
        loader.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = current_user and pid <> pg_backend_pid() and datname = current_database()"
        )
    limiter.acquire()


def test_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="rate"):
        PostgresLimiter("sever", "uis", 0)


def test_a_request_waits_for_the_one_a_quota_before_it(warehouse: Warehouse) -> None:
    limiter = PostgresLimiter("sever", "uis", 4)
    for _ in range(4):
        limiter.acquire()
    places = (
        "select cardinality(recent), recent[1] - recent[4], recent[4] - next_free_at from ops.rate_limits"
    )
    kept, apart, ahead = warehouse.rows(places)[0]
    assert kept == 4
    assert apart.total_seconds() == pytest.approx(-0.75, abs=0.05)
    assert ahead.total_seconds() == pytest.approx(1.02 - 0.25, abs=0.05)
    # All places are taken for long: only the oldest of them decides, not what the next even slot would be.
    warehouse.rows(
        "update ops.rate_limits set recent = array_fill(clock_timestamp() + interval '0.6 s', array[4])"
    )
    started = time.monotonic()
    limiter.acquire()
    assert time.monotonic() - started >= 0.5


def test_a_process_that_wakes_late_keeps_its_place_longer(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = PostgresLimiter("sever", "uis", 2)
    limiter.acquire()
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(seconds + 0.2))
    limiter.acquire()
    late = warehouse.rows("select recent[2] - next_free_at from ops.rate_limits")[0][0]
    assert late.total_seconds() >= 1.02 - 0.5 + 0.2 - 0.01


def test_a_block_stops_every_process_until_a_person_lifts_it(warehouse: Warehouse) -> None:
    first, second = PostgresLimiter("sever", "amocrm", 50), PostgresLimiter("sever", "amocrm", 50)
    other = PostgresLimiter("altai", "amocrm", 50)
    first.acquire()
    first.block(AccessBlocked("sever is blocked.", account_id="sever", remedy="write to the support."))
    for limiter in (first, second):
        with pytest.raises(AccessBlocked, match="sever is blocked") as caught:
            limiter.acquire()
        assert "write to the support. " in caught.value.remedy
        assert "voronka unblock sever" in caught.value.remedy
    other.acquire()
    assert second.unblock()
    assert not second.unblock()
    first.acquire()
