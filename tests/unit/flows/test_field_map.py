"""Settings against what the CRM calls things: a wrong map is refused with the fields that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.environment import environment
from tests.support.postgres import Warehouse
from tests.support.raw_rows import RawAccount
from voronka.config import Settings
from voronka.config.models import FieldMap
from voronka.domain.errors import ConfigurationError
from voronka.flows import field_map, transform

NOW = datetime(2026, 3, 10, tzinfo=UTC)
SOUND = {"source": " источник ", "region": "REGION", "subject_area": "3"}


def settings(**fields: Any) -> Settings:
    crm = {"provider": "amocrm", "base_url": "https://x.amocrm.ru"}
    wrong = {"id": "sever", "name": "Север", "crm": crm, **fields}
    return Settings.model_validate({"accounts": [wrong, {"id": "altai", "name": "Алтай", "crm": crm}]})


@pytest.fixture(scope="module")
def crm(warehouse_factory: Callable[[], AbstractContextManager[Warehouse]]) -> Iterator[Warehouse]:
    account = RawAccount("sever", {1: [(11, "Квалификация", 0)]})
    definitions: list[tuple[str, int, str, str | None]] = [
        ("leads", 1, "Источник", None),
        ("leads", 2, "Регион", "REGION"),
        ("leads", 3, "Тематика", None),
        ("leads", 5, "Партнёр", None),
        ("leads", 6, "Партнёр", None),
        ("leads", 7, "Услуга (новая)", None),
        ("companies", 9, "ИНН", None),
    ]
    for entity, number, name, code in definitions:
        account.add(
            "custom_fields",
            {"id": number, "name": name, "code": code, "type": "text"},
            source_id=f"{entity}:{number}",
        )
    account.add(
        "custom_fields",
        {"id": 4, "name": "Канал", "type": "text"},
        source_id="leads:4",
        deleted_at=NOW,
        kind="missing",
    )
    account.add("custom_fields_history", {"id": 7, "name": "Услуга"}, source_id="leads:7")
    account.add("tags", {"id": 21, "name": "Спам"}, source_id="leads:21")
    account.add("loss_reasons", {"id": 31, "name": "Дорого"})
    with warehouse_factory() as warehouse, environment({"VORONKA_AS_OF": NOW.isoformat()}):
        with warehouse.connect() as connection:
            account.write(connection)
        yield warehouse


def told(**fields: Any) -> list[tuple[str, str, str]]:
    account, _ = settings(**fields).accounts
    return [(one.severity, one.message, one.remedy) for one in field_map.findings(account)]


def test_names_codes_ids_and_whatever_stands_in_the_crm_pass(crm: Warehouse) -> None:
    rules = {"spam": [{"tag": "спам"}], "mql": [{"stage": "квалификация"}, {"field": "Регион", "value": "x"}]}
    assert told(fields={**SOUND, "client_inn": "инн"}, **rules, recyclable_loss_reasons=["дорого"]) == []


def test_a_field_that_is_not_there_is_refused_with_those_that_are(crm: Warehouse) -> None:
    ((severity, message, remedy),) = told(fields={**SOUND, "channel": "ИНН"})
    assert severity == "error"
    assert message == "sever: fields.channel is 'ИНН', but leads have no such field in the CRM."
    assert "Fields of leads: Источник (1), Партнёр (5), Партнёр (6), Регион (2)," in remedy
    assert "Канал" not in remedy


@pytest.mark.parametrize(
    ("meaning", "name", "expected"),
    [
        ("channel", "Канал", "was deleted in the CRM"),
        ("service", "Услуга", "now calls 'Услуга (новая)'"),
        ("partner", "Партнёр", "2 fields of leads are called"),
    ],
)
def test_deleted_renamed_and_ambiguous_fields_are_warned_of(
    crm: Warehouse, meaning: str, name: str, expected: str
) -> None:
    ((severity, message, remedy),) = told(fields={meaning: name})
    assert (severity, expected in message, bool(remedy)) == ("warning", True, True)


@pytest.mark.parametrize(
    ("rules", "offered"),
    [
        ({"spam": [{"tag": "спан"}]}, "Спам"),
        ({"mql": [{"stage": "Кваlификация"}]}, "Квалификация"),
        ({"duplicate": [{"loss_reason": "Дубль"}]}, "Дорого"),
        ({"recyclable_loss_reasons": ["Дубль"]}, "Дорого"),
        ({"test": [{"field": "Тест", "value": "да"}]}, "Источник (1)"),
    ],
)
def test_a_rule_of_something_unknown_is_only_warned_of(
    crm: Warehouse, rules: dict[str, Any], offered: str
) -> None:
    ((severity, message, remedy),) = told(**rules)
    assert (severity, offered in remedy) == ("warning", True)
    assert next(iter(rules)) in message


def test_a_wrong_map_holds_its_account_alone(crm: Warehouse) -> None:
    both = settings(fields={"source": "Истчник"})
    transform.begin(both, "one")
    transform.gate(both, "raw", "one")
    ((account, status, reason),) = crm.rows("select account_id, status, reason from ops.run_accounts")
    assert (account, status) == ("sever", "held")
    assert "'Истчник'" in reason
    assert "Источник (1)" in reason


def test_when_every_map_is_wrong_the_run_stops(crm: Warehouse) -> None:
    both = settings(fields={"source": "Истчник"})
    alone = both.model_copy(update={"accounts": both.accounts[:1]})
    transform.begin(alone, "two")
    with pytest.raises(ConfigurationError, match=r"sever: fields\.source is 'Истчник'.*Источник \(1\)"):
        transform.gate(alone, "raw", "two")
    assert crm.rows("select status, failed_step from ops.runs where run_id = 'two'") == [
        ("failed", "gate raw")
    ]


def test_before_the_first_load_nothing_is_judged(crm: Warehouse) -> None:
    unloaded = settings().accounts[1].model_copy(update={"fields": FieldMap(source="Истчник")})
    assert field_map.findings(unloaded) == []
