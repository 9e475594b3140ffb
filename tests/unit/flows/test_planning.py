"""Which windows a scheduled load takes: the due one, and those that failed earlier and stayed a gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voronka.config import Settings
from voronka.domain.windows import Window
from voronka.flows import load
from voronka.flows.status import status

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SETTINGS = Settings.model_validate(
    {
        "accounts": [
            {"id": "sever", "name": "Север", "crm": {"provider": "amocrm", "base_url": "https://x.amocrm.ru"}}
        ]
    }
)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_AS_OF", NOW.isoformat())


def day(number: int) -> datetime:
    return datetime(2026, 10, number, tzinfo=UTC)


def loaded(
    warehouse: Any, status: str, first: int, last: int, *, hours_ago: float = 24, entity: str = "leads"
) -> None:
    warehouse.rows(
        """
        insert into ops.loads (
            load_id, account_id, provider, entity, window_from, window_to, mode, status, started_at
        )
        values (
            gen_random_uuid(), 'sever', 'amocrm', %s, %s, %s, 'window', %s, now() - %s
        )
        """,
        (entity, day(first), day(last), status, timedelta(hours=hours_ago)),
    )


def reached(warehouse: Any, moment: datetime) -> None:
    warehouse.rows(
        "insert into ops.watermarks values ('sever', 'amocrm', 'leads', %s, gen_random_uuid())", (moment,)
    )


def windows(**how: Any) -> list[Window]:
    return [p.window for p in load.plan(SETTINGS, "crm", None, **how) if p.part == "window"]


def test_an_early_piece_that_failed_is_taken_again(warehouse: Any) -> None:
    """Days 1 to 5 failed; 3 to 4 were loaded by hand since, and 5 to 31 went well: 1 to 3 and 4 to 5 are owed."""
    loaded(warehouse, "failed", 1, 5)
    loaded(warehouse, "succeeded", 5, 31)
    loaded(warehouse, "succeeded", 3, 4)
    reached(warehouse, day(31))
    assert windows() == [Window(day(1), day(3)), Window(day(4), day(5)), Window(day(31), NOW)]


def test_a_failure_that_a_later_load_covered_owes_nothing(warehouse: Any) -> None:
    loaded(warehouse, "failed", 1, 5)
    loaded(warehouse, "succeeded", 1, 31)
    reached(warehouse, day(31))
    assert windows() == [Window(day(31), NOW)]


def test_status_names_what_is_owed(warehouse: Any) -> None:
    loaded(warehouse, "failed", 1, 5)
    assert [(w["entity"], w["window_from"], w["window_to"]) for w in status()["owed_windows"]] == [
        ("leads", day(1), day(5))
    ]


def test_one_entity_does_not_cover_another(warehouse: Any) -> None:
    loaded(warehouse, "failed", 1, 5, entity="events")
    loaded(warehouse, "succeeded", 1, 31, entity="leads")
    reached(warehouse, day(31))
    assert windows()[0] == Window(day(1), day(5))


def test_what_failed_just_now_is_left_alone_for_a_while(warehouse: Any) -> None:
    loaded(warehouse, "failed", 1, 5, hours_ago=5.9)
    reached(warehouse, day(31))
    assert windows() == [Window(day(31), NOW)]


def test_a_window_given_exactly_is_taken_alone(warehouse: Any) -> None:
    loaded(warehouse, "failed", 1, 5)
    reached(warehouse, day(31))
    taken = load.plan(SETTINGS, "crm", Window(day(20), day(21)), exact=True)
    assert [p.window for p in taken if p.part == "window"] == [Window(day(20), day(21))]
