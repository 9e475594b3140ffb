"""The gate on marts: sound marts pass, each planted fault fails its own expectation and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import Warehouse
from tests.unit.quality import marts_data, raw_data
from voronka.config import Settings
from voronka.quality import GateReport, run_gate


@pytest.fixture(scope="module")
def warehouse_with_marts(warehouse_factory: Callable[[], Any], state: Path) -> Iterator[Warehouse]:
    with warehouse_factory() as made:
        with made.connect(autocommit=True) as owner:
            raw_data.sound(owner)
        with made.connect("transformer", autocommit=True) as transformer:
            marts_data.build(transformer)
        yield made


@pytest.fixture(scope="module")
def sound_report(warehouse_with_marts: Warehouse, settings: Settings) -> GateReport:
    return run_gate("marts", "sound", settings)


@pytest.fixture(scope="module")
def broken_report(
    sound_report: GateReport, warehouse_with_marts: Warehouse, settings: Settings
) -> GateReport:
    """Faults in the account south, and none in north."""
    with warehouse_with_marts.connect("transformer", autocommit=True) as transformer:
        for statement, *_ in FAULTS:
            transformer.execute(statement)
    return run_gate("marts", "broken", settings)


# the fault, then the suite, expectation, severity and words of its failure
FAULTS = [
    (
        "update marts.fct_lead_steps set reached_filled = false where account_id = 'south'",
        *("fct_lead_steps", "modes_are_nested", "critical", ["1 steps", "south-l1"]),
    ),
    (
        "update marts.funnel_cohorts set leads_filled = 11 where account_id = 'south' and stage_order = 2",
        *("funnel_cohorts", "funnel_narrows", "critical", ["2026-11-01 south-p south-s142"]),
    ),
    (
        "delete from marts.funnel_flow_daily where account_id = 'south' and date_day = '2026-11-24';"
        " update marts.funnel_flow_daily set date_day = '2026-11-20' where account_id = 'south'",
        *("funnel_flow_daily", "up_to_date", "critical", ["ends on 2026-11-20"]),
    ),
    (
        "update marts.fct_leads set source_lead_id = '900' where account_id = 'south'",
        *(
            "fct_leads",
            "nothing_lost_on_the_way",
            "critical",
            ["1 records of raw.amocrm_leads", "example 1."],
        ),
    ),
    (
        "update marts.fct_leads set amount = -5 where account_id = 'south'",
        *("fct_leads", "amount_plausible", "warning", ["values -5", "south-l1"]),
    ),
    (
        "update marts.fct_calls set talk_seconds = -3 where account_id = 'south'",
        *("fct_calls", "talk_seconds_plausible", "critical", ["-3", "south-c1"]),
    ),
    (
        "update marts.fct_call_legs set talk_seconds = 90000 where leg_id = 'south-c1-2'",
        *("fct_call_legs", "legs_plausible", "warning", ["1 legs", "south-c1-2"]),
    ),
    (
        "update marts.fct_positions set position = 101 where account_id = 'south' and state = 'found'",
        *("fct_positions", "depth_not_below_position", "critical", ["1 of", "south-41 seo"]),
    ),
    (
        "update marts.position_summary_daily set visibility_linear = 56 where account_id = 'south'",
        *("position_summary_daily", "visibility_linear_plausible", "critical", ["56", "within 0 and 1"]),
    ),
    (
        "update marts.position_summary_daily set top3_share = 0.6 where account_id = 'south'",
        *("position_summary_daily", "top10_share_not_below_top3_share", "critical", ["1 of 1"]),
    ),
    (
        "update marts.kpi_values set fact = 'NaN' where account_id = 'south'",
        *("kpi_values", "numbers_are_numbers", "critical", ["leads week 2026-11-16"]),
    ),
    (
        "update marts.velocity_monthly set month_start = '2026-10-01' where account_id = 'south'",
        *("velocity_monthly", "up_to_date", "critical", ["ends with 2026-10-01"]),
    ),
    (
        "update marts.source_monthly set leads = 2 where account_id = 'south'",
        *(
            "source_monthly",
            "every_counted_lead_once",
            "critical",
            ["2 leads in source_monthly, 1 in fct_leads"],
        ),
    ),
    (
        "update marts.win_curves_monthly set cohort_month = '2027-01-01' where account_id = 'south'",
        *("win_curves_monthly", "months_not_in_the_future", "critical", ["2027-01-01"]),
    ),
    (
        "update marts.handovers_monthly set taken_up = 3 where account_id = 'south'",
        *("handovers_monthly", "taken_up_within_handovers", "critical", ["2026-11-01 - sales"]),
    ),
    (
        "update marts.weak_links_monthly set weak_rank = 2 where account_id = 'south'",
        *("weak_links_monthly", "one_weak_link_where_leads_were_lost", "critical", ["2026-09-01 south-p"]),
    ),
    (
        "update marts.lead_recycling set next_contact_date = '2025-11-01' where account_id = 'south'",
        *("lead_recycling", "no_forgotten_list", "warning", ["due on 2025-11-01"]),
    ),
    (
        "update marts.recycling_monthly set entered = 2 where account_id = 'south'",
        *(
            "recycling_monthly",
            "every_episode_once",
            "critical",
            ["2 in recycling_monthly, 1 in lead_recycling"],
        ),
    ),
    (
        "update marts.kpi_rankings set rank = 2 where account_id = 'south'",
        *("kpi_rankings", "somebody_is_first", "critical", ["sales month 2026-11-01"]),
    ),
    (
        "update marts.fct_contract_months set client_id = contract_id where account_id = 'south'",
        *("fct_contract_months", "companies_known", "warning", ["1 contracts", "south-k1"]),
    ),
    (
        "insert into marts.fct_contract_months values ('south', 'usd', 'c', '2026-11-01', 9, false)",
        *("fct_contract_months", "one_currency", "warning", ["1 contracts in other currencies", "usd"]),
    ),
    (
        "update marts.mrr_movements_monthly set mrr_end = 400 where account_id = 'south' and mrr_end > 0",
        *(
            "mrr_movements_monthly",
            "contracts_add_up",
            "critical",
            ["400 of recurring revenue", "500 in fct_contract_months"],
        ),
    ),
    (
        "update marts.mrr_monthly set month_start = '2026-10-01' where account_id = 'south'",
        *("mrr_monthly", "up_to_date", "critical", ["ends with 2026-10-01"]),
    ),
    (
        "update marts.mrr_monthly set mrr_end = 300 where account_id = 'south'",
        *("mrr_monthly", "clients_add_up", "critical", ["300", "400 in mrr_movements_monthly"]),
    ),
    (
        "update marts.retention_cohorts set revenue = 1 where account_id = 'south'",
        *("retention_cohorts", "every_payment_in_a_cohort", "critical", ["2 paid", "500 in fct_payments"]),
    ),
    (
        "update marts.repeat_purchase set month_start = '2027-01-01' where account_id = 'south'",
        *("repeat_purchase", "months_not_in_the_future", "critical", ["2027-01-01"]),
    ),
    (
        "update marts.client_ltv set revenue = 499 where account_id = 'south' and revenue > 0",
        *("client_ltv", "every_payment_of_a_client", "critical", ["499 paid", "500 in fct_payments"]),
    ),
    (
        "update marts.ltv_segments set clients = 3 where account_id = 'south' and segment_type = 'all'",
        *("ltv_segments", "every_client_in_all", "critical", ["3 clients", "2 in client_ltv"]),
    ),
    (
        "delete from marts.dim_users where account_id = 'south'",
        *("dim_users", "every_account_present", "critical", ["no row of this account"]),
    ),
    (
        "update marts.dim_stages set stage_type = 'open' where account_id = 'south' and stage_type = 'won'",
        *("dim_stages", "one_won_and_one_lost_stage", "critical", ["south-p"]),
    ),
    (
        "update marts.fct_stage_visits set is_assumed = true where account_id = 'south'",
        *("fct_stage_visits", "few_visits_assumed", "warning", ["1 of 1 visits"]),
    ),
]


def test_sound_marts_pass_without_a_warning(sound_report: GateReport) -> None:
    assert [outcome.message for outcome in sound_report.outcomes if not outcome.success] == []


@pytest.mark.parametrize(("suite", "expectation", "severity", "named"), [fault[1:] for fault in FAULTS])
def test_a_fault_fails_its_expectation(
    broken_report: GateReport, suite: str, expectation: str, severity: str, named: list[str]
) -> None:
    found = [
        o
        for o in broken_report.outcomes
        if not o.success and (o.suite, o.expectation) == (suite, expectation)
    ]
    assert [(o.account_id, o.severity) for o in found] == [("south", severity)]
    for words in named:
        assert words in found[0].message


def test_nothing_else_fails_and_the_other_account_is_not_blamed(broken_report: GateReport) -> None:
    failed = {(o.suite, o.expectation, o.account_id) for o in broken_report.outcomes if not o.success}
    assert failed == {(fault[1], fault[2], "south") for fault in FAULTS}


def test_a_missing_table_fails_its_expectations_instead_of_the_gate(
    broken_report: GateReport, warehouse_with_marts: Warehouse, settings: Settings
) -> None:
    with warehouse_with_marts.connect("transformer", autocommit=True) as transformer:
        transformer.execute("alter table marts.dim_clients rename to dim_clients_away")
        try:
            report = run_gate("marts", "missing", settings)
        finally:
            transformer.execute("alter table marts.dim_clients_away rename to dim_clients")
    found = [o for o in report.outcomes if o.suite == "dim_clients"]
    assert found
    assert all(not o.success and 'relation "marts.dim_clients" does not exist' in o.observed for o in found)
