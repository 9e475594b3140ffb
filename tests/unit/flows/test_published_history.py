"""What was published can be seen again as it stood, and what changed of it afterwards is told with its cause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from voronka.config import Settings
from voronka.flows import transform

CRM = {"provider": "amocrm", "base_url": "https://x.amocrm.ru"}
SETTINGS = Settings.model_validate({"accounts": [{"id": "sever", "name": "Север", "crm": CRM}]})
FIRST, SECOND, THIRD = (datetime(2026, 11, day, 6, tzinfo=UTC) for day in (5, 6, 7))
TABLES = """
    create table intermediate.metric_definitions (metric_id text, date_basis text, aggregation text);
    insert into intermediate.metric_definitions values
        ('leads_won', 'won_at', 'sum'), ('win_rate_created', 'created_at', 'ratio'), ('calls_missed', 'started_at', 'sum'),
        ('payments_amount', 'paid_at', 'sum');
    create table marts.fct_leads (
        account_id text, lead_id text, pipeline_id text, status text, is_deleted boolean, merged_into_lead_id text,
        is_counted boolean, source text, user_id text, client_id text, amount numeric, created_at timestamptz,
        created_date date, won_date date, lost_date date
    );
    create table marts.fct_payments (
        account_id text, payment_id text, client_id text, amount numeric, is_deleted boolean, paid_at timestamptz,
        paid_date date
    );
    create table marts.fct_lead_steps (
        account_id text, lead_id text, pipeline_id text, stage_id text, stage_order int, reached_any boolean,
        reached_strict boolean, reached_filled boolean, first_entered_at timestamptz, cohort_month date,
        is_counted boolean
    );
    create table marts.funnel_cohorts (
        account_id text, cohort_month date, pipeline_id text, stage_id text, stage_order int, leads_any int,
        leads_strict int, leads_filled int
    );
    create table marts.kpi_values (
        account_id text, metric_id text, period_type text, period_start date, subject_type text, subject_id text,
        fact numeric, is_complete boolean
    );
    create table marts.mrr_monthly (
        account_id text, month_start date, mrr_start numeric, new numeric, expansion numeric, contraction numeric,
        churn numeric, reactivation numeric, mrr_end numeric, clients_end int, is_closed boolean
    );
"""


class Marts:
    """Small marts that a test changes between two publications."""

    def __init__(self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self.warehouse, self._monkeypatch = warehouse, monkeypatch
        self.run(TABLES)

    def run(self, statements: str) -> None:
        with self.warehouse.connect("transformer") as connection:
            connection.execute(statements)

    def publish(self, run_id: str, moment: datetime) -> None:
        """Leads and events are loaded up to an hour before the publication."""
        self._monkeypatch.setenv("VORONKA_AS_OF", moment.isoformat())
        with self.warehouse.connect("loader") as connection:
            connection.execute(
                """
                insert into ops.watermarks select 'sever', 'amocrm', e, %s, gen_random_uuid()
                from unnest(array['leads', 'events']) as e
                on conflict (account_id, provider, entity) do update set high_water_at = excluded.high_water_at
                """,
                (moment - timedelta(hours=1),),
            )
        transform.begin(SETTINGS, run_id)
        transform.publish(run_id)

    def restated(self, *columns: str) -> list[tuple[Any, ...]]:
        chosen = ", ".join(columns)
        return self.warehouse.rows(f"select {chosen} from history.restatements order by {chosen}")


@pytest.fixture
def marts(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Marts:
    return Marts(warehouse, monkeypatch)


def kpi(metric: str, fact: float, *, start: str = "2026-10-01", complete: bool = True, user: str = "") -> str:
    subject = ("user", user) if user else ("company", "sever")
    return (
        f"insert into marts.kpi_values values ('sever', '{metric}', 'month', '{start}', '{subject[0]}', '{subject[1]}',"
        f" {fact}, {complete});"
    )


def lead(
    number: int, *, created: str = "2026-10-03", won: str | None = None, user: str = "anna", **flags: Any
) -> str:
    values = {"is_deleted": False, "merged": "null", "is_counted": True, **flags}
    day = f"'{won}'" if won else "null"
    return (
        f"insert into marts.fct_leads values ('sever', 'lead{number}', 'sales', 'open', {values['is_deleted']},"
        f" {values['merged']}, {values['is_counted']}, null, '{user}', null, 100, '{created} 12:00+00', '{created}',"
        f" {day}, null);"
    )


def loaded(marts: Marts, provider: str, entity: str, moment: datetime) -> None:
    with marts.warehouse.connect("loader") as connection:
        connection.execute(
            """
            insert into ops.loads (load_id, account_id, provider, entity, mode, status, started_at, rows_updated)
            values (gen_random_uuid(), 'sever', %s, %s, 'full', 'succeeded', %s, 3)
            """,
            (provider, entity, moment),
        )


def test_a_past_day_is_seen_as_it_was_published(marts: Marts) -> None:
    marts.run(kpi("leads_won", 10) + kpi("calls_missed", 4))
    marts.publish("one", FIRST)
    marts.run("update marts.kpi_values set fact = 12 where metric_id = 'leads_won'")
    marts.publish("two", SECOND)
    marts.run("delete from marts.kpi_values where metric_id = 'calls_missed'")
    marts.publish("three", THIRD)

    def seen(moment: datetime) -> list[tuple[Any, ...]]:
        query = "select metric_id, fact::int from marts.kpi_values_as_of(%s) order by metric_id"
        return marts.warehouse.rows(query, (moment,), role="bi")

    assert seen(FIRST - timedelta(seconds=1)) == []
    assert seen(FIRST) == [("calls_missed", 4), ("leads_won", 10)]
    assert seen(SECOND - timedelta(seconds=1)) == [("calls_missed", 4), ("leads_won", 10)]
    assert seen(SECOND) == [("calls_missed", 4), ("leads_won", 12)]
    assert seen(THIRD + timedelta(days=300)) == [("leads_won", 12)]
    # what did not change is kept once
    assert marts.warehouse.rows("select count(*) from history.kpi_values") == [(3,)]


def test_a_run_that_is_published_again_takes_its_own_place(marts: Marts) -> None:
    marts.run(kpi("leads_won", 10))
    marts.publish("one", FIRST)
    marts.run("update marts.kpi_values set fact = 11")
    marts.publish("one", FIRST)
    assert marts.warehouse.rows("select fact::int, valid_to from history.kpi_values") == [(11, None)]
    assert marts.restated("metric_id") == []


def test_a_new_column_of_a_mart_is_kept_from_then_on(marts: Marts) -> None:
    marts.run(kpi("leads_won", 10))
    marts.publish("one", FIRST)
    marts.run("alter table marts.kpi_values add column plan numeric; update marts.kpi_values set plan = 20")
    marts.publish("two", SECOND)
    query = "select plan::int from marts.kpi_values_as_of(%s)"
    assert marts.warehouse.rows(query, (FIRST,), role="bi") == [(None,)]
    assert marts.warehouse.rows(query, (SECOND,), role="bi") == [(20,)]


def test_an_unfinished_period_is_not_restated(marts: Marts) -> None:
    marts.run(kpi("leads_won", 10, start="2026-11-01", complete=False))
    marts.publish("one", FIRST)
    marts.run("update marts.kpi_values set fact = 11")
    marts.publish("two", SECOND)
    assert marts.restated("metric_id") == []


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("update marts.fct_leads set is_deleted = true where lead_id = 'lead1'", "deletion"),
        ("delete from marts.fct_leads where lead_id = 'lead1'", "deletion"),
        (
            "update marts.fct_leads set is_deleted = true, merged_into_lead_id = 'lead2' where lead_id = 'lead1'",
            "merge",
        ),
        ("update marts.fct_leads set is_counted = false where lead_id = 'lead1'", "marking"),
        ("update marts.fct_leads set won_date = null where lead_id = 'lead1'", "late data"),
        (lead(3, created="2026-10-20", won="2026-10-21"), "late data"),
        ("update marts.fct_leads set amount = 90 where lead_id = 'lead1'", "correction"),
        ("update marts.fct_leads set is_deleted = false where lead_id = 'gone'", "restoration"),
    ],
)
def test_a_restated_figure_names_its_cause(marts: Marts, change: str, cause: str) -> None:
    marts.run(lead(1, won="2026-10-09") + lead(2) + kpi("leads_won", 10))
    marts.run("insert into marts.fct_leads select * from marts.fct_leads where lead_id = 'lead2'")
    marts.run(
        "delete from marts.fct_leads where ctid = (select max(ctid) from marts.fct_leads where lead_id = 'lead2');"
        + lead(9, is_deleted=True).replace("lead9", "gone")
    )
    marts.publish("one", FIRST)
    marts.run(change + "; update marts.kpi_values set fact = 9")
    marts.publish("two", SECOND)
    assert marts.restated(
        "mart", "metric_id", "period_start::text", "value_before::int", "value_after::int", "cause", "records"
    ) == [("kpi_values", "leads_won", "2026-10-01", 10, 9, cause, 1)]


def test_a_lead_of_another_month_or_person_explains_nothing(marts: Marts) -> None:
    """Ivan's October fell although only a lead of Anna's and his of September and November were deleted: recalculated."""
    marts.run(
        lead(1)
        + lead(2, created="2026-09-30", user="ivan")
        + lead(3, created="2026-11-01", user="ivan")
        + kpi("leads_won", 10, user="ivan")
    )
    marts.publish("one", FIRST)
    marts.run("update marts.fct_leads set is_deleted = true; update marts.kpi_values set fact = 9")
    marts.publish("two", SECOND)
    assert marts.restated("cause", "records") == [("recalculation", 0)]


def test_an_outcome_that_came_later_is_progress_and_late_calls_are_late(marts: Marts) -> None:
    marts.run(kpi("win_rate_created", 0.2) + kpi("calls_missed", 4))
    marts.publish("one", FIRST)
    loaded(marts, "uis", "calls", SECOND)
    marts.run("update marts.kpi_values set fact = fact * 1.5")
    marts.publish("two", SECOND)
    assert marts.restated("metric_id", "cause") == [
        ("calls_missed", "late data"),
        ("win_rate_created", "progress"),
    ]


def test_a_corrected_sheet_restates_closed_months_alone(marts: Marts) -> None:
    row = "insert into marts.mrr_monthly values ('sever', '{}', 280, 70, 30, 30, 60, 30, {}, 5, {});"
    marts.run(row.format("2026-09-01", 320, True) + row.format("2026-10-01", 400, False))
    marts.publish("one", FIRST)
    loaded(marts, "sheets", "contracts", SECOND)
    marts.run("update marts.mrr_monthly set new = 80, mrr_end = mrr_end + 10")
    marts.publish("two", SECOND)
    assert marts.restated("metric_id", "value_before::int", "value_after::int", "cause") == [
        ("mrr_end", 320, 330, "corrected sheet"),
        ("new", 70, 80, "corrected sheet"),
    ]


def test_a_cohort_that_goes_on_is_not_restated_and_one_that_was_wrong_is(marts: Marts) -> None:
    """Two leads of October stood in A; by the next day one went on to B, and one turned out to have been there before."""
    step = "insert into marts.fct_lead_steps values ('sever', '{}', 'sales', '{}', {}, true, true, true, '{}', '2026-10-01', true);"
    cell = "insert into marts.funnel_cohorts values ('sever', '2026-10-01', 'sales', '{}', {}, {}, {}, {});"
    early, later = FIRST - timedelta(days=3), FIRST + timedelta(hours=3)
    marts.run(
        lead(1)
        + lead(2)
        + step.format("lead1", "A", 1, early)
        + step.format("lead2", "A", 1, early)
        + cell.format("A", 1, 2, 2, 2)
        + cell.format("B", 2, 0, 0, 0)
    )
    marts.publish("one", FIRST)
    marts.run(
        step.format("lead1", "B", 2, later)
        + "update marts.funnel_cohorts set leads_any = 1, leads_strict = 1, leads_filled = 1 where stage_id = 'B'"
    )
    marts.publish("two", SECOND)
    assert marts.restated("metric_id") == []
    marts.run(
        step.format("lead2", "B", 2, early)
        + "update marts.funnel_cohorts set leads_any = 2, leads_strict = 2, leads_filled = 2 where stage_id = 'B'"
    )
    marts.publish("three", THIRD)
    assert marts.restated("metric_id", "subject_id", "value_before::int", "value_after::int") == [
        ("leads_any", "B", 1, 2),
        ("leads_filled", "B", 1, 2),
        ("leads_strict", "B", 1, 2),
    ]
    before = "select leads_any from marts.funnel_cohorts_as_of(%s) where stage_id = 'B'"
    assert marts.warehouse.rows(before, (FIRST,), role="bi") == [(0,)]


def test_bi_sees_the_past_but_not_the_tables_behind_it(marts: Marts) -> None:
    marts.run(kpi("leads_won", 10))
    marts.publish("one", FIRST)
    for forbidden in ("select * from history.kpi_values", "select history.keep_published('one', now())"):
        with pytest.raises(Exception, match="permission denied"):
            marts.warehouse.rows(forbidden, role="bi")
