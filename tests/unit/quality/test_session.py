"""What queries are told about the schedule."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import psycopg
import pytest

from tests.support.postgres import Warehouse
from voronka.config import Settings
from voronka.quality.session import libpq_options, session_settings, usual_hours

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "hours"),
    [
        ("15 * * * *", 1),
        ("0 7 * * *", 24),
        ("0 7 * * 1-5", 72),  # from Friday to Monday
        ("0 9,18 * * *", 15),
        ("0 7 1 * *", 744),  # December 1st to January 1st
        (None, None),
    ],
)
def test_usual_pause_of_a_schedule(cron: str | None, hours: float | None) -> None:
    assert usual_hours(cron, "Europe/Moscow", NOW) == hours


def test_sources_know_their_own_schedule(settings: Settings) -> None:
    values = session_settings(settings, NOW)
    sources = {
        (s["account_id"], s["provider"]): s["usual_hours"] for s in json.loads(values["voronka.sources"])
    }
    assert sources["north", "amocrm"] == 1
    assert sources["south", "topvisor"] == 24
    assert len(sources) == 6


def test_settings_survive_the_way_into_the_session(warehouse: Warehouse) -> None:
    odd = {"voronka.odd": 'a b \\ "c"', "voronka.as_of": NOW.isoformat()}
    with psycopg.connect(warehouse.url("transformer"), options=libpq_options(odd)) as connection:
        row = connection.execute(
            "select current_setting('voronka.odd'), current_setting('voronka.as_of')::timestamptz,"
            " current_setting('timezone')"
        ).fetchone()
    assert row == (odd["voronka.odd"], NOW, "UTC")
