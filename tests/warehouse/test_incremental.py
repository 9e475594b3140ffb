"""Marts that grew from day to day end as if they had been made anew.

The sandbox's small world is loaded as it stood three weeks before its end and built whole; then it is visited four times
more, some days apart, each visit followed by a run that builds what changed. The simulated past brings new leads,
stage changes, hand-overs, calls, tasks, checks, deletions, merges and restored leads; what it does not bring is done to
``raw`` by hand, as the loader would: a late event, a record read again, a lead edited, marked as gone and given back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from tests.support.built_warehouse import agencies, load_everything, settings_of
from tests.support.environment import environment
from tests.support.postgres import PostgresServer, Warehouse, fresh_warehouse
from tests.support.sandbox import SandboxProcess
from voronka.config import Settings, load_settings
from voronka.domain.windows import Window
from voronka.flows import transform

PROJECT = Path(__file__).parents[2] / "dbt_project"
GROWING = "+config.materialized:incremental"
VISITS = (6, 5, 5, 5)
"""Days between one visit and the next."""


@dataclass
class World:
    """The warehouse and the day it has been brought to."""

    warehouse: Warehouse
    sandbox: SandboxProcess
    settings: Settings
    folder: Path
    today: datetime

    def load(self, until: datetime) -> None:
        """Visit every provider for what came since the last visit."""
        self.sandbox.clock(until)
        load_everything(self.settings, Window(self.today, until), self.sandbox, self.folder)
        self.today = until

    def build(self, *options: str) -> None:
        """Run the models as of today."""
        command = ["--quiet", "build", "--exclude-resource-type", "test", "unit_test"]
        folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        with environment({"VORONKA_AS_OF": self.today.isoformat()}), environment(transform.dbt_environment()):
            done = dbtRunner().invoke([*command, *options, *folders])
        assert done.success, done.exception or [
            (r.node.name, r.message) for r in done.result if r.status == "error"
        ]

    def contents(self) -> dict[str, list[str]]:
        """Every row of every table that models made, as text."""
        tables = self.warehouse.rows(
            """
            select table_schema, table_name from information_schema.tables
            where table_schema in ('intermediate', 'marts', 'pii') and table_type = 'BASE TABLE'
                and table_name not like '%\\_\\_changes' and table_name not like '%touched'
                and table_name != 'build_state'
            """
        )
        return {
            f"{schema}.{name}": sorted(
                row for (row,) in self.warehouse.rows(f"select t::text from {schema}.{name} as t")
            )
            for schema, name in tables
        }

    def differing(self, *options: str) -> list[str]:
        """Tables that are not the same after a whole build."""
        grown = self.contents()
        self.build("--full-refresh", *options)
        whole = self.contents()
        assert grown.keys() == whole.keys()
        return [name for name in whole if grown[name] != whole[name]]


@pytest.fixture(scope="module")
def world(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory, sandbox: SandboxProcess
) -> Iterator[World]:
    """Loaded as of three weeks before the end, and built whole."""
    folder = tmp_path_factory.mktemp("growing")
    values: Mapping[str, str] = {
        **settings_of(folder, agencies(sandbox, folder)),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    with environment(values), fresh_warehouse(postgres_server) as warehouse:
        settings = load_settings()
        transform.begin(settings, "growing")
        begins = sandbox.as_of - timedelta(days=sum(VISITS))
        made = World(warehouse, sandbox, settings, folder, sandbox.as_of - timedelta(days=184))
        made.load(begins)
        made.build("--full-refresh")
        yield made
        sandbox.clock(sandbox.as_of)


def test_three_weeks_of_days_equal_one_build(world: World) -> None:
    """New, changed, late, doubled, deleted, merged and restored records; a run that failed halfway; new settings."""
    for number, days in enumerate(VISITS):
        world.load(world.today + timedelta(days=days))
        for change in HANDS[number]:
            change(world.warehouse)
        if number == 1:
            # cut short: what it did must not be lost for those further down
            world.build("--select", "+int_leads__stage_visits", "+int_leads__contacts")
        world.build(*(("--select", GROWING) if number < len(VISITS) - 1 else ()))
        assert _touched(world.warehouse) > 0, "this run should have built what changed, and something had"
    assert world.differing() == []


def test_settings_are_followed(world: World) -> None:
    """Other working hours, zone and rules: built anew whole, without being asked."""
    world.warehouse.rows("update ops.accounts set work_start = '11:00', time_zone = 'Asia/Almaty'")
    world.warehouse.rows("delete from ops.account_rules where rule = 'duplicate'")
    parts = ("--select", "+fct_calls", "+fct_lead_steps")
    world.build(*parts)
    assert _touched(world.warehouse) == 0, "a whole build touches nothing in particular"
    assert world.differing(*parts) == []


def _touched(warehouse: Warehouse) -> int:
    ((leads,),) = warehouse.rows("select count(*) from intermediate.int_leads__touched")
    return int(leads)


def _edit_old_leads(warehouse: Warehouse) -> None:
    """Another price and tag for leads of the first months."""
    warehouse.rows(
        """
        update raw.amocrm_leads
        set payload = payload || '{"price": 777000}'
                || jsonb_build_object('_embedded', payload -> '_embedded' || '{"tags": [{"id": 1, "name": "спам"}]}'),
            loaded_at = clock_timestamp()
        where source_id in (select min(source_id) from raw.amocrm_leads where deleted_at is null group by account_id)
        """
    )


def _late_event(warehouse: Warehouse) -> None:
    """A hand-over of an old lead that the CRM tells of only now."""
    ((account, lead, created, updated),) = warehouse.rows(
        """
        select account_id, source_id, (payload ->> 'created_at')::bigint, source_updated_at from raw.amocrm_leads
        where deleted_at is null order by payload ->> 'created_at' limit 1
        """
    )
    payload: dict[str, Any] = {
        "id": "late", "type": "entity_responsible_changed", "entity_type": "lead", "entity_id": int(lead),
        "created_by": 1, "created_at": created + 60, "value_before": [{"responsible_user": {"id": 1}}],
        "value_after": [{"responsible_user": {"id": 2}}],
    }  # fmt: skip
    for _ in range(2):
        warehouse.rows(
            """
            insert into raw.amocrm_events (
                account_id, source_id, source_updated_at, payload, payload_hash, loaded_at, load_id
            )
            values (%s, 'late', %s, %s, 'late', clock_timestamp(), gen_random_uuid())
            on conflict do nothing
            """,
            (account, updated, json.dumps(payload)),
        )


def _mark_gone(warehouse: Warehouse) -> None:
    """Leads that a list no longer has, as a sweep marks them: without a new version."""
    warehouse.rows(
        """
        update raw.amocrm_leads set deleted_at = clock_timestamp(), deletion_kind = 'missing'
        where source_id in (
            select source_id from raw.amocrm_leads where deleted_at is null order by source_id desc limit 6
        )
        """
    )


def _give_back(warehouse: Warehouse) -> None:
    """Some of them are there again."""
    warehouse.rows(
        """
        update raw.amocrm_leads set deleted_at = null, deletion_kind = null
        where source_id in (
            select source_id from raw.amocrm_leads where deletion_kind = 'missing' order by source_id limit 4
        )
        """
    )


def _share_a_contact(warehouse: Warehouse) -> None:
    """A lead gets the contacts of another, and a contact another number."""
    warehouse.rows(
        """
        update raw.amocrm_leads as lead
        set payload = lead.payload || jsonb_build_object('_embedded', lead.payload -> '_embedded' || jsonb_build_object(
                'contacts', other.payload #> '{_embedded,contacts}'
            )), loaded_at = clock_timestamp()
        from raw.amocrm_leads as other
        where lead.account_id = other.account_id and other.payload #> '{_embedded,contacts,0}' is not null
            and lead.source_id = (select max(source_id) from raw.amocrm_leads where deleted_at is null)
            and other.source_id = (
                select min(source_id) from raw.amocrm_leads
                where account_id = lead.account_id and payload #> '{_embedded,contacts,0}' is not null
            )
        """
    )
    warehouse.rows(
        """
        update raw.amocrm_contacts
        set payload = replace(payload::text, '"PHONE"', '"FAX"')::jsonb, loaded_at = clock_timestamp()
        where source_id in (select min(source_id) from raw.amocrm_contacts group by account_id)
        """
    )


def _rename_a_stage(warehouse: Warehouse) -> None:
    """The stage that makes a lead qualified is called otherwise: nobody is, from now on."""
    warehouse.rows(
        """
        update raw.amocrm_pipelines
        set payload = replace(payload::text, 'Квалификация', 'Проверка')::jsonb, loaded_at = clock_timestamp()
        """
    )


HANDS = ((_edit_old_leads, _late_event), (_mark_gone, _share_a_contact), (_give_back,), (_rename_a_stage,))
