"""Standards of stages and norms of people reach ``ops``; names the CRM does not have are refused with those it has."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from tests.support.raw_rows import RawAccount
from voronka.config import Settings
from voronka.domain.errors import ConfigurationError
from voronka.loading import sync_settings

OFFER: dict[str, Any] = {
    "pipeline": "Pipeline 1",
    "stage": "КП",
    "required_fields": ["Тематика", "регион"],
    "required_task": True,
    "max_hours": 72,
}
TABLE = "ops.account_stage_standards"


def _sync(warehouse: Warehouse, **settings: Any) -> None:
    account = {"id": "sever", "name": "Север", "crm": {"provider": "amocrm"}, **settings}
    with warehouse.connect("loader") as connection:
        sync_settings(connection, Settings.model_validate({"accounts": [account]}))


def _load_crm(warehouse: Warehouse, stage: str = "КП") -> None:
    account = RawAccount("other", {1: [(11, "Новый", 0), (12, stage, 0)], 2: [(21, "Звонок", 0)]})
    account.add(
        "custom_fields", {"id": 5, "name": "Тематика", "code": None, "type": "text"}, source_id="leads:5"
    )
    account.add(
        "custom_fields", {"id": 6, "name": "Регион", "code": "REGION", "type": "text"}, source_id="leads:6"
    )
    account.add(
        "custom_fields", {"id": 7, "name": "ИНН", "code": None, "type": "text"}, source_id="companies:7"
    )
    with warehouse.connect() as connection:
        account.write(connection)
        for entity in ("pipelines", "custom_fields"):
            connection.execute(f"update raw.amocrm_{entity} set account_id = 'sever'")


def test_every_demand_is_a_row_and_what_is_gone_goes(warehouse: Warehouse) -> None:
    _sync(warehouse, stage_standards=[OFFER], people={"milestones": {"meeting_held": "Встреча"}})
    stored = warehouse.rows(f"select rule, field, limit_hours, clock from {TABLE} order by 1, 2 desc")
    others = [
        warehouse.rows(f"select * from ops.account_{table}")
        for table in ("people_rules", "call_norms", "milestones")
    ]
    _sync(warehouse, people={"call_norms": {"sales": 20}, "planned_contact_months": [6, 1, 6]})

    assert stored == [
        ("field", "регион", Decimal(1), "working"),
        ("field", "Тематика", Decimal(1), "working"),
        ("task", "", Decimal(1), "working"),
        ("time", "", Decimal(72), "working"),
    ]
    assert others == [
        [("sever", [2, 3, 4, 6], 5, 60)],
        [("sever", "lead_generation", 45)],
        [("sever", "meeting_held", "Встреча")],
    ]
    assert warehouse.rows(f"select count(*) from {TABLE}") == [(0,)]
    assert warehouse.rows("select holder, daily_calls from ops.account_call_norms") == [("sales", 20)]
    assert warehouse.rows("select planned_contact_months from ops.account_people_rules") == [([1, 6],)]
    assert warehouse.rows("select count(*) from ops.account_milestones") == [(0,)]


def test_names_ids_and_codes_of_the_crm_are_taken(warehouse: Warehouse) -> None:
    _load_crm(warehouse)
    by_id = {**OFFER, "pipeline": "1", "stage": " 12", "required_fields": ["5", "region"]}

    _sync(warehouse, stage_standards=[OFFER, by_id], people={"milestones": {"need_found": "звонок"}})

    assert warehouse.rows(f"select count(*) from {TABLE}") == [(8,)]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"stage_standards": [{**OFFER, "pipeline": "Продажи"}]},
            "sever: there is no pipeline 'Продажи'; there are: pipeline 1, pipeline 2",
        ),
        (
            {"stage_standards": [{**OFFER, "pipeline": "pipeline 2"}]},
            "there is no stage 'КП' in 'pipeline 2'; there are: Звонок, won, lost",
        ),
        (
            {"stage_standards": [{**OFFER, "required_fields": ["Тематика", "ИНН"]}]},
            "leads have no field 'ИНН'; there are: Регион, Тематика",
        ),
        (
            {"people": {"milestones": {"need_found": "Нужда"}}},
            "there is no stage 'Нужда'; there are: Новый, КП, won, lost, Звонок",
        ),
    ],
)
def test_unknown_names_are_refused_with_the_known_ones(
    warehouse: Warehouse, settings: dict[str, Any], says: str
) -> None:
    _load_crm(warehouse)

    with pytest.raises(ConfigurationError) as refused:
        _sync(warehouse, **settings)

    assert says in str(refused.value)
    assert "stage_standards" in refused.value.remedy
    assert warehouse.rows(f"select count(*) from {TABLE}, ops.account_milestones") == [(0,)]


def test_every_mistake_is_told_at_once(warehouse: Warehouse) -> None:
    _load_crm(warehouse)

    with pytest.raises(ConfigurationError) as refused:
        _sync(warehouse, stage_standards=[{**OFFER, "stage": "Нет", "required_fields": ["Мимо"]}])

    assert "no stage 'Нет'" in str(refused.value)
    assert "no field 'Мимо'" in str(refused.value)


def test_a_stage_renamed_later_does_not_stop_the_work(warehouse: Warehouse) -> None:
    _load_crm(warehouse)
    _sync(warehouse, stage_standards=[OFFER])
    warehouse.rows("update raw.amocrm_pipelines set payload = replace(payload::text, 'КП', 'Оферта')::jsonb")

    _sync(warehouse, stage_standards=[OFFER], name="Север 2")

    with pytest.raises(ConfigurationError, match="no stage 'КП'"):
        _sync(warehouse, stage_standards=[{**OFFER, "required_fields": ["Регион"]}])
    assert warehouse.rows("select name from ops.accounts where account_id = 'sever'") == [("Север 2",)]
    assert warehouse.rows(f"select count(*) from {TABLE}") == [(4,)]
