"""What may be reported: the newest run, published and fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voronka.config import Settings
from voronka.domain.errors import GateFailed, NotPublished, VoronkaError
from voronka.flows import report, transform

CRM = {"provider": "amocrm", "base_url": "https://x.amocrm.ru"}
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def settings(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VORONKA_AS_OF", NOW.isoformat())
    account = {
        "id": "sever",
        "name": "Север",
        "crm": CRM,
    }
    return Settings.model_validate({"accounts": [account]})


def watermark(warehouse: Any, moment: datetime, account_id: str = "sever") -> None:
    load_id = warehouse.rows(
        """
        insert into ops.loads (
            load_id, account_id, provider, entity, window_from, window_to, mode, status, started_at
        )
        values (
            gen_random_uuid(), %(a)s, 'amocrm', 'leads', %(m)s - interval '1 hour', %(m)s, 'window', 'succeeded', %(m)s
        )
        returning load_id
        """,
        {"m": moment, "a": account_id},
    )[0][0]
    warehouse.rows(
        """
        insert into ops.watermarks (account_id, provider, entity, high_water_at, load_id)
        values (%s, 'amocrm', 'leads', %s, %s)
        """,
        (account_id, moment, load_id),
    )


def test_nothing_published_yet(settings: Settings) -> None:
    with pytest.raises(NotPublished, match="No transform run has been published"):
        report.require_published(settings, "sever")


def test_a_published_run_carries_how_far_its_sources_were_loaded(settings: Settings, warehouse: Any) -> None:
    watermark(warehouse, NOW - timedelta(hours=2))
    transform.begin(settings, "one")
    assert transform.publish("one") == NOW - timedelta(hours=2)
    assert report.require_published(settings, "sever").run_id == "one"


def test_a_newer_failed_run_stops_reports_and_says_why(settings: Settings, warehouse: Any) -> None:
    watermark(warehouse, NOW)
    transform.begin(settings, "one")
    transform.publish("one")
    transform.begin(settings, "two")
    transform.fail("two", "gate raw", "amocrm_leads of sever: stale since Monday")
    with pytest.raises(NotPublished, match="gate raw: amocrm_leads of sever: stale since Monday"):
        report.require_published(settings, "sever")


def test_old_data_is_not_sent(settings: Settings, warehouse: Any) -> None:
    watermark(warehouse, NOW - timedelta(hours=31))
    transform.begin(settings, "one")
    transform.publish("one")
    with pytest.raises(NotPublished, match="older than the allowed 30 hours"):
        report.require_published(settings, "sever")


def test_a_closed_run_cannot_be_published(settings: Settings) -> None:
    transform.begin(settings, "one")
    transform.fail("one", "dbt", "broken")
    with pytest.raises(VoronkaError, match="not open"):
        transform.publish("one")


def test_settings_reach_the_models(settings: Settings, warehouse: Any) -> None:
    transform.begin(settings, "one")
    rows = warehouse.rows("select account_id, time_zone, currency_code, margin_share from ops.accounts")
    assert [(r[0], r[1], r[2], float(r[3])) for r in rows] == [("sever", "Europe/Moscow", "RUB", 0.5)]


def test_a_late_account_is_held_and_the_others_go_out(settings: Settings, warehouse: Any) -> None:
    """North is fresh, south was last loaded 31 hours ago: south alone is held, and its reason is told."""
    both = Settings.model_validate(
        {"accounts": [{"id": name, "name": name, "crm": CRM} for name in ("north", "south")]}
    )
    watermark(warehouse, NOW - timedelta(hours=2), "north")
    watermark(warehouse, NOW - timedelta(hours=31), "south")
    transform.begin(both, "one")
    transform.gate(both, "raw", "one")
    assert transform.publish("one") == NOW - timedelta(hours=2)
    assert report.require_published(both, "north").data_as_of == NOW - timedelta(hours=2)
    with pytest.raises(NotPublished, match=r"south are held.*raw.amocrm_leads ends 31.0 hours ago"):
        report.require_published(both, "south")


def test_when_every_account_is_late_the_run_stops(settings: Settings, warehouse: Any) -> None:
    watermark(warehouse, NOW - timedelta(hours=31))
    transform.begin(settings, "one")
    with pytest.raises(GateFailed, match=r"raw.amocrm_leads ends 31.0 hours ago"):
        transform.gate(settings, "raw", "one")
    assert warehouse.rows("select status, failed_step from ops.runs") == [("failed", "gate raw")]
