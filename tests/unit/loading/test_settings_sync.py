"""Settings in ``ops`` follow the settings in ``config``."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

from tests.support.postgres import Warehouse
from voronka.config import Settings
from voronka.loading import sync_settings

SEVER: dict[str, Any] = {
    "id": "sever",
    "name": "Север",
    "crm": {"provider": "amocrm"},
    "fields": {"source": "Источник", "client_segment": "SEGMENT"},
    "spam": [{"tag": "спам"}, {"field": "Тип", "value": "спам"}, {"tag": "спам"}],
    "sql": [{"stage": "Встреча"}],
    "recyclable_loss_reasons": ["Дорого", "Дорого"],
    "proposal_stages": ["КП", "КП"],
    "divisions": {"Отдел продаж": "sales"},
}
YUG: dict[str, Any] = {
    "id": "yug",
    "name": "Юг",
    "crm": {"provider": "amocrm"},
    "currency": "KZT",
    "money": [{"provider": "bank_1c", "options": {"folder": "bank"}}],
}


def sync(warehouse: Warehouse, *accounts: dict[str, Any]) -> None:
    with warehouse.connect("loader") as connection:
        sync_settings(connection, Settings.model_validate({"accounts": accounts}))


def test_follows_the_settings(warehouse: Warehouse) -> None:
    sync(warehouse, SEVER, YUG)
    assert warehouse.rows("select * from ops.accounts order by 1") == [
        (
            "sever",
            "Север",
            "Europe/Moscow",
            "RUB",
            "RU",
            time(9),
            time(18),
            [1, 2, 3, 4, 5],
            3,
            Decimal("0.50"),
            "transactions",
        ),
        (
            "yug",
            "Юг",
            "Europe/Moscow",
            "KZT",
            "RU",
            time(9),
            time(18),
            [1, 2, 3, 4, 5],
            3,
            Decimal("0.50"),
            "bank",
        ),
    ]
    assert warehouse.rows("select * from ops.account_fields order by meaning") == [
        ("sever", "companies", "client_segment", "SEGMENT"),
        ("sever", "leads", "source", "Источник"),
    ]
    assert set(warehouse.rows("select * from ops.account_rules")) == {
        ("sever", "spam", "tag", "", "спам"),
        ("sever", "spam", "field", "Тип", "спам"),
        ("sever", "sql", "stage", "", "Встреча"),
        ("sever", "proposal", "stage", "", "КП"),
        ("sever", "recyclable", "loss_reason", "", "Дорого"),
    }
    assert warehouse.rows("select * from ops.account_divisions") == [("sever", "Отдел продаж", "sales")]


def test_equal_settings_write_nothing_and_what_is_gone_goes(warehouse: Warehouse) -> None:
    tables = ("accounts", "account_fields", "account_rules", "account_divisions")
    sync(warehouse, SEVER, YUG)
    before = [warehouse.rows(f"select xmin, * from ops.{table} order by 2, 3, 4") for table in tables]
    sync(warehouse, SEVER, YUG)
    assert [warehouse.rows(f"select xmin, * from ops.{table} order by 2, 3, 4") for table in tables] == before
    sync(warehouse, {**YUG, "name": "Юг 2", "divisions": {"Отдел продаж": "south"}})
    assert warehouse.rows("select account_id, name from ops.accounts") == [("yug", "Юг 2")]
    assert warehouse.rows("select count(*) from ops.account_fields, ops.account_rules") == [(0,)]
    assert warehouse.rows("select account_id, division from ops.account_divisions") == [("yug", "south")]
