"""From hand-made CRM records to marts: the golden funnel, and shapes and times that are easy to get wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.support.built_warehouse import PARTLY
from tests.support.environment import environment
from tests.support.postgres import Warehouse
from tests.support.raw_rows import DAY_ZERO, RawAccount, stamp
from tests.support.sandbox import ROOT
from voronka.flows import transform

A, B, C, W, L, INCOMING = 11, 12, 13, 142, 143, 10
STAGES = [(INCOMING, "incoming", 1), (A, "A", 0), (B, "B", 0), (C, "C", 0)]
LETTERS = {"A": A, "B": B, "C": C, "W": W, "L": L}
NUMBER_KEY = "sixteen characters"
GOLDEN = ["ABCW", "ACW", "ABABL", "AL", "CL", "AB", "ABC", "W", "A", "ABL"]


def _golden() -> RawAccount:
    account = RawAccount("golden", {1: STAGES})
    for number, path in enumerate(GOLDEN, start=1):
        account.path(number, [LETTERS[letter] for letter in path])
    return account


def _field(name: str, kind: str, *values: dict[str, Any], code: str | None = None) -> dict[str, Any]:
    return {
        "field_id": sum(map(ord, name)),
        "field_name": name,
        "field_code": code,
        "field_type": kind,
        "values": list(values),
    }


def _odd() -> RawAccount:
    account = RawAccount("odd", {1: STAGES, 2: [(21, "X", 0)]})
    day = timedelta(days=1)
    # 1: three changes in one second, ids against the chain
    second = DAY_ZERO + day
    account.move(1, second, (1, C), (1, W), "a")
    account.move(1, second, (1, A), (1, B), "b")
    account.move(1, second, (1, B), (1, C), "c")
    account.lead(1, W, at=second, payload={"closed_at": stamp(second)})
    # 2: won, reopened, moved to another pipeline
    account.move(2, DAY_ZERO + day, (1, A), (1, W))
    account.move(2, DAY_ZERO + 2 * day, (1, W), (1, B))
    account.move(2, DAY_ZERO + 3 * day, (1, B), (2, 21))
    account.lead(2, 21, pipeline=2, at=DAY_ZERO + 3 * day)
    # 3: a stage that the CRM no longer lists
    account.move(3, DAY_ZERO + day, (1, 99), (1, B))
    account.lead(3, B, at=DAY_ZERO + day)
    # 4: in the bin, stripped; the version before it is in the history
    full = {
        "id": 4,
        "name": "binned",
        "price": 5000,
        "pipeline_id": 1,
        "status_id": B,
        "created_at": stamp(DAY_ZERO),
    }
    account.add("leads_history", {**full, "updated_at": stamp(DAY_ZERO)})
    stripped = {"id": 4, "name": None, "price": None, "updated_at": stamp(DAY_ZERO + day), "is_deleted": True}
    account.add("leads", stripped, at=DAY_ZERO + day, deleted_at=DAY_ZERO + day)
    # 5: fields, tags, the loss reason as an object; 6: as an array, no fields at all
    values = [
        _field("Источник", "select", {"value": "Яндекс", "enum_id": 5, "enum": "ya"}),
        _field("Старт", "date", {"value": stamp(DAY_ZERO.replace(hour=21) - day)}),
        _field("Бюджет", "monetary", {"value": "1500.50"}),
        _field("Список", "chained_list", {"catalog_id": 1, "catalog_element_id": 77}),
    ]
    tags = [{"id": 1, "name": "Спам "}]
    account.lead(5, L, payload={"custom_fields_values": values, "_embedded": {"tags": tags, "loss_reason": {"name": "Дорого"}}, "closed_at": stamp(DAY_ZERO)})  # fmt: skip
    account.lead(6, L, payload={"custom_fields_values": [], "_embedded": {"loss_reason": [{"name": "Дубль"}]}, "closed_at": stamp(DAY_ZERO)})  # fmt: skip
    # 7: created in the incoming stage shortly before midnight in Moscow, taken on after it
    late = DAY_ZERO.replace(hour=20, minute=50)
    account.move(7, late + timedelta(minutes=20), (1, INCOMING), (1, A))
    account.lead(7, A, at=late + timedelta(minutes=20), payload={"created_at": stamp(late)})
    # one number in four spellings, and one that is too short
    spellings = ["8 (916) 123-45-67 доб. 12", "+7 916 123-45-67", "9161234567", "0079161234567", "123-45"]
    phones = _field(
        "Телефон", "multitext", *({"value": text, "enum_code": "WORK"} for text in spellings), code="PHONE"
    )
    account.add("contacts", {"id": 100, "name": "Олег", "custom_fields_values": [phones]})
    # 8: handed over after its first stage, by a user the CRM no longer lists
    account.move(8, DAY_ZERO + 2 * day, (1, A), (1, B))
    users = [{"responsible_user": {"id": i}} for i in (6, 7)]
    account.event(8, "entity_responsible_changed", DAY_ZERO + day, *users)
    account.lead(8, B, at=DAY_ZERO + 2 * day)
    # 9: marked as qualified by a ticked box, without any stage that qualifies
    marks = [
        _field("MQL", "checkbox", {"value": True}),
        _field("Услуга", "select", {"value": "SEO", "enum_id": 6}),
    ]
    account.lead(9, A, payload={"custom_fields_values": marks})
    return account


WINNERS, LOSERS = 30, 300
MERGED_AT = DAY_ZERO + timedelta(days=6)
DAY_BEFORE = "2026-03-07T23:59:59+03:00"


def _crowd(account_id: str, *, merged: bool) -> RawAccount:
    """330 leads on the golden paths; in one of the two accounts 300 of them were then merged into the first 30."""
    account = RawAccount(account_id, {1: STAGES})
    for number in range(1, WINNERS + LOSERS + 1):
        path = [LETTERS[letter] for letter in GOLDEN[number % 10]]
        owner = {"tags": [], "companies": [], "contacts": [{"id": 500 + number % WINNERS, "is_main": True}]}
        is_loser = merged and number > WINNERS
        account.path(number, path, _embedded=owner)
        if is_loser:
            entity, source_id, at, payload, *_ = account.rows.pop()
            account.add(
                entity,
                payload,
                at=at,
                source_id=source_id,
                deleted_at=MERGED_AT + timedelta(days=1),
                kind="missing",
            )
        elif merged:
            account.event(number, "entity_merged", MERGED_AT)
    return account


@pytest.fixture(scope="module")
def marts(
    warehouse_factory: Callable[[], AbstractContextManager[Warehouse]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Warehouse]:
    home: Path = tmp_path_factory.mktemp("shapes")
    values = {"VORONKA_HOME": str(home), "VORONKA_AS_OF": "2026-03-10T09:00:00+03:00", **PARTLY}
    with warehouse_factory() as warehouse, environment(values):
        with warehouse.connect() as connection:
            for account in (_golden(), _odd(), _crowd("whole", merged=False), _crowd("merged", merged=True)):
                account.write(connection)
            connection.execute("insert into ops.number_key (key) values (%s)", (NUMBER_KEY,))
            connection.execute("""
                insert into ops.account_fields values
                ('odd', 'leads', 'source', 'источник'), ('odd', 'leads', 'service', 'услуга'),
                ('odd', 'leads', 'mql_mark', 'mql')
            """)
            connection.execute("""
                insert into ops.account_rules values
                ('odd', 'spam', 'tag', '', 'спам'), ('odd', 'duplicate', 'loss_reason', '', 'дубль'),
                ('odd', 'mql', 'stage', '', 'B')
            """)
        transform.build(
            select="+marts.sales +marts.core,test_type:data +marts.sales +marts.core,resource_type:model"
        )
        yield warehouse


def _by_stage(marts: Warehouse, query: str) -> dict[str, tuple[Any, ...]]:
    names = {str(number): letter for letter, number in LETTERS.items()}
    return {names[row[0]]: row[1:] for row in marts.rows(query) if row[0] in names}


def test_golden_cohort(marts: Warehouse) -> None:
    found = _by_stage(
        marts,
        """
        select split_part(stage_id, ':', 4), leads_strict, leads_any, leads_filled,
            round(conversion_from_previous * 100, 1)::float8, round(conversion_from_first * 100, 1)::float8
        from marts.funnel_cohorts where account_id = 'golden'
        """,
    )

    assert found == {
        "A": (8, 8, 10, None, 100.0),
        "B": (5, 5, 8, 80.0, 80.0),
        "C": (2, 4, 5, 62.5, 50.0),
        "W": (1, 3, 3, 60.0, 30.0),
    }


def test_golden_entries_and_stock(marts: Warehouse) -> None:
    found = _by_stage(
        marts,
        """
        select split_part(stage_id, ':', 4), sum(entries)::int, (array_agg(stock order by date_day desc))[1]
        from marts.funnel_flow_daily where account_id = 'golden' group by 1
        """,
    )

    assert found == {"A": (9, 1), "B": (6, 1), "C": (4, 1), "W": (3, 3), "L": (4, 4)}


def _path(marts: Warehouse, lead_id: int) -> list[str]:
    rows = marts.rows(
        "select split_part(stage_id, ':', 3) || ':' || split_part(stage_id, ':', 4) from marts.fct_stage_visits"
        " where account_id = 'odd' and source_lead_id = %s order by visit_no",
        (str(lead_id),),
    )
    return [row[0] for row in rows]


def _lead(marts: Warehouse, lead_id: int, columns: str) -> tuple[Any, ...]:
    (row,) = marts.rows(
        f"select {columns} from marts.fct_leads where account_id = 'odd' and source_lead_id = %s",
        (str(lead_id),),
    )
    return row


def test_changes_of_one_second_follow_the_chain(marts: Warehouse) -> None:
    assert _path(marts, 1) == ["1:11", "1:12", "1:13", "1:142"]
    assert _lead(marts, 1, "status, cycle_days, mql_at = won_at") == ("won", 1, True)


def test_a_win_reopened_and_moved_is_no_win(marts: Warehouse) -> None:
    assert _path(marts, 2) == ["1:11", "1:142", "1:12", "2:21"]
    assert _lead(marts, 2, "pipeline_id, status, won_at, cycle_days") == ("odd:amocrm:2", "open", None, None)
    pipelines = marts.rows(
        "select count(distinct pipeline_id) from marts.fct_lead_steps where lead_id = 'odd:amocrm:2'"
    )
    assert pipelines == [(2,)]


def test_a_stage_that_is_no_longer_listed_stays_known(marts: Warehouse) -> None:
    assert _path(marts, 3) == ["1:99", "1:12"]
    found = marts.rows(
        "select stage_name, stage_type, is_step, is_listed from marts.dim_stages where stage_id = 'odd:amocrm:1:99'"
    )
    assert found == [("99", "open", False, False)]


def test_a_stripped_record_keeps_what_was_known(marts: Warehouse) -> None:
    found = _lead(marts, 4, "is_deleted, is_counted, amount::int, stage_id, deleted_at")

    assert found == (True, False, 5000, "odd:amocrm:1:12", DAY_ZERO + timedelta(days=1))


def test_flags_fields_and_loss_reasons_in_both_shapes(marts: Warehouse) -> None:
    assert _lead(marts, 5, "is_spam, is_counted, source, loss_reason") == (True, False, "Яндекс", "Дорого")
    assert _lead(marts, 6, "is_duplicate, is_counted, source, loss_reason") == (True, False, None, "Дубль")
    assert _lead(marts, 1, "source, loss_reason, is_counted") == (None, None, True)


def _funnel_as_of(marts: Warehouse, account_id: str) -> dict[str, tuple[Any, ...]]:
    query = (ROOT / "docs" / "runbooks" / "funnel_as_of.sql").read_text("utf-8")
    for name, value in (("account_id", account_id), ("as_of", DAY_BEFORE)):
        query = query.replace(f":'{name}'", f"'{value}'")
    rows = marts.rows(query)
    return {row[2].rpartition(":")[2]: row[4:] for row in rows}


def test_after_a_mass_merge_the_funnel_of_the_day_before_is_the_same_to_the_last_lead(
    marts: Warehouse,
) -> None:
    merged = marts.rows(
        "select count(*), count(distinct merged_into_lead_id), bool_and(is_deleted and not is_counted)"
        " from marts.fct_leads where account_id = 'merged' and merged_into_lead_id is not null"
    )
    assert merged == [(LOSERS, WINNERS, True)]
    (today,) = marts.rows(
        "select leads_any from marts.funnel_cohorts where account_id = 'merged' and stage_id like '%:11'"
    )
    assert today == (24,), "eight of ten golden leads, of the thirty that are left"
    # 33 times the golden funnel: any, strict, filled
    expected = {"11": (264, 264, 330), "12": (165, 165, 264), "13": (132, 66, 165), "142": (99, 33, 99)}
    assert _funnel_as_of(marts, "merged") == expected
    assert _funnel_as_of(marts, "whole") == expected


def test_a_ticked_box_qualifies_and_a_field_names_the_service(marts: Warehouse) -> None:
    assert _lead(marts, 9, "service, partner, mql_at") == ("SEO", None, DAY_ZERO)
    assert _lead(marts, 5, "service, mql_at") == (None, None)


def test_values_of_custom_fields_are_typed(marts: Warehouse) -> None:
    rows = marts.rows(
        "select field_name, value_text, value_number::float8, value_date, enum_code"
        " from intermediate.int_crm__custom_field_values where account_id = 'odd'"
    )
    found = {row[0]: row[1:] for row in rows}

    assert found["Источник"] == ("Яндекс", None, None, "ya")
    assert found["Старт"][2] == date(2026, 3, 2), "midnight in Moscow, the day before in UTC"
    assert found["Бюджет"][1] == 1500.5
    assert found["Список"][0] == "77"


def test_a_number_has_one_key_however_it_is_written(marts: Warehouse) -> None:
    found = marts.rows("select number_key from intermediate.int_contacts__numbers where account_id = 'odd'")

    assert found == [(sha256(f"{NUMBER_KEY}:79161234567".encode()).hexdigest(),)]


def test_days_are_local_and_the_incoming_stage_is_no_step(marts: Warehouse) -> None:
    rows = marts.rows(
        "select split_part(stage_id, ':', 4), days_from_creation from marts.fct_lead_steps"
        " where lead_id = 'odd:amocrm:7' and reached_any"
    )

    assert rows == [("11", 1)]
    assert _path(marts, 7) == ["1:10", "1:11"]


def test_owners_at_entry_are_users_even_when_they_left(marts: Warehouse) -> None:
    rows = marts.rows(
        "select v.owner_id, u.is_active from marts.fct_stage_visits as v"
        " inner join marts.dim_users as u on v.account_id = u.account_id and v.owner_id = u.user_id"
        " where v.lead_id = 'odd:amocrm:8' order by v.visit_no"
    )

    assert rows == [("odd:amocrm:6", False), ("odd:amocrm:7", False)]
