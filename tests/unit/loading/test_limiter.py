"""One rate over processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.postgres import Warehouse
from voronka.domain.errors import ConfigurationError
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
