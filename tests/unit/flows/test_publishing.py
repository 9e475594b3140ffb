"""What may be reported: the newest run, published and fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voronka.config import Settings
from voronka.domain.errors import NotPublished, VoronkaError
from voronka.flows import report, transform

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def settings(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VORONKA_AS_OF", NOW.isoformat())
    account = {
        "id": "sever",
        "name": "Север",
        "crm": {"provider": "amocrm", "base_url": "https://x.amocrm.ru"},
    }
    return Settings.model_validate({"accounts": [account]})


def watermark(warehouse: Any, moment: datetime) -> None:
    load_id = warehouse.rows(
        """
        insert into ops.loads (
            load_id, account_id, provider, entity, window_from, window_to, mode, status, started_at
        )
        values (
            gen_random_uuid(), 'sever', 'amocrm', 'leads', %(m)s - interval '1 hour', %(m)s, 'window', 'succeeded', %(m)s
        )
        returning load_id
        """,
        {"m": moment},
    )[0][0]
    warehouse.rows(
        """
        insert into ops.watermarks (account_id, provider, entity, high_water_at, load_id)
        values ('sever', 'amocrm', 'leads', %s, %s)
        """,
        (moment, load_id),
    )


def test_nothing_published_yet(settings: Settings) -> None:
    with pytest.raises(NotPublished, match="No transform run has been published"):
        report.require_published(settings)


def test_a_published_run_carries_how_far_its_sources_were_loaded(settings: Settings, warehouse: Any) -> None:
    watermark(warehouse, NOW - timedelta(hours=2))
    transform.begin(settings, "one")
    assert transform.publish("one") == NOW - timedelta(hours=2)
    assert report.require_published(settings).run_id == "one"


def test_a_newer_failed_run_stops_reports_and_says_why(settings: Settings, warehouse: Any) -> None:
    watermark(warehouse, NOW)
    transform.begin(settings, "one")
    transform.publish("one")
    transform.begin(settings, "two")
    transform.fail("two", "gate raw", "amocrm_leads of sever: stale since Monday")
    with pytest.raises(NotPublished, match="gate raw: amocrm_leads of sever: stale since Monday"):
        report.require_published(settings)


def test_old_data_is_not_sent(settings: Settings, warehouse: Any) -> None:
    watermark(warehouse, NOW - timedelta(hours=31))
    transform.begin(settings, "one")
    transform.publish("one")
    with pytest.raises(NotPublished, match="older than the allowed 30 hours"):
        report.require_published(settings)


def test_a_closed_run_cannot_be_published(settings: Settings) -> None:
    transform.begin(settings, "one")
    transform.fail("one", "dbt", "broken")
    with pytest.raises(VoronkaError, match="not open"):
        transform.publish("one")


def test_settings_reach_the_models(settings: Settings, warehouse: Any) -> None:
    transform.begin(settings, "one")
    rows = warehouse.rows("select account_id, time_zone, currency_code, margin_share from ops.accounts")
    assert [(r[0], r[1], r[2], float(r[3])) for r in rows] == [("sever", "Europe/Moscow", "RUB", 0.5)]
