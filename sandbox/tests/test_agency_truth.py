"""The truth's own arithmetic, held against numbers worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.agency.model import Contact, Contract, Note, StageMove
from sandbox.agency.streams import event_id
from sandbox.agency.truth import truth
from sandbox.agency.truth_calls import calls_truth, judge, lead_of_calls
from sandbox.agency.truth_funnel import entries, reach
from sandbox.agency.truth_money import client_months, months_between, mrr_truth
from sandbox.agency.truth_positions import linear, mean_position, seranking, top_share, visibility
from sandbox.tests.agency_worlds import (
    PIPELINE,
    STAGES,
    START,
    UNTIL,
    call,
    default_world,
    hand_made_lead,
    hand_made_tenant,
)

GOLDEN = ("ABCW", "ACW", "ABABL", "AL", "CL", "AB", "ABC", "W", "A", "ABL")
AFTER = START + timedelta(days=3)


def test_funnel_of_ten_leads() -> None:
    leads = [hand_made_lead(n, path) for n, path in enumerate(GOLDEN, start=1)]
    facts = truth(hand_made_tenant(leads), AFTER)
    steps = [STAGES[name] for name in "ABCW"]
    rows = {row["stage_id"]: row for row in facts["cohorts"]}
    assert list(rows) == steps
    assert {row["cohort_month"] for row in facts["cohorts"]} == {"2026-03-01"}
    assert [rows[step]["leads_strict"] for step in steps] == [8, 5, 2, 1]
    assert [rows[step]["leads_any"] for step in steps] == [8, 5, 4, 3]
    assert [rows[step]["leads_filled"] for step in steps] == [10, 8, 5, 3]
    entered = {row["stage_id"]: row["entries"] for row in facts["flow"]["entries_by_stage"]}
    assert [entered[step] for step in steps] == [9, 6, 4, 3]
    assert facts["flow"]["entries"] == 9 + 6 + 4 + 3 + 4
    stock = {row["stage_id"]: row["leads"] for row in facts["flow"]["stock"]}
    assert [stock[STAGES[name]] for name in "ABCWLI"] == [1, 1, 1, 3, 4, 0]
    assert facts["leads"]["won"] == 3
    assert facts["leads"]["won_amount"] == 300


def test_strict_wants_first_entries_in_pipeline_order() -> None:
    assert [step.strict for step in reach("ACBC", "ABC")] == [True, True, False]  # type: ignore[arg-type]


def test_creation_is_an_entry_and_saving_the_same_stage_is_none() -> None:
    lead = hand_made_lead(1, "IAABA")
    assert [stage for _, _, stage in entries(lead, AFTER)] == [STAGES[name] for name in "IABA"]
    assert len(entries(lead, START)) == 1


def test_cohort_month_is_local() -> None:
    lead = hand_made_lead(1, "A")
    lead.created_at = datetime(2026, 3, 31, 21, 30, tzinfo=UTC)  # half past midnight of 1 April in Moscow
    facts = truth(hand_made_tenant([lead]), lead.created_at)
    assert {row["cohort_month"] for row in facts["cohorts"]} == {"2026-04-01"}


def test_spam_test_and_duplicates_are_left_out_but_counted_apart() -> None:
    spam, test, duplicate, undecided = (
        hand_made_lead(n, path) for n, path in enumerate(("A", "AW", "AL", "A"), start=1)
    )
    spam.is_spam = test.is_test = duplicate.is_duplicate = undecided.is_duplicate = True
    facts = truth(hand_made_tenant([spam, test, duplicate, undecided]), AFTER)
    # A duplicate is known by its loss reason: the one still open counts.
    expected = {
        "counted": 1,
        "open": 1,
        "won": 0,
        "lost": 0,
        "won_amount": 0,
        "spam": 1,
        "test": 1,
        "duplicate": 1,
    }
    assert facts["leads"] == expected
    assert facts["flow"]["entries"] == 1


def test_moves_of_one_second_follow_the_chain() -> None:
    lead = hand_made_lead(1, "A")
    at = START + timedelta(hours=1)
    lead.moves = [
        StageMove(
            at, PIPELINE, STAGES["A"], PIPELINE, STAGES["B"], 7, event_id(at, "lead_status_changed", 1, 0, 9)
        ),
        StageMove(
            at, PIPELINE, STAGES["B"], PIPELINE, STAGES["C"], 7, event_id(at, "lead_status_changed", 1, 1, 8)
        ),
    ]
    assert lead.moves[0].event_id > lead.moves[1].event_id
    facts = truth(hand_made_tenant([lead]), AFTER)
    assert [row["leads_strict"] for row in facts["cohorts"]] == [1, 1, 1, 0]


CHECKS = [(2, 1000), (10, 500), (14, 200), (None, 300)]


def test_visibility_of_four_keywords() -> None:
    assert visibility(CHECKS) == pytest.approx(0.56)
    assert visibility(CHECKS, seranking) == pytest.approx(0.55)
    assert visibility(CHECKS, linear) == pytest.approx(0.475)
    assert top_share(CHECKS, 10, 100) == 0.5
    assert top_share(CHECKS, 3, 100) == 0.25
    assert mean_position(CHECKS, 100) == (2 + 10 + 14 + 101) / 4


def test_visibility_without_a_volume_is_unweighted_and_shares_beyond_the_depth_are_unknown() -> None:
    assert visibility([(1, None), (4, 900)]) == pytest.approx((1 + 0.85) / 2)
    assert visibility([]) is None
    assert top_share(CHECKS, 50, 30) is None


def missed_rules(*calls: object) -> list[tuple[bool, bool, bool, str | None]]:
    return [(j.is_missed, j.is_repeat, j.is_short_abandon, j.recovered_by) for j in judge(calls)]  # type: ignore[arg-type]


def test_a_missed_call_repeats_up_to_thirty_minutes_after_the_previous_one() -> None:
    calls = [call(1, 0), call(2, 1800), call(3, 1800 + 1801), call(4, 1800 + 1801 + 1800)]
    assert [rule[1] for rule in missed_rules(*calls)] == [False, True, False, True]


def test_recovery_is_the_earliest_later_talk_within_a_day() -> None:
    day = 86_400
    assert missed_rules(call(1, 0), call(2, day, direction="out", talk=1))[0][3] == "us"
    assert missed_rules(call(1, 0), call(2, day + 1, direction="out", talk=1))[0][3] is None
    assert (
        missed_rules(call(1, 0), call(2, 60, talk=5), call(3, 90, direction="out", talk=9))[0][3] == "client"
    )
    assert missed_rules(call(1, 0), call(2, 60, direction="out", talk=0))[0][3] is None
    assert missed_rules(call(1, 0), call(2, 60, direction="out", talk=9, client="79160000000"))[0][3] is None


def test_withheld_numbers_neither_repeat_nor_recover() -> None:
    calls = [call(1, 0, client=None), call(2, 10, client=None), call(3, 20, client=None, talk=30)]
    assert missed_rules(*calls) == [
        (True, False, False, None),
        (True, False, False, None),
        (False, False, False, None),
    ]


@pytest.mark.parametrize(("wait", "is_short"), [(0, True), (4, True), (5, False), (None, False)])
def test_short_abandon_has_a_known_wait_under_five_seconds(wait: int | None, is_short: bool) -> None:
    assert missed_rules(call(1, 0, wait=wait))[0][2] is is_short


def test_a_call_belongs_to_the_lead_of_its_note_else_to_the_newest_open_lead_of_its_number() -> None:
    lost, early, other, late = (
        hand_made_lead(n, path) for n, path in ((1, "AL"), (2, "A"), (3, "A"), (4, "A"))
    )
    lost.contact_ids = early.contact_ids = late.contact_ids = (50,)
    late.created_at = START + timedelta(hours=5)
    tenant = hand_made_tenant([lost, early, other, late])
    tenant.contacts = [Contact(50, "Анна", ("8 (916) 123-45-67",), (), None, 7, START, START)]
    hour = 3600
    tenant.calls = [
        call(1, -60),  # before any lead
        call(2, 2 * hour),  # lead 1 is lost since an hour
        call(3, 6 * hour),  # both open leads are there: the newest
        call(4, 7 * hour),  # its note names another lead
        call(5, 8 * hour, client="79990000000"),
    ]
    tenant.notes = [Note(1, "leads", 3, "call_in", 7, START + timedelta(hours=7, minutes=1), call=4)]
    assert lead_of_calls(tenant.at(AFTER)) == {2: 2, 3: 4, 4: 3}
    early.merged_at, early.merged_into = START + timedelta(hours=9), 3
    assert lead_of_calls(tenant.at(UNTIL))[2] == 1, "none listed was open: the newest before the call"


def test_calls_of_spam_leads_are_left_out_of_what_is_counted_without_spam() -> None:
    lead = hand_made_lead(1, "A")
    lead.is_spam, lead.contact_ids = True, (50,)
    tenant = hand_made_tenant([lead])
    tenant.contacts = [Contact(50, "Анна", ("+79161234567",), (), None, 7, START, START)]
    tenant.calls = [
        call(1, 10, wait=2),
        call(2, 20, direction="out", talk=30),
        call(3, 30, client="79990000000", wait=2),
        call(4, 40, direction="out", talk=30, client="79990000000"),
        call(5, 50, direction="out", talk=29, client="79990000000"),
    ]
    assert calls_truth(tenant.at(AFTER)) == {
        "total": 5, "incoming": 2, "outgoing": 3, "missed": 2, "missed_not_spam": 1, "repeats": 0, "short_abandons": 1,
        "recovered_by_us": 1, "recovered_by_client": 0, "successful_30s": 1,
    }  # fmt: skip


def contract(
    company: int, fee: int, start: str, end: str | None = None, *, is_recurring: bool = True
) -> Contract:
    ended = None if end is None else date.fromisoformat(end)
    return Contract(
        f"{company}-{start}",
        company,
        "SEO",
        Decimal(fee),
        date.fromisoformat(start),
        ended,
        "new",
        is_recurring,
    )


def test_movements_of_six_clients() -> None:
    contracts = [
        contract(1, 100, "2026-01-01", "2026-05-31"), contract(1, 130, "2026-06-01"),
        contract(2, 80, "2026-01-01", "2026-05-31"), contract(2, 50, "2026-06-01"),
        contract(3, 60, "2026-01-01", "2026-06-15"),
        contract(4, 40, "2026-01-01"),
        contract(5, 70, "2026-06-10"),
        contract(6, 30, "2026-01-01", "2026-02-10"), contract(6, 30, "2026-06-20"),
        contract(4, 500, "2026-06-01", is_recurring=False),
    ]  # fmt: skip
    june = mrr_truth(contracts, date(2026, 7, 1))[-1]
    assert june.month_start == date(2026, 6, 1)
    numbers = (
        june.new,
        june.expansion,
        june.reactivation,
        june.contraction,
        june.churn,
        june.mrr_start,
        june.mrr_end,
    )
    assert numbers == (70, 30, 30, 30, 60, 280, 320)


def movements(contracts: list[Contract], until: str) -> list[tuple[str, int]]:
    months = months_between(date(2026, 1, 1), date.fromisoformat(until))
    names = ("new", "expansion", "contraction", "churn", "reactivation")
    return [
        (name, int(getattr(m, name)))
        for m in client_months(contracts, months)
        for name in names
        if getattr(m, name)
    ]


def test_a_gap_under_sixty_days_is_a_pause() -> None:
    # The service ends on 31 January; 1 April is 60 days later, 31 March 59.
    last = contract(1, 100, "2026-01-01", "2026-01-31")
    assert movements([last, contract(1, 100, "2026-03-31")], "2026-05-01") == [
        ("new", 100), ("contraction", 100), ("expansion", 100)]  # fmt: skip
    assert movements([last, contract(1, 100, "2026-04-01")], "2026-05-01") == [
        ("new", 100), ("churn", 100), ("reactivation", 100)]  # fmt: skip


def test_an_open_gap_is_churn_until_the_client_returns() -> None:
    contracts = [contract(1, 100, "2026-01-01", "2026-01-31"), contract(1, 100, "2026-03-15")]
    assert [m.churn for m in mrr_truth(contracts, date(2026, 3, 1))] == [0, 100]
    assert [m.churn for m in mrr_truth(contracts, date(2026, 4, 1))] == [0, 0, 0]


def test_an_active_contract_without_fee_is_no_churn() -> None:
    contracts = [contract(1, 100, "2026-01-01", "2026-01-31"), contract(1, 0, "2026-02-01")]
    assert movements(contracts, "2026-05-01") == [("new", 100), ("contraction", 100)]


def test_every_month_adds_up() -> None:
    for tenant in default_world().tenants.values():
        for month in truth(tenant, default_world().until)["mrr"]:
            gained = month["new"] + month["expansion"] + month["reactivation"]
            assert month["mrr_start"] + gained - month["contraction"] - month["churn"] == month["mrr_end"]
