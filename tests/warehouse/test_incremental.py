"""Models that grow by what is new end as if they had been made anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from voronka.flows import transform

MODELS = ("int_calls__unioned", "int_positions__unioned")
PROJECT = Path(__file__).parents[2] / "dbt_project"


def _put(
    warehouse: Warehouse, table: str, source_id: str, *, at: str, payload: dict[str, Any], loaded_at: str
) -> None:
    with warehouse.connect() as connection:
        if table in {"uis_calls", "topvisor_positions"}:
            connection.execute("select ops.ensure_raw_partition(%s, %s::timestamptz::date)", (table, at))
        connection.execute(
            f"""
            insert into raw.{table} (
                account_id, source_id, source_updated_at, payload, payload_hash, loaded_at, load_id
            )
            values ('a', %s, %s, %s, md5(%s), %s, gen_random_uuid())
            on conflict do nothing
            """,
            (source_id, at, json.dumps(payload), json.dumps(payload), loaded_at),
        )


def _call(warehouse: Warehouse, number: str, start: str, talk: int, loaded_at: str) -> None:
    payload = {
        "id": int(number),
        "direction": "in",
        "finish_reason": "timeout",
        "start_time": start,
        "talk_duration": talk,
        "contact_phone_number": "7916123456" + number[-1],
        "employees": [],
    }
    _put(warehouse, "uis_calls", number, at=f"{start}+03", payload=payload, loaded_at=loaded_at)


def _check(warehouse: Warehouse, keyword: str, day: str, position: str, loaded_at: str) -> None:
    payload = {
        "project_id": 41,
        "region_index": 5,
        "keyword_id": int(keyword),
        "keyword": f"запрос {keyword}",
        "date": day,
        "position": position,
    }
    _put(
        warehouse,
        "topvisor_positions",
        f"41:5:{keyword}:{day}",
        at=f"{day} 00:00+03",
        payload=payload,
        loaded_at=loaded_at,
    )


def _run(*options: str) -> None:
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    upstream = [f"+{name}" for name in MODELS]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "run", "--select", *upstream, *options, *folders],
        env={**os.environ, **transform.dbt_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def _contents(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    return {name: warehouse.rows(f"select * from intermediate.{name} order by 1, 2, 3, 4") for name in MODELS}


def _account(warehouse: Warehouse, zone: str) -> None:
    warehouse.rows(
        """
        insert into ops.accounts (
            account_id, name, time_zone, currency_code, country_code, work_start, work_end, work_weekdays,
            closing_grace_days, margin_share
        )
        values ('a', 'A', %s, 'RUB', 'RU', '09:00', '18:00', array[1, 2, 3, 4, 5], 3, 0.5)
        on conflict (account_id) do update set time_zone = excluded.time_zone
        """,
        (zone,),
    )


def test_two_steps_equal_one(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New, changed, late and re-dated records; then the account's zone changes."""
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    warehouse.rows("insert into ops.number_key (key) values (repeat('k', 64)) on conflict do nothing")
    _account(warehouse, "Europe/Moscow")
    _call(warehouse, "1", "2026-03-02 10:00:00", 0, "2026-03-02 12:00+00")
    _call(warehouse, "2", "2026-03-02 11:00:00", 0, "2026-03-02 12:00+00")
    _check(warehouse, "7", "2026-03-02", "12", "2026-03-02 12:00+00")
    _check(warehouse, "8", "2026-03-02", "--", "2026-03-02 12:00+00")
    _run()
    first = {name: len(rows) for name, rows in _contents(warehouse).items()}

    # call 1 gets its talk, call 2 was really a day and a month earlier, call 3 is new, call 4 comes late
    changed = '{"talk_duration": 40, "finish_reason": "operator_disconnects"}'
    warehouse.rows(
        "update raw.uis_calls set payload = payload || %s, loaded_at = '2026-03-03 12:00+00' where source_id = '1'",
        (changed,),
    )
    _call(warehouse, "2", "2026-02-28 11:00:00", 0, "2026-03-03 12:00+00")
    _call(warehouse, "3", "2026-03-03 10:00:00", 5, "2026-03-03 12:00+00")
    _call(warehouse, "4", "2026-01-15 10:00:00", 5, "2026-03-03 11:00+00")
    warehouse.rows(
        "update raw.topvisor_positions set payload = payload || %s, loaded_at = '2026-03-03 12:00+00'"
        " where source_id = '41:5:8:2026-03-02'",
        ('{"position": "30"}',),
    )
    _check(warehouse, "7", "2026-03-03", "9", "2026-03-03 12:00+00")
    _run()
    second = _contents(warehouse)
    _run("--full-refresh")

    assert first == {"int_calls__unioned": 2, "int_positions__unioned": 2}
    assert {name: len(rows) for name, rows in second.items()} == {
        "int_calls__unioned": 4,
        "int_positions__unioned": 3,
    }
    assert second == _contents(warehouse)
    starts = "select source_call_id, talk_seconds, started_at::text from intermediate.int_calls__unioned order by 1"
    assert warehouse.rows(starts)[:2] == [
        ("1", 40, "2026-03-02 07:00:00+00"),
        ("2", 0, "2026-02-28 08:00:00+00"),
    ]

    _account(warehouse, "Asia/Almaty")
    _run()
    moved = _contents(warehouse)
    _run("--full-refresh")

    assert moved == _contents(warehouse)
    assert warehouse.rows(starts)[0] == ("1", 40, "2026-03-02 05:00:00+00")
